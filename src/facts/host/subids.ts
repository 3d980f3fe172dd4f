/** Subordinate id ranges (subuid(5), subgid(5)) as newuidmap and Podman read them. */

import { type Account, type Answer, type Asking, type Output, read, run, stat, together } from '../ask.ts';
import { commandPlace } from '../asks.ts';
import { type Unknown, unknown, type Where } from '../fact.ts';
import { source, type Touches } from '../source.ts';
import { kernelPath, runs } from './running.ts';

export interface Range {
  readonly start: number;
  readonly count: number;
  readonly at: Where;
}

/** The ranges of one account, added up, and what in them stops every rootless command. */
export interface SubIds {
  readonly is: 'known';
  readonly ranges: readonly Range[];
  /** Sum of all range sizes. */
  readonly count: number;
  /** Ranges that Podman refuses, each with its reason. */
  readonly broken: readonly Where[];
  /** The first id of a range of 65536 that no other account has, and that holds no id of an account; unset where a service gives them. */
  readonly free?: number;
  readonly consulted: readonly Where[];
}

/**
 * A line `NAME-OR-UID:START:COUNT`. Blanks before the name or after the line make it count for nobody (tried with Podman 5.4.2);
 * so does a carriage return, since newuidmap takes nothing after a number (shadow lib/subordinateio.c).
 */
const line = /^([^:\s][^:]*):([^:]*):([^:]*)$/;
/** strtoul(3) with base 0, as shadow reads: blanks and a sign before, octal after a 0, hexadecimal after 0x. */
const number = /^[ \t]*\+?(0[xX][0-9a-fA-F]+|0[0-7]*|[1-9]\d*)$/;

/**
 * The ranges of all accounts in a subuid or subgid file: one entry a well-formed line. `odd` numbers are not plain decimal:
 * newuidmap and a Podman with libsubid read 065536 as 27486 (tried with 4.3.1 on Debian 12), another Podman does not.
 */
export function parseSubIds(text: string, path: string): readonly (Range & { readonly owner: string; readonly odd: boolean })[] {
  return text.split('\n').flatMap((raw, index) => {
    const [, owner = '', ...fields] = line.exec(raw) ?? [];
    const [start, count] = fields.map((field) => number.exec(field)?.[1]);
    if (start === undefined || count === undefined) return [];
    const odd = fields.some((field) => !/^(0|[1-9]\d*)$/.test(field));
    return [{ owner, start: numberIn(start), count: numberIn(count), odd, at: { path, line: index + 1 } }];
  });
}

const numberIn = (digits: string): number => (/^0[0-7]/.test(digits) ? Number.parseInt(digits, 8) : Number(digits));

const pausePid = (uid: number | string): string => `/run/user/${uid}/libpod/tmp/pause.pid`;

const touches = [
  { do: 'read', path: '/etc/subuid' },
  { do: 'read', path: '/etc/subgid' },
  { do: 'read', path: '/etc/nsswitch.conf' },
  { do: 'read', path: '/etc/passwd' },
  { do: 'read', path: '/etc/group' },
  { do: 'stat', path: kernelPath },
  { do: 'run', argv: ['getsubids', '{user}'] },
  { do: 'run', argv: ['getsubids', '-g', '{user}'] },
  // Of whoever is found on the way.
  { do: 'run', argv: ['getsubids', '*'], later: true },
  { do: 'run', argv: ['getsubids', '-g', '*'], later: true },
  { do: 'read', path: pausePid('*'), first: [pausePid('{uid}')] },
  ...['podman', 'podman pause', 'catatonit'].flatMap((process) =>
    ['comm', 'status', 'uid_map', 'gid_map'].map((name) => ({ do: 'read' as const, path: `/proc/*/${name}`, process })),
  ),
] as const satisfies Touches;

/**
 * The subordinate ids of an account. Entries by name and by uid add up, in both files
 * (subgid is keyed by user, not by group). An NSS source other than `files` is unknown.
 */
export const subIds = source(touches, readSubIds);

function* readSubIds(which: 'subuid' | 'subgid', account: Account): Asking<SubIds | Unknown> {
  const path = `/etc/${which}`;
  const [answer, nss] = yield* together([read(path), read('/etc/nsswitch.conf')]);
  if (nss?.is === 'blocked') return unknown(nss, '/etc/nsswitch.conf');
  const source = nss?.is === 'got' ? /^[ \t]*subid:[ \t]*(.*)$/m.exec(nss.value)?.[1]?.replace(/#.*/, '').trim() : undefined;
  if (source !== undefined && source !== '' && source !== 'files') return yield* fromService(which, account, source);
  const consulted: Where[] = [{ path }];
  const taken = yield* together([read('/etc/passwd'), read('/etc/group')]);
  const uids = taken.flatMap((file) => (file.is === 'got' ? [...file.value.matchAll(/^[^:\n]*:[^:\n]*:(\d+):/gm)].map(([, id]) => Number(id)) : []));
  if (!answer || answer.is === 'absent') return { is: 'known', ranges: [], count: 0, broken: [], free: freeRange([], uids), consulted };
  if (answer.is === 'blocked') return unknown(answer, path);
  const every = parseSubIds(answer.value, path);
  const isOwn = ({ owner }: { readonly owner: string }): boolean => owner === account.name || owner === String(account.uid);
  const ranges = every.filter(isOwn);
  const free = freeRange(
    every.filter((r) => !isOwn(r)),
    uids,
  );
  const odd = ranges.find((r) => r.odd);
  if (odd) {
    const said = `a number that is not plain decimal: newuidmap reads it as in C, ${odd.start} and ${odd.count}, not every Podman does`;
    return { is: 'unknown', why: 'ambiguous', said, where: [odd.at] };
  }
  return { is: 'known', ranges, count: ranges.reduce((sum, r) => sum + r.count, 0), broken: brokenIn(ranges, account), free, consulted };
}

/** Where useradd(8) begins, and how many it gives (SUB_UID_MIN and SUB_UID_COUNT of login.defs). */
const firstFree = 100_000;
const width = 65_536;

/** The lowest place for a range among those that others have. */
function freeRange(others: readonly Range[], uids: readonly number[]): number {
  const taken = [...others, ...uids.map((start) => ({ start, count: 1 }))].filter((r) => r.count > 0).sort((a, b) => a.start - b.start);
  return taken.reduce((start, r) => (r.start < start + width && r.start + r.count > start ? r.start + r.count : start), firstFree);
}

/**
 * What a directory service gives: getsubids(1) of shadow asks as newuidmap does, and prints `0: NAME FIRST COUNT`. A host
 * that does not run cannot ask.
 */
function* fromService(which: 'subuid' | 'subgid', account: Account, source: string): Asking<SubIds | Unknown> {
  const argv = ['getsubids', ...(which === 'subgid' ? ['-g'] : []), account.name];
  const kernel = yield* stat(kernelPath);
  const answer: Answer<Output> = runs(kernel) ? yield* run(argv) : { is: 'blocked', why: 'unsupported' };
  const at = { path: commandPlace(argv) };
  const from = { path: '/etc/nsswitch.conf', said: `subid: ${source}` };
  if (answer.is === 'got' && answer.value.exit === 0) {
    const ranges = answer.value.stdout.split('\n').flatMap((text): Range[] => {
      const [, start, count] = /^\d+: \S+ (\d+) (\d+)$/.exec(text.trim()) ?? [];
      return start === undefined ? [] : [{ start: Number(start), count: Number(count), at }];
    });
    const count = ranges.reduce((sum, r) => sum + r.count, 0);
    if (count > 0) return { is: 'known', ranges, count, broken: brokenIn(ranges, account), consulted: [at, from] };
  }
  const mapped = runs(kernel) ? yield* pauseMap(which, account) : [];
  if (mapped.length > 0)
    return { is: 'known', ranges: mapped, count: mapped.reduce((sum, r) => sum + r.count, 0), broken: [], consulted: [...mapped.map((r) => r.at), from] };
  const why = answer.is === 'blocked' ? answer.why : 'unsupported';
  const said = `subordinate ids come from "${source}" (/etc/nsswitch.conf), which ${runs(kernel) ? 'getsubids did not report' : 'only the running host can ask'}`;
  return { is: 'unknown', why, said, where: [{ path: '/etc/nsswitch.conf' }] };
}

/** What Podman's pause process of the account maps beside its own id (user_namespaces(7)); nothing where there is no such process. */
function* pauseMap(which: 'subuid' | 'subgid', account: Account): Asking<Range[]> {
  const pid = yield* read(pausePid(account.uid));
  const id = pid.is === 'got' ? /^\s*([1-9]\d{0,9})\s*$/.exec(pid.value)?.[1] : undefined;
  if (id === undefined) return [];
  const path = `/proc/${id}/${which === 'subuid' ? 'uid_map' : 'gid_map'}`;
  const [comm, status, map] = yield* together([read(`/proc/${id}/comm`), read(`/proc/${id}/status`), read(path)]);
  const owner = status.is === 'got' ? /^Uid:\s+(\d+)/m.exec(status.value)?.[1] : undefined;
  if (comm.is !== 'got' || !/^(?:catatonit|podman)/.test(comm.value) || owner !== String(account.uid) || map.is !== 'got') return [];
  return map.value.split('\n').flatMap((text, at): Range[] => {
    const [inside, start = 0, count = 0] = text.trim().split(/\s+/).map(Number);
    return text.trim() === '' || inside === 0 ? [] : [{ start, count, at: { path, line: at + 1, said: 'the running pause process maps them' } }];
  });
}

const overlapOf = (other: Range | undefined): string | undefined =>
  other && `shares ids with another range of that account, ${other.start}-${other.start + other.count - 1}`;

/** Ranges that begin within one before them: the kernel takes no id twice in one map (user_namespaces(7)). */
function overlapping(ranges: readonly Range[]): ReadonlyMap<Range, Range> {
  const found = new Map<Range, Range>();
  let widest: Range | undefined;
  for (const r of ranges.filter(({ count }) => count > 0).toSorted((a, b) => a.start - b.start)) {
    if (widest && r.start < widest.start + widest.count) found.set(r, widest);
    if (!widest || r.start + r.count > widest.start + widest.count) widest = r;
  }
  return found;
}

function brokenIn(ranges: readonly Range[], account: Account): Where[] {
  const seen = new Set<string>();
  const others = overlapping(ranges);
  return ranges.flatMap((r) => {
    const end = r.start + r.count;
    const twice = seen.has(`${r.start}:${r.count}`);
    seen.add(`${r.start}:${r.count}`);
    const said =
      r.count === 0
        ? 'holds no ids'
        : end > 2 ** 32
          ? 'ends above 4294967295'
          : account.uid >= r.start && account.uid < end
            ? `contains the user's own id ${account.uid}`
            : twice
              ? 'is listed twice'
              : overlapOf(others.get(r));
    return said ? [{ ...r.at, said }] : [];
  });
}
