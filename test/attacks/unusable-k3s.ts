/**
 * Files of K3s and CRI-O that no program can use: on whole hosts, each file in turn is garbage, empty, a directory, a link
 * to nowhere, or closed, and each file of YAML holds anchors, keys twice, tabs, or a list without end. What then may not be
 * is told by what is sound whatever the file means: a verdict rests on a file where it is gone when the file is closed.
 */
import type { FileSpec } from '../../src/collect/composed/composed.ts';
import type { Rule } from '../../src/rules/rule.ts';
import type { Verdict } from '../../src/verdicts/report.ts';
import { pack } from '../laws/every-rule.ts';
import type { On } from '../laws/judging.ts';
import { cites, passes, passesClosed, type Read, readBy, spoiltBy, verdictsWrong, without } from './unusable.ts';

const own = /^(?:cis\.k3s|k3s|crio)\./;
export const rules = pack.rules.filter(({ id }) => own.test(id));

/** Formats in which a program refuses a whole file for one mistake. */
const strict =
  /\/(?:config\.yaml|config\.yaml\.d\/[^/]+|registries\.yaml|kubelet\.conf\.d\/[^/]+\.conf|encryption-config\.json|encryption-state\.json|[^/]+\.kubeconfig|k3s\.yaml|psa\.yaml|audit\.yaml|etcd\/config|crio\/crio\.conf|crio\/crio\.conf\.d\/[^/]+|policy\.json|storage\.conf|registries\.conf|[^/]+\.conflist)$/;
/** K3s takes an empty one for one without keys. */
const mayBeEmpty = /\/k3s\/config\.yaml(?:\.d\/[^/]+)?$/;
const yaml = /\.(?:yaml|yml)$|kubelet\.conf\.d\/[^/]+\.conf$/;
/** Not of K3s or CRI-O: the system's own files, which other attacks break. */
const ofOthers = /^\/(?:proc|sys|usr\/lib\/systemd|usr\/lib\/os-release|bin|lib|sbin|etc\/(?:passwd|group|hostname|os-release|subuid|subgid))(?:\/|$)/;

type Spoil = () => FileSpec;
const closed: FileSpec = { content: '', blocked: 'denied' };

/** Whatever the file is, what is in it counts for nothing. */
const useless = {
  garbage: () => ({ content: '\u0007[[[ {{{ "\n\t: = ]\n', mode: '0600' }),
  'a directory': () => ({ type: 'directory', mode: '0700' }),
} as const satisfies Record<string, Spoil>;
/** What may be taken for a file that says nothing, or is not there. */
const hollow = {
  empty: () => ({ content: '', mode: '0600' }),
  'a dangling link': () => ({ link: '/nowhere/at/all' }),
} as const satisfies Record<string, Spoil>;
const firstKey = /^([A-Za-z][\w-]*): *(\S.*)?$/m;
/** The same meaning, or a file that no program can use. */
const odd = {
  anchors: (text) => text.replace(firstKey, (_, key: string, value = '') => `${key}: &all ${value}`),
  'keys twice': (text) => `${text.replace(/\n?$/, '\n')}${firstKey.exec(text)?.[1] ?? 'a'}: {{{\n`,
  tabs: (text) => text.replace(firstKey, (line) => `a:\n\tb: 1\n${line}`),
  'a list of 10 MB': (text) => `${text.replace(/\n?$/, '\n')}zz-list:\n${'- aaaaaaaaaaaa\n'.repeat(700_000)}`,
} as const satisfies Record<string, (text: string) => string>;

export type How = keyof typeof useless | keyof typeof hollow | keyof typeof odd | 'closed';
const namesOf = (of: object): How[] => Object.keys(of) as How[];
/** Each way in which this file may be spoilt. */
export const waysFor = (path: string): How[] => ['closed', ...namesOf(useless), ...namesOf(hollow), ...(yaml.test(path) ? namesOf(odd) : [])];

/** Every file of K3s or CRI-O on a host that one of its rules looks at. */
export const filesOf = (on: On): Read[] => readBy(rules, on, (_, path) => !ofOthers.test(path));

/** What is wrong with the verdicts on a host with one of its files spoilt. */
export function wrongWith(on: On, read: Read, how: How): Generator<string> {
  const { path, text } = read;
  const spoilt = spoiltBy(on, path, specFor(how, text, on.host.files?.[path] ?? null));
  return verdictsWrong(read, spoilt, how, (rule, v) => mayPass(rule, on, spoilt, path, how, v));
}

function specFor(how: How, text: string, spec: FileSpec): FileSpec {
  const mode = typeof spec === 'object' && spec?.mode ? { mode: spec.mode } : {};
  if (how === 'closed') return { ...(closed as object), ...mode };
  if (how in odd) return { content: odd[how as keyof typeof odd](text), ...mode };
  return { ...useless, ...hollow }[how as keyof typeof useless]();
}

/** Whether a pass on the spoilt host rests on something else, or on the file as it stands. */
function mayPass(rule: Rule, on: On, spoilt: On, path: string, how: How, v: Verdict): boolean {
  if (how === 'closed') return passes(rule, on, v) && !cites(v, path);
  if (how in odd) return passes(rule, on, v) && (how !== 'tabs' || !strict.test(path) || passesClosed(rule, spoilt, path, v));
  if (how in hollow && cites(v, path)) return false;
  if (how === 'empty' && mayBeEmpty.test(path)) return true;
  if (how in hollow && passes(rule, without(on, path), v)) return true;
  return !strict.test(path) || passesClosed(rule, spoilt, path, v);
}
