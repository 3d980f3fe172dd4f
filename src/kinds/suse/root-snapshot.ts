/** Kind `root-snapshot`: the snapshot that runs, the one that starts next, and what asks for a restart. */
import { type Answer, type Asking, type Output, read, run, type Stat, stat, together } from '../../facts/ask.ts';
import { commandPlace } from '../../facts/asks.ts';
import { type Fact, FactBuilder, missing, type Unknown, unknown } from '../../facts/fact.ts';
import { mountOf, mountTable } from '../../facts/host/mount-table.ts';
import { defineKind } from '../../facts/kind.ts';
import { boolean, record, says, string } from '../../facts/shape.ts';
import { transactionalPaths } from '../../facts/suse/reboots.ts';

const needed = '/run/reboot-needed';
const property = ['btrfs', 'property', 'get', '/', 'ro'];
const byDefault = ['btrfs', 'subvolume', 'get-default', '/'];

export const rootSnapshot = defineKind({
  name: 'root-snapshot',
  noun: 'the snapshot of the root file system',
  absent: 'transactional-update is not installed',
  describe: 'On a transactional system: the snapshot that runs, the one that starts next, and what asks for a restart.',
  fields: {},
  shape: record({
    runs: string('the subvolume mounted at /'),
    next: string('the subvolume that starts next, by its path'),
    current: says(boolean('the snapshot that runs is the one that starts next'), { no: 'the snapshot {next} starts next, and {runs} runs' }),
    reboot: string('what /run/reboot-needed asks for: reboot, soft-reboot or kexec; unset where it is not there'),
    sealed: boolean('the subvolume is read-only by itself, not just by its mount; unset where btrfs is not installed'),
  }),
  touches: () => [
    ...transactionalPaths.map((path) => ({ do: 'stat' as const, path })),
    mountTable,
    { do: 'read', path: needed },
    { do: 'run', argv: property },
    { do: 'run', argv: byDefault },
  ],
  *learn(): Asking<Fact> {
    const programs: readonly Answer<Stat>[] = yield* together(transactionalPaths.map((path) => stat(path)));
    const at = programs.findIndex((p) => p.is !== 'absent');
    const program = programs[at];
    if (!program) return missing(...transactionalPaths.map((path) => ({ path })));
    if (program.is === 'blocked') return unknown(program, transactionalPaths[at] ?? '');
    const [table, asks, ro, next] = yield* together([mountTable(), read(needed), run(property), run(byDefault)]);
    const fact = new FactBuilder().consulted({ path: needed });
    if (asks.is === 'blocked') fact.gap('reboot', unknown(asks, needed));
    else if (asks.is === 'got') fact.set('reboot', asks.value.trim().split(/\s/)[0] || 'reboot', { path: needed });
    else fact.at('reboot', { path: needed, said: 'not there' });
    const root = table.is === 'known' && table.live ? mountOf(table.each, '/') : undefined;
    const runs = root?.options.find((o) => o.startsWith('subvol='))?.slice('subvol='.length);
    if (root && runs !== undefined) fact.set('runs', runs, root.at);
    setSealed(fact, ro);
    setNext(fact, table.is === 'unknown' ? table : undefined, runs, next);
    return fact.build();
  },
});

const noAnswer = (answer: Answer<Output>, argv: readonly string[]): Unknown =>
  answer.is === 'blocked'
    ? unknown(answer, commandPlace(argv))
    : { is: 'unknown', why: 'failed', said: `${argv.slice(0, 3).join(' ')} did not tell`, where: [{ path: commandPlace(argv) }] };

function setSealed(fact: FactBuilder, answer: Answer<Output>): void {
  // Without the program nobody can ask, and the mount alone tells.
  if (answer.is === 'absent') return void fact.at('sealed', { path: commandPlace(property), said: 'btrfs is not installed' });
  const value = answer.is === 'got' ? /^ro=(true|false)$/m.exec(answer.value.stdout)?.[1] : undefined;
  if (value === undefined) fact.gap('sealed', noAnswer(answer, property));
  else fact.set('sealed', value === 'true', { path: commandPlace(property) });
}

function setNext(fact: FactBuilder, table: Unknown | undefined, runs: string | undefined, answer: Answer<Output>): void {
  const next = answer.is === 'got' ? /^ID \d+ gen \d+ top level \d+ path (.+)$/m.exec(answer.value.stdout)?.[1] : undefined;
  const at = { path: commandPlace(byDefault) };
  if (next === undefined) {
    const why = noAnswer(answer, byDefault);
    fact.gap('next', why).gap('current', why);
    return;
  }
  fact.set('next', next, at);
  if (runs === undefined) fact.gap('current', table ?? { is: 'unknown', why: 'unsupported', said: 'the mount of / does not tell its subvolume', where: [at] });
  else fact.set('current', runs.replace(/^\//, '') === next.replace(/^\//, ''), at);
}
