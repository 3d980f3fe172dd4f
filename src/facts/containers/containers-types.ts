/** How Go's TOML decoder fits a value to a key of containers.conf (BurntSushi/toml decode.go: unify). */
import type { Json } from '../fact.ts';
import { type Place, plain, type TextNode } from '../text/node.ts';
import { shortened } from '../text/shortened.ts';
import type { KeyType, KnownKey } from './containers-keys.ts';
import { type Release, since } from './podman-release.ts';

/** A value that fits; `append` is the attribute of a list. Or why it does not fit: Podman then refuses every command. */
export type Fitted = { readonly value: Json; readonly append?: boolean; readonly said?: string } | { readonly refused: string; readonly at: Place };

const words: Readonly<Record<KeyType, string>> = {
  boolean: 'true or false',
  string: 'a string',
  text: 'a string or a number',
  int: 'a whole number',
  uint: 'a whole number',
  uint16: 'a whole number from 0 to 65535',
  uint32: 'a whole number from 0 to 4294967295',
  strings: 'a list of strings',
  map: 'a table of strings',
  maps: 'a table of lists of strings',
  tables: 'a table of tables',
  pools: 'a list of tables',
};

/** Fits a value to a key for one release. */
export function fitValue(known: KnownKey, node: TextNode, release: Release): Fitted {
  const { type } = known;
  const no = (at: Place = node.at): Fitted => ({ refused: `is ${nameOf(node)}, not ${words[type]}`, at });
  switch (type) {
    case 'boolean':
    case 'string':
      return node.is === 'scalar' && node.type === type ? { value: node.value } : no();
    case 'text':
      return node.is === 'scalar' && (node.type === 'string' || node.type === 'integer') ? { value: node.value } : no();
    case 'int':
    case 'uint':
    case 'uint16':
    case 'uint32':
      return number(type, node) ?? no();
    case 'strings':
      return strings(node, since(release, '4.8')) ?? no();
    case 'map':
    case 'maps':
    case 'tables': {
      if (node.is !== 'map') return no();
      const wrong = node.entries.find(
        ({ value }) => !(type === 'map' ? isString(value) : type === 'maps' ? value.is === 'list' && value.items.every(isString) : value.is === 'map'),
      );
      return wrong ? no(wrong.value.at) : { value: plain(node) };
    }
    case 'pools':
      return node.is === 'list' && node.items.every((i) => i.is === 'map') ? { value: plain(node) } : no();
  }
}

const isString = (node: TextNode): boolean => node.is === 'scalar' && node.type === 'string';

function nameOf(node: TextNode): string {
  if (node.is !== 'scalar') return node.is === 'map' ? 'a table' : 'a list';
  return node.type === 'boolean'
    ? `the boolean ${node.value}`
    : node.type === 'string'
      ? `the string ${shortened(JSON.stringify(node.value), 80)}`
      : `the ${node.type} ${String(node.value)}`;
}

function number(type: 'int' | 'uint' | 'uint16' | 'uint32', node: TextNode): Fitted | undefined {
  if (node.is !== 'scalar' || node.type !== 'integer' || typeof node.value !== 'number' || Math.abs(node.value) > 2 ** 63) return undefined;
  const { value } = node;
  if (type === 'int' || value >= 0) return type === 'uint16' && value > 0xffff ? undefined : type === 'uint32' && value > 0xffffffff ? undefined : { value };
  // The decoder checks the range of the narrow types only; the wide one wraps.
  return type === 'uint' ? { value: value + 2 ** 64, said: `${value} wraps to a huge number, since the key is unsigned` } : undefined;
}

/** containers/common:internal/attributedstring/slice.go; before 4.8 a list of strings and nothing else. */
function strings(node: TextNode, attributes: boolean): Fitted | undefined {
  if (node.is !== 'list') return undefined;
  const values: string[] = [];
  let append: boolean | undefined;
  for (const item of node.items) {
    if (item.is === 'scalar' && item.type === 'string') values.push(String(item.value));
    else if (item.is !== 'map' || !attributes) return { refused: `is a list with ${nameOf(item)} in it, not of strings`, at: item.at };
    else
      for (const { key, value, at } of item.entries) {
        if (key !== 'append' || value.is !== 'scalar' || typeof value.value !== 'boolean')
          return { refused: `has the attribute ${key}, where only append = true or false is known`, at };
        append = value.value;
      }
  }
  return append === undefined ? { value: values } : { value: values, append };
}
