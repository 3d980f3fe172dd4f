/** Where what runs got something other than what is configured now. What cannot be told on either side is no disagreement. */
import type { Where } from '../fact.ts';
import { addTo } from '../grouped.ts';
import { holdsPlaceholder } from '../redacted.ts';
import type { ComponentFlag } from './component-args.ts';
import type { Flags } from './components.ts';
import { isKnownFlag } from './flag-table.ts';
import type { Arguments, Logged } from './journal-lines.ts';
import type { K3sModel } from './k3s-model.ts';
import { settingOfArgument } from './kubelet-settings.ts';
import type { OwnNode } from './own-node.ts';
import { isSecretFlag, withoutSecret } from './secret-flags.ts';

export interface Disagreement {
  /** `K3s` for its own flags. */
  readonly component: string;
  readonly flag: string;
  /** Undefined: it is not set there. */
  readonly configured?: string;
  readonly running?: string;
  /** The place of the configuration, where there is one, and what shows what runs. */
  readonly where: readonly Where[];
}

/** By the lines that K3s logged when it started its components. */
export function loggedOtherwise({ components }: K3sModel, { started, where }: Logged): Disagreement[] {
  return [...components].flatMap(([component, flags]) => {
    const got = started.get(component);
    return got && !('is' in flags) ? otherwise(component, flags, withHyphens(got), where) : [];
  });
}

/** Arguments are logged as they are given, and components take `_` for `-`; kube-proxy alone has a flag that K3s writes so. */
function withHyphens(got: Arguments): Arguments {
  const found = new Map<string, string[]>();
  for (const [name, values] of got) {
    const plain = name === 'log_file' ? name : name.replaceAll('_', '-');
    for (const value of values) addTo(found, plain, value);
  }
  return found;
}

function otherwise(component: string, flags: Flags, got: Arguments, where: Where): Disagreement[] {
  return [...new Set([...flags.keys(), ...got.keys()])].flatMap((flag) => compared(component, flag, sideOf(flags.get(flag)), got.get(flag), where));
}

/** By the arguments that K3s wrote down at its node. Keys that K3s does not know are passed over by a server. */
export function annotatedOtherwise({ flags }: K3sModel, { args, where }: OwnNode): Disagreement[] {
  if (!args) return [];
  const set = flags.names().filter((name) => flags.all(name).length > 0);
  return [...new Set([...set, ...args.keys()])].flatMap((flag) => {
    const all = flags.all(flag);
    const unsure = !args.has(flag) && !isKnownFlag(flag);
    const side = { values: all.map((a) => a.value), where: all.slice(-1).map((a) => a.where) };
    return unsure ? [] : compared('K3s', flag, side, args.get(flag), where.args);
  });
}

/** By what the kubelet says that it has in force. */
export function inForceOtherwise({ kubelet }: K3sModel, { settings, where }: OwnNode): Disagreement[] {
  return [...(kubelet ?? [])].flatMap(([flag, one]) => {
    const path = settingOfArgument(flag);
    const value = path === undefined ? undefined : settingAt(settings, path);
    return path === undefined || value === undefined ? [] : compared('kubelet', flag, sideOf(one), [value], where.settings);
  });
}

/** A value as an argument would have it. What is left out of configz, or is no single value, is not compared. */
function settingAt(settings: unknown, path: string): string | undefined {
  let here = settings;
  for (const key of path.split('.')) here = typeof here === 'object' && here !== null ? (here as Record<string, unknown>)[key] : undefined;
  if (Array.isArray(here)) return here.map(String).join(',');
  return typeof here === 'object' || here === undefined ? undefined : String(here);
}

interface Side {
  readonly values: readonly string[];
  readonly where: readonly Where[];
}

/** Undefined: it cannot be told. */
function sideOf(flag: ComponentFlag | undefined): Side | undefined {
  if (!flag) return { values: [], where: [] };
  return 'is' in flag ? undefined : { values: flag.values.map((v) => v.value), where: flag.values.slice(-1).map((v) => v.where) };
}

function compared(component: string, flag: string, configured: Side | undefined, running: readonly string[] = [], where: Where): Disagreement[] {
  if (!configured || isSecretFlag(flag) || holdsPlaceholder([...configured.values, ...running])) return [];
  if (sorted(configured.values) === sorted(running)) return [];
  const text = (values: readonly string[]): string | undefined => (values.length === 0 ? undefined : values.map((v) => withoutSecret(flag, v)).join(' + '));
  const sides = { configured: text(configured.values), running: text(running) };
  return [
    {
      component,
      flag,
      ...(sides.configured === undefined ? {} : { configured: sides.configured }),
      ...(sides.running === undefined ? {} : { running: sides.running }),
      where: [...configured.where, where],
    },
  ];
}

/** K3s sorts what it logs, so order tells nothing. */
const sorted = (values: readonly string[]): string => JSON.stringify([...values].sort());
