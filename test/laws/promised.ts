/** Files that patterns name, added to the host of a case: what a promise is tried on that no case happens to need. */
import type { FileSpec, HostSpec } from '../../src/collect/composed/composed.ts';
import type { Account } from '../../src/facts/ask.ts';
import { isPath, type Paths, type Pattern } from '../../src/facts/pattern.ts';

/** Patterns of one directory, which are tried together: a file there may hide those of another. */
export type Place = readonly Paths[];

/** The patterns that tell paths, by the part of them before the first star; of a command the paths that it is given. */
export function placesOf(patterns: readonly Pattern[]): Place[] {
  const places = new Map<string, Paths[]>();
  for (const pattern of patterns.flatMap(pathsIn)) {
    const [start = ''] = pattern.path.split('*', 1);
    const at = start.slice(0, start.lastIndexOf('/'));
    places.set(at, [...(places.get(at) ?? []), pattern]);
  }
  return [...places.values()];
}

function pathsIn(pattern: Pattern): Paths[] {
  if (isPath(pattern)) return [pattern];
  if (pattern.do === 'run') return pattern.argv.filter((word) => word.startsWith('/')).map((path) => ({ do: 'read', path }));
  return pattern.do === 'get' && 'socket' in pattern ? [{ do: 'read', path: pattern.socket }] : [];
}

/** What these patterns name, as files of a host; undefined where all of it is there already. */
export function withPlaces(place: Place, host: HostSpec): Record<string, FileSpec> | undefined {
  const names = namesOn(host);
  const files: Record<string, FileSpec> = {};
  for (const pattern of place)
    for (const template of [pattern.path, ...(pattern.first ?? [])])
      for (const account of accountsOf(host))
        for (const path of concrete(template, account, names, pattern.do === 'list')) {
          if (host.files?.[path] !== undefined || files[path] !== undefined) continue;
          files[path] = pattern.do === 'list' ? { type: 'directory' } : { content: contentFor(path, host) };
        }
  // A file cannot be a directory as well.
  for (const path of Object.keys(files)) if (Object.keys({ ...host.files, ...files }).some((p) => p.startsWith(`${path}/`))) delete files[path];
  return Object.keys(files).length > 0 ? files : undefined;
}

/** Root, those of /etc/passwd, and who inspects. */
function accountsOf(host: HostSpec): Account[] {
  const passwd = host.files?.['/etc/passwd'];
  const text = typeof passwd === 'string' ? passwd : (passwd?.content ?? '');
  const rows = text.split('\n').map((line) => line.split(':'));
  const named = rows.filter((row) => row.length > 5).map(([name = '', , uid, gid, , home = '']) => ({ name, uid: Number(uid), gid: Number(gid), home }));
  return [{ name: 'root', uid: 0, gid: 0, home: '/root' }, ...named.filter(({ uid }) => uid > 0), ...(host.user ? [host.user] : [])];
}

/** Names of files on a host, and what stands beside units. */
function namesOn(host: HostSpec): string[] {
  const seen = new Set(Object.keys(host.files ?? {}).flatMap((path) => path.split('/').slice(1)));
  const units = [...seen].filter((name) => /^[^/]+\.(?:service|socket|slice|timer|target)$/.test(name));
  return [
    ...seen,
    ...units.map((name) => `${name}.d`),
    'service.d',
    'socket.d',
    'slice.d',
    'multi-user.target.wants',
    'multi-user.target.requires',
    'multi-user.target.upholds',
  ];
}

/** Paths that a template names for an account: each segment with a star becomes each name of the host that it takes, or one of its own. */
function concrete(template: string, account: Account, names: readonly string[], directory: boolean): string[] {
  const filled = template
    .replace(/^~(?=\/|$)|^\/\*\*/, account.home)
    .replaceAll('{uid}', String(account.uid))
    .replaceAll('{user}', account.name);
  let paths = [''];
  const segments = filled.split('/').slice(1);
  for (const [at, segment] of segments.entries()) {
    const choices = segment.includes('*') ? choicesFor(segment, names, account, at === segments.length - 1 && !directory) : [segment];
    paths = paths.flatMap((path) => choices.map((choice) => `${path}/${choice}`)).slice(0, 60);
  }
  return paths.filter((path) => !path.includes('{'));
}

function choicesFor(segment: string, names: readonly string[], account: Account, last: boolean): string[] {
  if (segment === '*' || segment === '**') return ['x', String(account.uid), ...(last ? ['x.conf', 'x.xml'] : [])];
  const expression = new RegExp(
    `^${segment
      .split(/\*+/)
      .map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'))
      .join('.*')}$`,
  );
  const known = names.filter((name) => expression.test(name));
  return [...known.slice(0, 6), segment.replaceAll(/\*+/g, 'x')];
}

/** What a file of that name holds elsewhere on the host, or next to nothing. */
function contentFor(path: string, host: HostSpec): string {
  const name = path.slice(path.lastIndexOf('/') + 1);
  const like = Object.entries(host.files ?? {}).find(([p]) => p.endsWith(`/${name}`))?.[1];
  const content = typeof like === 'string' ? like : like?.content;
  if (content === undefined && name.endsWith('.xml')) return path.includes('/policies/') ? '<policy/>' : '<zone/>';
  return content ?? (/\.(?:service|socket|slice|timer|conf)$/.test(name) ? '[Unit]\nDescription=x\n' : 'x\n');
}
