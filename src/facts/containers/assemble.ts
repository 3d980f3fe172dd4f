/** Puts merged settings into a fact. */
import { FactBuilder } from '../fact.ts';
import type { Merged } from './merge.ts';

/** The settings with their places, the layers that were applied, and the keys without effect. */
export function assemble(merged: Merged, layers: readonly string[]): FactBuilder {
  const fact = new FactBuilder().set('layers', layers, ...layers.map((path) => ({ path })));
  for (const { path, value, where } of merged.settings.values()) fact.set(path, value, ...where);
  fact.set(
    'unknownKeys',
    merged.unknownKeys.map((k) => k.name),
    ...merged.unknownKeys.map((k) => ({ ...k.where, said: k.name })),
  );
  for (const [at, { where }] of merged.unknownKeys.entries()) fact.at(['unknownKeys', String(at)], where);
  return fact;
}
