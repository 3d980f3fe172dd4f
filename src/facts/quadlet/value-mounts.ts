/**
 * Volumes, mounts and secrets as Podman reads them (containers/podman:pkg/specgenutil/volumes.go, pkg/util/mount_opts.go,
 * cmd/podman/parse/parse.go; containers/common:pkg/parse/parse.go; tried with 4.3.1, 5.4.2 and 5.8.6).
 */

import { since } from '../containers/podman-release.ts';
import { csvRecord } from '../podman/mount-option.ts';
import { type Asked, type Check, resourceName } from './value-check.ts';

/** Options of --volume that exclude each other. */
const groups: readonly (readonly string[])[] = [
  ['rw', 'ro'],
  ['z', 'Z', 'O'],
  ['U'],
  ['exec', 'noexec'],
  ['dev', 'nodev'],
  ['suid', 'nosuid'],
  ['bind', 'rbind'],
  ['shared', 'rshared', 'private', 'rprivate', 'slave', 'rslave', 'unbindable', 'runbindable'],
  ['copy', 'nocopy'],
];
const harmless = ['cached', 'delegated', 'no-dereference'];
const dirs = /^(?:upperdir|workdir)=/;

/** `--volume [SOURCE:]TARGET[:OPTIONS]`. */
const overRoot = 'nothing is mounted over the root of the container';

export const volume: Check = (value, asked) => {
  const parts = value.split(':');
  if (parts.length > 3) return 'no more than SOURCE:TARGET:OPTIONS is taken';
  const [source, target, options] = parts.length === 1 ? [undefined, parts[0] as string, undefined] : (parts as [string, string, string?]);
  if (source === '') return 'the source is empty';
  if (!target.startsWith('/')) return target === '' ? 'the path in the container is empty' : `the path in the container, ${target}, is not absolute`;
  if (/^\/+$/.test(target)) return overRoot;
  if (source !== undefined && !/^[./]/.test(source)) {
    const problem = resourceName(source, asked);
    if (problem) return `${source} is neither a path nor a name of a volume: ${problem}`;
  }
  return options === undefined ? undefined : optionsProblem(options.split(','));
};

function optionsProblem(options: readonly string[]): string | undefined {
  const overlay = options.includes('O');
  const plain = options.filter((o) => !(overlay && dirs.test(o)) && !/^idmap(?:=|$)/.test(o));
  for (const group of groups) {
    const found = plain.filter((o) => group.includes(o));
    if (found.length > 1) return `only one of ${group.join(', ')} is possible, not ${found.join(' and ')}`;
  }
  const beside = overlay ? plain.find((o) => o !== 'O' && o !== 'U') : undefined;
  if (beside !== undefined) return `beside O no ${beside} may stand`;
  const unknown = plain.find((o) => !harmless.includes(o) && !groups.some((g) => g.includes(o)));
  return unknown === undefined ? undefined : `${unknown === '' ? 'an empty word' : unknown} is not an option of a volume`;
}

/** Types of --mount, with the release that took them first. */
const types: Readonly<Record<string, string>> = { bind: '4', volume: '4', tmpfs: '4', image: '4', devpts: '4', glob: '4.7', ramfs: '4.7', artifact: '5.5' };
const common = 'dst destination target ro readonly rw U chown'.split(' ');
const propagation = 'bind-propagation shared rshared private rprivate slave rslave unbindable runbindable'.split(' ');
const flags = 'exec noexec dev nodev suid nosuid relabel idmap consistency z Z'.split(' ');
const keys: Readonly<Record<string, readonly string[]>> = {
  bind: [...common, ...propagation, ...flags, 'src', 'source', 'bind-nonrecursive', 'no-dereference'],
  volume: [...common, ...propagation, ...flags, 'src', 'source', 'subpath', 'volume-subpath', 'volume-opt', 'bind-nonrecursive', 'no-dereference'],
  tmpfs: [...common, ...flags, 'tmpfs-size', 'tmpfs-mode', 'tmpcopyup', 'notmpcopyup'],
};
const words: Readonly<Record<string, RegExp>> = {
  relabel: /^(?:private|shared)$/,
  'bind-propagation': /^r?(?:shared|slave|private|unbindable)$/,
};

/** `--mount type=TYPE,…`. Options of types other than bind, volume and tmpfs are not looked at. */
export const mount: Check = (value, asked) => {
  const fields = csvRecord(value);
  if (!fields) return 'it is not a list of comma-separated values';
  const typeAt = fields.findIndex((f) => /^type=[^=]*$/.test(f));
  if (typeAt < 0 && !since(asked.release, '5.6')) return 'it has no type=';
  const type = typeAt < 0 ? 'volume' : (fields[typeAt] as string).slice('type='.length);
  const from = Object.hasOwn(types, type) ? types[type] : undefined;
  if (from === undefined) return `${type} is not a type of a mount`;
  if (!since(asked.release, from)) return `the type ${type} came with Podman ${from}`;
  const pairs = fields
    .filter((_, at) => at !== typeAt)
    .map((f) => [f.split('=', 1)[0] as string, f.includes('=') ? f.slice(f.indexOf('=') + 1) : undefined] as const);
  return optionProblem(type, pairs) ?? (type === 'volume' ? sourceProblem(pairs, asked) : undefined) ?? targetProblem(type, pairs);
};

function sourceProblem(pairs: Pairs, asked: Asked): string | undefined {
  const name = pairs.findLast(([key]) => key === 'src' || key === 'source')?.[1] ?? '';
  const problem = name === '' || /^[./]/.test(name) ? undefined : resourceName(name, asked);
  return problem && `${name} is not a name of a volume: ${problem}`;
}

type Pairs = readonly (readonly [string, string | undefined])[];

function optionProblem(type: string, pairs: Pairs): string | undefined {
  const known = keys[type];
  if (!known) return undefined;
  const unknown = pairs.find(([key]) => !known.includes(key));
  if (unknown) return `${unknown[0] === '' ? 'an empty word' : unknown[0]} is not an option of a mount of type ${type}`;
  if (pairs.filter(([key]) => ['ro', 'readonly', 'rw'].includes(key)).length > 1) return 'only one of ro, readonly and rw is possible';
  const strange = pairs.find(([key, value]) => Object.hasOwn(words, key) && !words[key]?.test(value ?? ''));
  if (strange) return `${strange[1] ?? ''} is not a value of ${strange[0]}`;
  const sized =
    type === 'tmpfs' ? pairs.map(([key, value = '']) => tmpfsValue(`${key.replace(/^tmpfs-/, '')}=${value}`)).find((w) => w !== undefined) : undefined;
  if (sized !== undefined) return sized;
  return type === 'bind' && pairs.some(([key, value]) => /^(?:src|source)$/.test(key) && !value) ? 'the source is empty' : undefined;
}

function targetProblem(type: string, pairs: Pairs): string | undefined {
  const target = pairs.findLast(([key]) => ['dst', 'destination', 'target'].includes(key))?.[1];
  if (type === 'glob' && target === undefined) return undefined;
  if (!target) return 'the path in the container is missing';
  if (/^\/+$/.test(target)) return overRoot;
  return target.startsWith('/') ? undefined : `the path in the container, ${target}, is not absolute`;
}

const tmpfsOptions =
  /^(?:rw|ro|exec|noexec|dev|nodev|suid|nosuid|size=.*|mode=.*|tmpcopyup|notmpcopyup|U|r?(?:shared|slave|private|unbindable)|noswap|r?bind)$/;

/** The kernel refuses the mount (torvalds/linux:mm/shmem.c shmem_parse_one). */
function tmpfsValue(option: string): string | undefined {
  const [name, value = ''] = option.split(/=(.*)/s);
  if (name === 'size' && !/^(?:0x[0-9a-f]+|\d+)[kmgtpe%]?$/i.test(value)) return `${value} is no size of a tmpfs such as 64m or 50%`;
  return name === 'mode' && !/^[0-7]+$/.test(value) ? `${value} is no octal mode` : undefined;
}

/** `--tmpfs PATH[:OPTIONS]`. */
export const tmpfs: Check = (value) => {
  const [path = '', options, more] = value.split(':');
  if (!path.startsWith('/')) return `the path in the container, ${path}, is not absolute`;
  if (more !== undefined) return 'no more than PATH:OPTIONS is taken';
  const given = options?.split(',') ?? [];
  const unknown = given.find((o) => !tmpfsOptions.test(o));
  if (unknown !== undefined) return `${unknown === '' ? 'an empty word' : unknown} is not an option of a tmpfs`;
  const wrong = given.map(tmpfsValue).find((w) => w !== undefined);
  if (wrong) return wrong;
  const pair = [
    ['rw', 'ro'],
    ['exec', 'noexec'],
    ['suid', 'nosuid'],
    ['dev', 'nodev'],
  ].find((p) => p.every((o) => given.includes(o)));
  return pair && `${pair.join(' and ')} exclude each other`;
};

/** `--secret NAME[,KEY=VALUE]…` of a container (containers/podman:pkg/specgenutil/specgen.go parseSecrets). */
export const secret: Check = (value) => {
  const [name = '', ...rest] = value.split(',');
  const options = name.includes('=') && rest.length > 0 ? [name, ...rest] : rest;
  if (name === '') return 'the name is empty';
  const pairs = options.map((o) => [o.split('=', 1)[0] as string, o.includes('=') ? o.slice(o.indexOf('=') + 1) : undefined] as const);
  const bare = pairs.find(([, v]) => v === undefined);
  if (bare) return `${bare[0] === '' ? 'an empty word' : bare[0]} has no value`;
  const problem = pairs.map(([key, v]) => secretOption(key, v ?? '')).find((p) => p !== undefined);
  if (problem) return problem;
  const ofMount = pairs.find(([key]) => ['uid', 'gid', 'mode'].includes(key));
  return ofMount && pairs.some(([key, v]) => key === 'type' && v === 'env') ? `${ofMount[0]} is for secrets that are mounted, not of type env` : undefined;
};

function secretOption(key: string, value: string): string | undefined {
  if (key === 'source' || key === 'target') return undefined;
  if (key === 'type') return value === 'mount' || value === 'env' ? undefined : `the type of a secret is mount or env, not ${value}`;
  if (key === 'uid' || key === 'gid') return /^\d+$/.test(value) ? undefined : `${key} is a number, not ${value}`;
  if (key === 'mode') return /^[0-7]+$/.test(value) ? undefined : `mode is an octal number, not ${value}`;
  return `${key} is not an option of a secret`;
}

/** `--device HOST[:CONTAINER[:PERMISSIONS]]`; a name of CDI is left alone. */
export const device: Check = (value) => {
  const parts = value.split(':');
  if (parts.length > 3) return 'no more than HOST:CONTAINER:PERMISSIONS is taken';
  const mode = parts.length === 3 ? parts[2] : undefined;
  const letters = [...(mode ?? '')];
  return mode !== undefined && (!/^[rwm]+$/.test(mode) || new Set(letters).size < letters.length) ? `${mode} is not a set of r, w and m` : undefined;
};
