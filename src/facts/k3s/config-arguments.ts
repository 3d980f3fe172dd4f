/**
 * config.yaml and its drop-ins as arguments (k3s-io/k3s:pkg/configfilearg/parser.go): files in order, the last one wins
 * for a key, `key+` appends, a list becomes the flag once for each element.
 */
import type { Where } from '../fact.ts';
import { placed, type TextEntry, type TextNode } from '../text/node.ts';
import type { Argument, Placed } from './given.ts';

/** One file: its path, and its keys in their order, repeated ones included. */
export interface ConfigFile {
  readonly path: string;
  readonly entries: readonly TextEntry[];
}

/** Which files of the drop-in directory are read: `.yaml` and `.yml` in any case of letters, in the order of their names. */
export const isConfigDropIn = (name: string): boolean => /\.ya?ml$/i.test(name);

interface Key {
  readonly values: Placed[];
  /** What it had before, the oldest first. */
  readonly beaten: (readonly Placed[])[];
  /** A key without a value: when something is appended to it, it is no element. */
  nothing: boolean;
}

/** The arguments that the files stand for, in the order in which their keys were first seen. */
export function configArguments(files: readonly ConfigFile[]): readonly Argument[] {
  const same =
    last.files.length === files.length && files.every(({ path, entries }, at) => last.files[at]?.path === path && last.files[at].entries === entries);
  if (!same) last = { files, all: argumentsOf(files) };
  return last.all;
}

/** Whoever asks for a model of K3s gets to the same files again and again; what was parsed of them is the same as well. */
let last: { readonly files: readonly ConfigFile[]; readonly all: readonly Argument[] } = { files: [], all: [] };

function argumentsOf(files: readonly ConfigFile[]): readonly Argument[] {
  const keys = new Map<string, Key>();
  for (const { path, entries } of files) for (const entry of entries) take(keys, entry, path);
  return [...keys].flatMap(([flag, { values, beaten }]) => withBeaten(flag, values, beaten.reverse().flat()));
}

const withBeaten = (flag: string, values: readonly Placed[], beaten: readonly Placed[]): Argument[] => values.map((one) => ({ flag, ...one, beaten }));

function take(keys: Map<string, Key>, { key, value, at }: TextEntry, path: string): void {
  const name = key.replace(/\+$/, '');
  const before = keys.get(name);
  const values = written(value, placed(path, at));
  const nothing = isNothing(value);
  if (!before) keys.set(name, { values, beaten: [], nothing });
  else if (name === key) {
    before.beaten.push(before.values);
    keys.set(name, { values, beaten: before.beaten, nothing });
  } else {
    if (before.nothing) before.values.length = 0;
    if (!nothing) for (const one of values) before.values.push(one);
    before.nothing = false;
  }
}

const isNothing = (node: TextNode): boolean => node.is === 'scalar' && node.type === 'null';

/** The values of a key; a scalar without a value is the empty text. */
const written = (node: TextNode, where: Where): Placed[] => (node.is === 'list' ? elements(node, where) : [{ value: goText(node), where }]);

const elements = ({ items }: Extract<TextNode, { is: 'list' }>, where: Where): Placed[] =>
  items.map((item) => ({ value: goText(item), where: { path: where.path, line: item.at.line, column: item.at.column } }));

/**
 * A value as Go prints it (rancher/wrangler:pkg/data/convert ToString): `0640` without quotes is 416, since go-yaml v2
 * reads it as octal; true, false and numbers in their usual writing.
 */
function goText(node: TextNode): string {
  if (node.is === 'list') return `[${node.items.map(goText).join(' ')}]`;
  if (node.is === 'map') return `map[${node.entries.map(({ key, value }) => `${key}:${goText(value)}`).join(' ')}]`;
  return node.value === null ? '' : String(node.value);
}
