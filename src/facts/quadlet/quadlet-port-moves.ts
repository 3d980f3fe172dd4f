/** Which published ports of Quadlet files would have to be others for none to be wanted twice. Pure. */
import type { Known, Unknown } from '../fact.ts';
import { type Flag, flagsNamed } from '../podman/podman-flags.ts';
import { type PublishedPort, portsOf } from './open-ports.ts';
import { portClaims, portsMeet } from './quadlet-claims.ts';
import { type Cuts, cutsFor } from './quadlet-cuts.ts';
import type { Sibling } from './quadlet-siblings.ts';

/** A file with what decides on which addresses it publishes a bare port. */
export interface Publisher {
  readonly sibling: Sibling;
  readonly conf: Known | Unknown;
}

interface Move {
  readonly by: Publisher;
  readonly flag: Flag;
  readonly from: readonly PublishedPort[];
  readonly value: string;
}

/**
 * Of two files that want a port, the one whose path sorts last takes the next that no file wants: so both findings lead to
 * the same change. `may`: whether two files can get in each other's way; `own`: only what concerns this file.
 * What two managers make of one file can only move together, so it stays.
 */
export function portMoves(all: readonly Publisher[], may: (one: Sibling, other: Sibling) => boolean, own?: Sibling): Cuts {
  const sorted = [...all].filter(({ sibling, conf }) => portClaims(sibling, conf).each.length > 0);
  sorted.sort((a, b) => (a.sibling.file.path < b.sibling.file.path ? -1 : 1));
  const taken: PublishedPort[] = sorted.flatMap(portsBy);
  const moves: Move[] = [];
  const same = (one: Publisher, other: Publisher): boolean => one.sibling.file.path === other.sibling.file.path;
  for (const [at, by] of sorted.entries()) {
    const before = sorted
      .slice(0, at)
      .filter((one) => !same(one, by) && may(one.sibling, by.sibling))
      .flatMap(portsBy);
    for (const flag of flagsNamed(by.sibling.command.flags, 'publish')) {
      const from = portsOf([flag], by.conf).each;
      const value = meet(from, before) ? nextFree(flag, by.conf, taken) : undefined;
      if (value === undefined) continue;
      taken.push(...portsOf([{ ...flag, value }], by.conf).each);
      moves.push({ by, flag, from, value });
    }
  }
  const mine = own && all.find((one) => one.sibling === own);
  const asked = moves.filter(({ by, from }) => !mine || by === mine || (may(by.sibling, mine.sibling) && meet(from, portsBy(mine))));
  const each = asked.map(cutOf);
  return { cuts: each.flatMap((c) => c.cuts), elsewhere: each.flatMap((c) => c.elsewhere) };
}

const portsBy = ({ sibling, conf }: Publisher): readonly PublishedPort[] => portClaims(sibling, conf).each;
const meet = (some: readonly PublishedPort[], others: readonly PublishedPort[]): boolean => some.some((a) => others.some((b) => portsMeet(a, b)));

function cutOf({ by, flag, value }: Move): Cuts {
  const is = (words: string): boolean => words === flag.value;
  const now = (words: string): string | undefined => (words.includes(flag.value) ? words.replace(flag.value, () => value) : undefined);
  return cutsFor(by.sibling.assignments, [{ said: flag.value, where: flag.where }], { word: is, flag: (f) => f.name === 'publish' && is(f.value), now });
}

/** The value with the next port, or range of as many, that nothing wants. */
function nextFree(flag: Flag, conf: Known | Unknown, taken: readonly PublishedPort[]): string | undefined {
  const [, before = '', first, last] = /^((?:.*:)?)(\d+)(?:-(\d+))?(?=:[^:]*$)/.exec(flag.value) ?? [];
  if (first === undefined) return undefined;
  const span = Number(last ?? first) - Number(first);
  const rest = flag.value.slice(before.length + first.length + (last === undefined ? 0 : last.length + 1));
  for (let port = Number(first) + span + 1; port + span < 65_536; port++) {
    const value = `${before}${port}${last === undefined ? '' : `-${port + span}`}${rest}`;
    if (!meet(portsOf([{ ...flag, value }], conf).each, taken)) return value;
  }
  return undefined;
}
