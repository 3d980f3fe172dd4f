/** Kind `unit-live`: what the running manager says of a unit. Declared configuration is not running state. */

import { type Asking, run } from '../../facts/ask.ts';
import { commandPlace } from '../../facts/asks.ts';
import { type Fact, FactBuilder, missing, type Unknown, unknown } from '../../facts/fact.ts';
import { defineKind } from '../../facts/kind.ts';
import { boolean, list, number, record, string } from '../../facts/shape.ts';
import { parseUtc } from '../../facts/systemd/timestamp.ts';
import { parseBoolean } from '../../facts/systemd/words.ts';

const properties = [
  'LoadState',
  'ActiveState',
  'SubState',
  'UnitFileState',
  'FragmentPath',
  'DropInPaths',
  'NeedDaemonReload',
  'Delegate',
  'DelegateControllers',
  'ControlGroup',
  'MainPID',
  'ExecMainStartTimestamp',
  'ActiveEnterTimestamp',
  'Result',
  'NRestarts',
] as const;

export const unitLive = defineKind({
  name: 'unit-live',
  describe: 'A unit as the running systemd knows it: whether it is active, and what it loaded.',
  absent: 'systemd knows no unit {label}',
  main: 'name',
  fields: {
    name: { type: 'string', required: true, describe: 'unit name with its suffix; {uid} and {user} stand for the account in question' },
    manager: { type: 'string', values: ['system', 'user'], describe: 'which manager to ask: that of the system (default) or that of the account' },
  },
  shape: record({
    LoadState: string('loaded, masked, error, bad-setting …'),
    ActiveState: string('active, inactive, failed, activating …'),
    SubState: string('running, listening, dead, exited …'),
    UnitFileState: string('enabled, disabled, static, masked, generated …'),
    FragmentPath: string('the unit file that was loaded'),
    DropInPaths: list(string('a path'), 'the drop-ins that were loaded'),
    NeedDaemonReload: boolean('the files changed since they were loaded'),
    Delegate: boolean('delegation is on'),
    DelegateControllers: list(string('a controller'), 'the controllers delegated'),
    ControlGroup: string('path below /sys/fs/cgroup'),
    MainPID: number('main process, 0 for none'),
    ExecMainStartTimestamp: number('when the main process started, in Unix seconds'),
    ActiveEnterTimestamp: number('when the unit became active, in Unix seconds'),
    Result: string('success, exit-code, timeout, oom-kill …'),
    NRestarts: number('how often systemd started it again'),
  }),
  touches: (q) => {
    const user = q.manager === 'user' || q.manager === '*';
    const both = q.manager === '*';
    return [
      ...(user ? [{ do: 'run' as const, argv: showOf(q.name, true), asUser: true as const }] : []),
      ...(!user || both ? [{ do: 'run' as const, argv: showOf(q.name, false) }] : []),
    ];
  },
  *learn(q, as): Asking<Fact> {
    const user = q.manager === 'user';
    const name = q.name.replaceAll('{uid}', String(as.uid)).replaceAll('{user}', as.name);
    const argv = showOf(name, user);
    const where = { path: commandPlace(argv.slice(2)) };
    const answer = yield* user ? run(argv, as) : run(argv);
    if (answer.is === 'blocked') return unknown(answer, where.path);
    if (answer.is === 'absent') return unasked('there is no systemctl to ask', where.path);
    const said = answer.value.stderr.trim().split('\n')[0] ?? '';
    if (answer.value.exit !== 0) return unasked(`systemctl failed: ${said || `exit status ${answer.value.exit}`}`, where.path);
    const found = new Map(
      answer.value.stdout
        .split('\n')
        .filter((l) => l.includes('='))
        .map((l): [string, string] => [l.slice(0, l.indexOf('=')), l.slice(l.indexOf('=') + 1)]),
    );
    const state = found.get('LoadState');
    if (state === undefined) return unasked('systemctl did not answer as expected', where.path);
    if (state === 'not-found') return missing(where);
    return tell(found, where.path);
  },
});

/** `env` sets the zone, so that times can be read whatever that of the host. */
function showOf(name: string, user: boolean): string[] {
  return ['env', 'TZ=UTC', 'systemctl', ...(user ? ['--user'] : []), 'show', name, '-p', properties.join(',')];
}

function unasked(said: string, path: string): Unknown {
  return { is: 'unknown', why: 'failed', said, where: [{ path }] };
}

function tell(found: ReadonlyMap<string, string>, path: string): Fact {
  const fact = new FactBuilder().consulted({ path });
  for (const key of properties) {
    const text = found.get(key);
    if (text === undefined || text === '' || text === '[not set]' || text === 'n/a') continue;
    fact.set(key, parsed(key, text), { path, said: `${key}=${text}` });
  }
  return fact.build();
}

function parsed(key: (typeof properties)[number], text: string): string | number | boolean | readonly string[] | undefined {
  if (key === 'DropInPaths' || key === 'DelegateControllers') return text.split(' ').filter(Boolean);
  if (key === 'NeedDaemonReload' || key === 'Delegate') return parseBoolean(text);
  if (key === 'MainPID' || key === 'NRestarts') return /^\d+$/.test(text) ? Number(text) : undefined;
  return key.endsWith('Timestamp') ? parseUtc(text) : text;
}
