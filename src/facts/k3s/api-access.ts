/**
 * Whom the API server lets in: what its flags say, or the files that stand in for them. Without a flag and without a file
 * Kubernetes' own defaults hold, which let everybody in (kubernetes/apiserver:pkg/apis/apiserver/types.go,
 * kubernetes/kubernetes:pkg/kubeapiserver/options).
 */
import { type Asking, read } from '../ask.ts';
import { type Unknown, unknown, unparsable, type Where } from '../fact.ts';
import { source, type Touches } from '../source.ts';
import { entry, placed, plain, type TextNode } from '../text/node.ts';
import { parseYaml } from '../text/yaml.ts';
import type { ComponentFlag, Given } from './component-args.ts';
import type { Flags } from './components.ts';
import { goBool } from './go.ts';

export interface Access<T> {
  readonly is: 'told';
  readonly value: T;
  readonly where: readonly Where[];
}

export interface ApiAccess {
  /** Requests of nobody in particular are answered. */
  readonly anonymous: Access<boolean> | Unknown;
  /** The authorizers in order. */
  readonly authorizers: Access<readonly string[]> | Unknown;
}

const touches: Touches = [{ do: 'read', named: 'what authentication-config and authorization-config name', later: true }];

export const apiAccess = source(touches, learnAccess);

/** `otherwise` is where it would be said if nothing says it. */
function* learnAccess(flags: Flags, otherwise: Where): Asking<ApiAccess> {
  const anonymous = yield* decided(flags, 'anonymous-auth', 'authentication-config', ({ values }) => goBool(values.at(-1)?.value ?? '') !== false, anonymousIn);
  const authorizers = yield* decided(
    flags,
    'authorization-mode',
    'authorization-config',
    ({ values }) => values.flatMap((v) => v.value.split(',')),
    authorizersIn,
  );
  return {
    anonymous: anonymous ?? { is: 'told', value: true, where: [otherwise] },
    authorizers: authorizers ?? { is: 'told', value: ['AlwaysAllow'], where: [otherwise] },
  };
}

/** By the flag, else by the file that another flag names; undefined where neither is given. */
function* decided<T>(
  flags: Flags,
  name: string,
  fileFlag: string,
  byFlag: (flag: Given) => T,
  byFile: (root: TextNode) => T,
): Asking<Access<T> | Unknown | undefined> {
  const flag = flags.get(name);
  if (flag && isUnknown(flag)) return flag;
  if (flag) return { is: 'told', value: byFlag(flag), where: flag.values.map((v) => v.where).reverse() };
  const file = flags.get(fileFlag);
  if (!file || isUnknown(file)) return file;
  const last = file.values.at(-1);
  const path = last?.value ?? '';
  const text = yield* read(path);
  if (text.is === 'blocked') return unknown(text, path);
  if (text.is === 'absent')
    return unparsable(`${path}, which --${fileFlag} names, is not there, so the API server does not start`, ...(last ? [last.where] : []));
  const parsed = parseYaml(text.value, { first: true });
  if (parsed.is === 'broken') return unparsable(`${path} is not valid YAML (${parsed.problem.message})`, placed(path, parsed.problem));
  return { is: 'told', value: byFile(parsed.root), where: [{ path }, ...(last ? [last.where] : [])] };
}

const isUnknown = (flag: ComponentFlag): flag is Unknown => 'is' in flag;

/** Without a block of its own, anonymous access is on; a block is off that does not say so (kubernetes/apiserver:pkg/apis/apiserver/types.go AnonymousAuthConfig). */
function anonymousIn(root: TextNode): boolean {
  const block = entry(root, 'anonymous')?.value;
  if (!block || plain(block) === null) return true;
  const enabled = entry(block, 'enabled')?.value;
  return enabled !== undefined && plain(enabled) === true;
}

function authorizersIn(root: TextNode): string[] {
  const list = entry(root, 'authorizers')?.value;
  return list?.is === 'list' ? list.items.flatMap((item) => [String(plain(entry(item, 'type')?.value ?? item))]) : [];
}
