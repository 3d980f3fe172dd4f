/**
 * The form of registries.yaml, as K3s' Go types have it (rancher/wharfie:pkg/registries/types.go) and go-yaml v2 decodes
 * it: a value of another type is an error, and the node does not come up; a key that no type has is passed over in silence.
 */
import type { TextEntry, TextNode } from '../text/node.ts';

/** What a value may be. */
type Form = 'text' | 'boolean' | { readonly list: Form } | { readonly map: Form } | { readonly fields: Readonly<Record<string, Form>> };

export interface Mistake {
  /** The key, dotted. */
  readonly key: string;
  /** A clause about it. */
  readonly what: string;
  readonly node: TextNode;
  /** K3s refuses the file; else it passes over what stands there. */
  readonly stops: boolean;
  /** The value that was meant without a doubt. */
  readonly meant?: boolean | readonly string[];
}

const auth: Form = { fields: { username: 'text', password: 'text', auth: 'text', identity_token: 'text' } };
const tls: Form = { fields: { ca_file: 'text', cert_file: 'text', key_file: 'text', insecure_skip_verify: 'boolean' } };
const mirror: Form = { fields: { endpoint: { list: 'text' }, rewrite: { map: 'text' } } };
const sections: Readonly<Record<string, Form>> = { mirrors: { map: mirror }, configs: { map: { fields: { auth, tls } } }, auths: { map: auth } };

/** A key with its sections; what is no plain word stands in quotes, as where a key of a file is named. */
const dotted = (path: readonly string[]): string => path.map((segment) => (/^[\w-]+$/.test(segment) ? segment : JSON.stringify(segment))).join('.');

/** Everything in a parsed registries.yaml that K3s refuses or passes over. */
export const mistakesIn = (root: TextNode): Mistake[] => check(root, { fields: sections }, []);

function check(node: TextNode, form: Form, path: readonly string[]): Mistake[] {
  if (node.is === 'scalar' && node.type === 'null') return [];
  const wrong = (wanted: string): Mistake[] => [{ key: dotted(path), what: `must be ${wanted}`, node, stops: true }];
  if (form === 'text') return node.is === 'scalar' ? [] : wrong('text');
  if (form === 'boolean') return node.is === 'scalar' && node.type === 'boolean' ? [] : meaning(wrong('true or false'), truthOf(node));
  if ('list' in form)
    return node.is === 'list' ? node.items.flatMap((item, at) => check(item, form.list, [...path, String(at)])) : meaning(wrong('a list'), aloneIn(node));
  if (node.is !== 'map') return wrong('keys and values');
  if ('map' in form) return [...repeated(node.entries, path), ...node.entries.flatMap((one) => named(one, form.map, path))];
  return [...repeated(node.entries, path), ...node.entries.flatMap((one) => known(one, form.fields, path))];
}

const meaning = (mistakes: Mistake[], meant: Mistake['meant']): Mistake[] =>
  meant === undefined ? mistakes : mistakes.map((mistake) => ({ ...mistake, meant }));

/** A word in quotes that says yes or no. */
function truthOf(node: TextNode): boolean | undefined {
  const word = node.is === 'scalar' ? String(node.value).toLowerCase() : '';
  return ['true', 'yes', 'on'].includes(word) ? true : ['false', 'no', 'off'].includes(word) ? false : undefined;
}

/** The one element of a list that was written without it; none where it may hold a password. */
const aloneIn = (node: TextNode): readonly string[] | undefined =>
  node.is === 'scalar' && typeof node.value === 'string' && !node.value.includes('@') ? [node.value] : undefined;

/** An entry whose name is the user's own. A section that stands a level too deep is taken for a registry of its name. */
function named({ key, value, at }: TextEntry, form: Form, path: readonly string[]): Mistake[] {
  if (path.length !== 1 || !Object.hasOwn(sections, key)) return check(value, form, [...path, key]);
  const what = `stands below ${path[0]}, so K3s takes it for a registry called ${key}`;
  return [{ key: dotted([...path, key]), what, node: { ...value, at }, stops: false }];
}

function known({ key, value, at }: TextEntry, fields: Readonly<Record<string, Form>>, path: readonly string[]): Mistake[] {
  const form = Object.hasOwn(fields, key) ? fields[key] : undefined;
  if (form !== undefined) return check(value, form, [...path, key]);
  const what = `is no key that K3s knows here (${Object.keys(fields).join(', ')})`;
  return [{ key: dotted([...path, key]), what, node: { ...value, at }, stops: false }];
}

function repeated(entries: readonly TextEntry[], path: readonly string[]): Mistake[] {
  const later = entries.filter(({ key }, at) => entries.findIndex((e) => e.key === key) < at);
  return later.map(({ key, value, at }) => ({ key: dotted([...path, key]), what: 'stands there twice', node: { ...value, at }, stops: false }));
}
