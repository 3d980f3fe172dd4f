/** Kind `sshd`: whether the server starts, and who gets in through it. */
import { type Asking, stat, together } from '../../facts/ask.ts';
import { type Fact, FactBuilder, type Json, type Unknown, unknown, type Where } from '../../facts/fact.ts';
import { rootAccount } from '../../facts/host/accounts.ts';
import { defineKind } from '../../facts/kind.ts';
import { list, record, type Shape, string } from '../../facts/shape.ts';
import { type Dropbear, dropbear } from '../../facts/ssh/dropbear.ts';
import { type ServerConfig, serverConfig } from '../../facts/ssh/server-config.ts';
import { passwordWays, rootWays, type Way } from '../../facts/ssh/server-ways.ts';
import { enablementNamed, enablementOf } from '../../facts/systemd/enablement.ts';

const program = '/usr/sbin/sshd';
/** Debian's names, and those of the others. */
const units = ['ssh.service', 'sshd.service', 'ssh.socket', 'sshd.socket'] as const;

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
    startedBy: list(string('a unit'), 'the units that start it'),
    passwords: ways('for whom a password alone opens'),
    root: ways('for whom it says that root may log in'),
    refused: list(record({ said: string('why'), file: string('the file') }), 'lines at which it stops: it does not start'),
  }),
  touches: () => [serverConfig, dropbear, { do: 'stat', path: program }, ...units.map((name) => enablementNamed(name, 'system'))],
  *learn(): Asking<Fact> {
    const small = yield* dropbear();
    if (small.is === 'unknown') return small;
    const there = yield* stat(program);
    if (there.is === 'blocked') return unknown(there, program);
    const fact = new FactBuilder().consulted({ path: program });
    if (there.is === 'absent') return throughDropbear(fact, small, { path: program, said: 'not there' });
    const each = yield* together(units.map((name) => enablementOf(name, { manager: 'system', as: rootAccount })));
    const found = each.flatMap((e, at) => ('enabled' in e && e.enabled ? [{ name: units[at] as string, where: e.where }] : []));
    const open = each.find((e): e is Unknown => 'is' in e) ?? each.flatMap((e) => ('unseen' in e ? e.unseen : []))[0];
    if (found.length === 0 && open) return open;
    if (found.length === 0) return throughDropbear(fact, small, { path: '/etc/systemd/system', said: 'no unit starts it' });
    const config = yield* serverConfig();
    if (config.is === 'unknown') return config;
    fact.set(
      'startedBy',
      found.map((f) => f.name),
      ...found.flatMap((f) => f.where),
    );
    return describe(fact, config, small);
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

function describe(fact: FactBuilder, config: ServerConfig, small: Dropbear): Fact {
  const { refused } = config;
  fact.consulted(...config.consulted);
  fact.set('refused', refused ? [{ said: refused.said ?? 'not understood', file: refused.path }] : [], refused ?? config.consulted[0] ?? { path: '' });
  for (const [field, those] of [
    ['passwords', passwordWays(config)],
    ['root', rootWays(config)],
  ] as const)
    setWays(fact, field, [...(config.exists ? those : []), ...small[field]], config);
  return fact.build();
}

/** Where a file could not be read, one way more is unknown. */
function setWays(fact: FactBuilder, field: string, those: readonly Way[], { incomplete, consulted }: Pick<ServerConfig, 'incomplete' | 'consulted'>): void {
  const values = those.map((w): Json => ({ for: w.for, by: w.by, file: w.at.path }));
  fact.set(field, [...values, ...(incomplete ? [{}] : [])], ...(those.length > 0 ? those.map((w) => w.at) : consulted));
  for (const [at, w] of those.entries()) fact.at([field, String(at)], { ...w.at, said: w.by });
  if (incomplete) fact.gap([field, String(those.length)], incomplete);
}
