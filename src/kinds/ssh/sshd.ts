/** Kind `sshd`: whether the server starts, and who gets in through it. */
import { type Asking, stat, together } from '../../facts/ask.ts';
import { type Fact, FactBuilder, type Json, unknown, type Where } from '../../facts/fact.ts';
import { defineKind } from '../../facts/kind.ts';
import { boolean, list, record, type Shape, string } from '../../facts/shape.ts';
import { type Dropbear, dropbear } from '../../facts/ssh/dropbear.ts';
import { type ServerConfig, serverConfig } from '../../facts/ssh/server-config.ts';
import { type ServerStart, serverStarts } from '../../facts/ssh/server-start.ts';
import { passwordWays, rootWays, type Way, withoutRepeats } from '../../facts/ssh/server-ways.ts';

const programs = ['/usr/sbin/sshd', '/usr/bin/sshd', '/usr/local/sbin/sshd'];

const ways = (describe: string): Shape =>
  list(
    record({ for: string('everybody, or the criteria of a Match line'), by: string('the setting that opens it'), file: string('where it stands') }),
    describe,
  );

export const sshd = defineKind({
  name: 'sshd',
  noun: 'the SSH server',
  describe:
    'OpenSSH’s server as its files set it up: Include and Match as sshd reads them, each Match block by itself; and Dropbear as its units start it. Nobody gets in where no unit starts either.',
  fields: {},
  shape: record({
    startedBy: list(string('a unit or an init script'), 'what starts it'),
    passwords: ways('for whom a password alone opens'),
    root: ways('for whom it says that root may log in'),
    dropIns: boolean('whether OpenSSH’s server reads what stands in /etc/ssh/sshd_config.d'),
    refused: list(record({ said: string('why'), file: string('the file') }), 'lines at which it stops: it does not start'),
  }),
  touches: () => [serverConfig, dropbear, serverStarts, ...programs.map((path) => ({ do: 'stat', path }) as const)],
  *learn(): Asking<Fact> {
    const small = yield* dropbear();
    if (small.is === 'unknown') return small;
    const there = yield* together(programs.map((path) => stat(path)));
    const [path = ''] = programs.filter((_, at) => there[at]?.is !== 'absent');
    if (path === '') return throughDropbear(new FactBuilder().consulted({ path: programs[0] ?? '' }), small, { path: programs[0] ?? '', said: 'not there' });
    const fact = new FactBuilder().consulted({ path });
    const blocked = there.find((answer) => answer.is === 'blocked');
    if (blocked?.is === 'blocked' && !there.some((answer) => answer.is === 'got')) return unknown(blocked, path);
    const starts = yield* serverStarts();
    if (starts.is === 'unknown') return starts;
    const { each } = starts;
    if (each.length === 0) return throughDropbear(fact, small, { path: '/etc/systemd/system', said: 'no unit starts it' });
    const config = yield* serverConfig();
    if (config.is === 'unknown') return config;
    fact.set(
      'startedBy',
      each.map((s) => s.name),
      ...each.flatMap((s) => s.where),
    );
    return describe(fact, config, each, small);
  },
});

/** Who gets in where sshd does not run. */
function throughDropbear(fact: FactBuilder, { startedBy, passwords, root }: Dropbear, at: Where): Fact {
  fact
    .set(
      'startedBy',
      startedBy.map((s) => s.name),
      ...(startedBy.length > 0 ? startedBy.flatMap((s) => s.where) : [at]),
    )
    .set('refused', [], at);
  const none = { consulted: [at] };
  setWays(fact, 'passwords', passwords, none);
  setWays(fact, 'root', root, none);
  return fact.build();
}

function describe(fact: FactBuilder, config: ServerConfig, starts: readonly ServerStart[], small: Dropbear): Fact {
  const { refused, exists } = config;
  const each = starts.map(({ options }) => ({ ...config, settings: [...options, ...config.settings], exists: exists || options.length > 0 }));
  const unclear = config.incomplete ?? starts.find((s) => s.unclear)?.unclear;
  const all = { consulted: config.consulted, ...(unclear ? { incomplete: unclear } : {}) };
  fact.consulted(...config.consulted);
  fact.set('dropIns', config.dropIns, config.consulted[0] ?? { path: '' });
  fact.set('refused', refused ? [{ said: refused.said ?? 'not understood', file: refused.path }] : [], refused ?? config.consulted[0] ?? { path: '' });
  for (const [field, those] of [
    ['passwords', each.flatMap((c) => (c.exists ? passwordWays(c) : []))],
    ['root', each.flatMap((c) => (c.exists ? rootWays(c) : []))],
  ] as const)
    setWays(fact, field, [...withoutRepeats(those), ...small[field]], all);
  return fact.build();
}

/** Where a file could not be read, one way more is unknown. */
function setWays(fact: FactBuilder, field: string, those: readonly Way[], { incomplete, consulted }: Pick<ServerConfig, 'incomplete' | 'consulted'>): void {
  const values = those.map((w): Json => ({ for: w.for, by: w.by, file: w.at.path }));
  fact.set(field, [...values, ...(incomplete ? [{}] : [])], ...(those.length > 0 ? those.map((w) => w.at) : consulted));
  for (const [at, w] of those.entries()) fact.at([field, String(at)], { ...w.at, said: w.by });
  if (incomplete) fact.gap([field, String(those.length)], incomplete);
}
