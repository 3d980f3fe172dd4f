/** Kind `k3s-binary`: the program that the service of K3s runs: whose it is, who may change it, and its hash. */
import { type Asking, run, stat, together } from '../../facts/ask.ts';
import { commandPlace } from '../../facts/asks.ts';
import { type Fact, FactBuilder, missing, type Unknown, unknown } from '../../facts/fact.ts';
import { endOf } from '../../facts/host/disk.ts';
import { startOfK3s } from '../../facts/k3s/started-by.ts';
import { defineKind } from '../../facts/kind.ts';
import { boolean, mode, number, record, string } from '../../facts/shape.ts';

/** Where install.sh puts it, and packages. */
const usual = ['/usr/local/bin/k3s', '/opt/bin/k3s', '/usr/bin/k3s'];

export const k3sBinary = defineKind({
  name: 'k3s-binary',
  noun: 'the program k3s',
  absent: 'no service here starts K3s',
  describe: 'The program that the service of K3s runs, whose it is, who may change it, and its SHA-256 against those that a site recorded.',
  fields: { sha256: { type: 'strings', describe: 'the hashes that it may have, in hexadecimal' } },
  shape: record({
    path: string('the program, as the service names it'),
    there: boolean('it is there'),
    mode: mode('its permission bits'),
    uid: number('its owner'),
    changeable: boolean('others than root may change it'),
    sha256: string('its hash'),
    recorded: boolean('its hash is one of `sha256`; unset where none is named'),
    reference: boolean('there is a hash to compare with; unknown where none is named'),
  }),
  touches: () => [
    startOfK3s,
    ...usual.map((path) => ({ do: 'stat' as const, path })),
    { do: 'stat', named: 'the program that a unit runs', later: true },
    ...usual.map((path) => ({ do: 'run' as const, argv: ['sha256sum', path], ifThere: [[path]] })),
  ],
  *learn(query): Asking<Fact> {
    const start = yield* startOfK3s();
    if (start.is === 'unknown') return start;
    if (start.is === 'not-started') return missing(...start.consulted);
    const { program: path, where } = start.command;
    const fact = new FactBuilder().consulted(where, { path }).set('path', path, where);
    const known = (query.sha256 ?? []).map((h) => h.toLowerCase());
    const [inode, hash] = yield* together([stat(path), hashOf(path)]);
    const refused = inode.is === 'blocked' ? inode : inode.is === 'got' && inode.value.real?.is === 'blocked' ? inode.value.real : undefined;
    const end = endOf(inode);
    if (refused) for (const part of ['there', 'mode', 'uid', 'changeable']) fact.gap(part, unknown(refused, path));
    else fact.set('there', end !== undefined, { path }).set('changeable', end !== undefined && (end.uid !== 0 || (end.mode & 0o022) !== 0), { path });
    if (end) fact.set('mode', end.mode, { path }).set('uid', end.uid, { path });
    const none: Unknown = { is: 'unknown', why: 'ambiguous', said: `no hash is recorded to hold ${path} against`, where: [{ path }] };
    if (known.length === 0) fact.gap('reference', none);
    else fact.set('reference', true, { path });
    if (typeof hash !== 'string') return (known.length > 0 ? fact.gap('recorded', hash) : fact).gap('sha256', hash).build();
    const at = { path: commandPlace(['sha256sum', path]) };
    fact.set('sha256', hash, at);
    return (known.length > 0 ? fact.set('recorded', known.includes(hash), at, { path }) : fact).build();
  },
});

function* hashOf(path: string): Asking<string | Unknown> {
  const place = { path };
  if (!usual.includes(path))
    return { is: 'unknown', why: 'unsupported', said: `the hash of ${path} is not asked for: it lies at no usual place`, where: [place] };
  const argv = ['sha256sum', path];
  const said = yield* run(argv);
  if (said.is === 'blocked') return unknown(said, commandPlace(argv));
  const found = said.is === 'got' && said.value.exit === 0 ? /^\\?([0-9a-f]{64})\s/.exec(said.value.stdout)?.[1] : undefined;
  return found ?? { is: 'unknown', why: 'failed', said: `sha256sum told no hash of ${path}`, where: [place] };
}
