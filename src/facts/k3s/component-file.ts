/** A flag of a component that names a file, as the model has it. */
import type { Unknown, Where } from '../fact.ts';
import type { ComponentFlag } from './component-args.ts';
import type { Component } from './components.ts';
import type { K3sModel } from './k3s-model.ts';
import type { NotStarted } from './started-by.ts';

export type FlagOfComponent =
  | { readonly is: 'set'; readonly value: string; readonly where: Where }
  | { readonly is: 'unset'; readonly consulted: readonly Where[] }
  | Unknown;

/** The value that counts of a flag; `unset` also where the component, or K3s, does not run. */
export function flagOfComponent(model: K3sModel | NotStarted | Unknown, component: Component, name: string): FlagOfComponent {
  if (model.is === 'unknown') return model;
  if (model.is === 'not-started') return { is: 'unset', consulted: model.consulted };
  const flags = model.components.get(component);
  if (flags && 'is' in flags) return flags as Unknown;
  return lastOf(model, flags?.get(name));
}

/** The kubeconfig that a component uses: by its argument, or by a file of its own that counts instead of arguments. */
export function kubeconfigOf(model: K3sModel, component: Component): FlagOfComponent {
  const inForce = component === 'kube-proxy' || component === 'kube-scheduler' ? model.inForce.get(component) : undefined;
  return inForce ? lastOf(model, inForce.get('kubeconfig')?.flag) : flagOfComponent(model, component, 'kubeconfig');
}

function lastOf(model: Pick<K3sModel, 'consulted'>, flag: ComponentFlag | undefined): FlagOfComponent {
  if (flag && 'is' in flag) return flag;
  const last = flag?.values.at(-1);
  return last && last.value !== '' ? { is: 'set', ...last } : { is: 'unset', consulted: model.consulted };
}
