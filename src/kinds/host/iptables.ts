/** Kind `iptables`: the host's own iptables, its release and the part of the kernel that it talks to. */
import { type Answer, type Asking, type Output, run, type Stat, stat, together } from '../../facts/ask.ts';
import { commandPlace } from '../../facts/asks.ts';
import { type Fact, FactBuilder, missing, type Unknown, type Where } from '../../facts/fact.ts';
import { seeTool } from '../../facts/host/tool-version.ts';
import { defineKind } from '../../facts/kind.ts';
import { record, string, version } from '../../facts/shape.ts';
import { releaseOf, since } from '../../facts/text/version.ts';

const argv = ['iptables', '--version'];
const paths = ['/usr/sbin/iptables', '/sbin/iptables', '/usr/bin/iptables', '/usr/local/sbin/iptables'];

export const iptables = defineKind({
  name: 'iptables',
  noun: 'iptables',
  absent: 'iptables is not installed',
  describe: "The host's iptables: its version, and whether it writes nftables or the older tables of the kernel.",
  fields: {},
  shape: record({
    version: version('its version'),
    mode: string('what it writes: from 1.8.0 there are two programs of that name', ['nft', 'legacy']),
  }),
  touches: () => [seeTool.of('iptables'), { do: 'run', argv }, ...paths.map((path) => ({ do: 'stat', path }) as const)],
  *learn(): Asking<Fact> {
    const [seen, said, ...places] = yield* together([seeTool('iptables'), run(argv), ...paths.map((p) => stat(p))]);
    if (seen.is === 'unknown') return seen;
    if (seen.is === 'absent') return missing(...seen.consulted);
    const fact = new FactBuilder().consulted(...(seen.path === undefined ? [] : [{ path: seen.path }]));
    if (seen.version.is === 'unknown') fact.gap('version', seen.version);
    else fact.set('version', seen.version.version, seen.version.where);
    const release = seen.version.is === 'known' ? releaseOf(seen.version.version) : undefined;
    if (release && seen.version.is === 'known' && !since(release, '1.8.0')) return fact.set('mode', 'legacy', seen.version.where).build();
    const mode = modeSaid(said) ?? modeOfLink(places as readonly Answer<Stat>[]);
    if ('mode' in mode) fact.set('mode', mode.mode, mode.where);
    else fact.gap('mode', mode);
    return fact.build();
  },
});

interface Mode {
  readonly mode: 'nft' | 'legacy';
  readonly where: Where;
}

/** From 1.8.0 the program says it itself: `iptables v1.8.9 (nf_tables)`. */
function modeSaid(said: Answer<Output>): Mode | undefined {
  const word = said.is === 'got' && said.value.exit === 0 ? /\((nf_tables|legacy)\)/.exec(said.value.stdout)?.[1] : undefined;
  return word === undefined ? undefined : { mode: word === 'legacy' ? 'legacy' : 'nft', where: { path: commandPlace(argv) } };
}

/** Both are one program with many names (iptables-nft(8)): where the link ends tells which. */
function modeOfLink(places: readonly Answer<Stat>[]): Mode | Unknown {
  for (const [at, answer] of places.entries()) {
    const end = answer.is === 'got' && answer.value.real?.is === 'got' ? answer.value.real.value.path : '';
    const word = /(nft|legacy)(?:-multi)?$/.exec(end)?.[1];
    if (word !== undefined) return { mode: word === 'nft' ? 'nft' : 'legacy', where: { path: paths[at] ?? '', said: `leads to ${end}` } };
  }
  return {
    is: 'unknown',
    why: 'unsupported',
    said: 'whether iptables writes nftables shows neither in what it says nor in where its link leads',
    where: [{ path: paths[0] ?? '' }],
  };
}
