/** Kind `core-dumps`: where the memory of a program that ends badly goes. */
import { type Answer, type Asking, read, stat, together } from '../../facts/ask.ts';
import { type Fact, FactBuilder, lookedAt, type Unknown, unknown, type Where } from '../../facts/fact.ts';
import { kernelPath, runs } from '../../facts/host/running.ts';
import { effective, idleUnknown, sysctlFiles } from '../../facts/host/sysctl-d.ts';
import { defineKind } from '../../facts/kind.ts';
import { boolean, record, string } from '../../facts/shape.ts';
import { type SystemdConf, systemdConf } from '../../facts/systemd/conf.ts';

const live = '/proc/sys/kernel/core_pattern';
const firstLimits = '/proc/1/limits';

export const coreDumps = defineKind({
  name: 'core-dumps',
  noun: 'core dumps',
  describe:
    'What becomes of core dumps: kernel.core_pattern (live, on an image that of sysctl.d), coredump.conf with drop-ins, and the limit that services start with.',
  fields: {},
  shape: record({
    pattern: string('kernel.core_pattern; unset where no file sets it, and no kernel runs'),
    goTo: string('what takes them: nothing, a file beside the program, systemd-coredump, another program', ['nothing', 'file', 'systemd-coredump', 'program']),
    storage: string('Storage= of coredump.conf: where systemd-coredump puts them (default: external)'),
    limited: boolean('services start with the limit 0, so that neither the kernel nor systemd-coredump stores anything'),
  }),
  touches: () => [
    sysctlFiles,
    systemdConf.of('coredump.conf'),
    systemdConf.of('system.conf'),
    ...[live, firstLimits].map((path) => ({ do: 'read', path }) as const),
    { do: 'stat', path: kernelPath },
  ],
  *learn(): Asking<Fact> {
    const [files, now, kernel, limits, coredump, manager] = yield* together([
      sysctlFiles(),
      read(live),
      stat(kernelPath),
      read(firstLimits),
      systemdConf('coredump.conf'),
      systemdConf('system.conf'),
    ]);
    const fact = new FactBuilder().consulted({ path: live }, ...coredump.looked);
    const running = runs(kernel);
    const set = effective(files.assignments, 'kernel/core_pattern');
    const open = files.incomplete ?? (set.value === undefined ? undefined : idleUnknown(files));
    if (running && now.is === 'blocked') gapAll(fact, ['pattern', 'goTo'], unknown(now, live));
    else if (!running && open) gapAll(fact, ['pattern', 'goTo'], open);
    else if (running && now.is === 'got') setPattern(fact, now.value.trim(), { path: live, line: 1 });
    else if (set.value !== undefined && set.winner) setPattern(fact, set.value, set.winner.at);
    // systemd writes |/bin/false at boot; Debian 12's leaves the kernel's pattern, and the kernel's limit 0 with it.
    else fact.set('goTo', 'nothing', ...lookedAt([{ path: '/usr/lib/sysctl.d', said: 'nothing sets kernel.core_pattern' }]));
    setStorage(fact, coredump);
    setLimit(fact, manager, limits, running);
    return fact.build();
  },
});

const gapAll = (fact: FactBuilder, fields: readonly string[], why: Unknown): void => {
  for (const field of fields) fact.gap(field, why);
};

function setPattern(fact: FactBuilder, pattern: string, at: Where): void {
  fact.set('pattern', pattern, at).set('goTo', takerOf(pattern), { ...at, said: pattern });
}

function takerOf(pattern: string): string {
  if (pattern === '' || /^\|\s*\/(?:usr\/)?bin\/(?:false|true)\b/.test(pattern) || pattern === '/dev/null') return 'nothing';
  if (!pattern.startsWith('|')) return 'file';
  return /systemd-coredump\b/.test(pattern) ? 'systemd-coredump' : 'program';
}

function setStorage(fact: FactBuilder, conf: SystemdConf): void {
  const storage = conf.values.get('Coredump.Storage');
  if (conf.unseen) fact.gap('storage', conf.unseen);
  else if (storage && ['none', 'external', 'journal'].includes(storage.value)) fact.set('storage', storage.value, ...storage.where);
  else fact.set('storage', 'external', ...lookedAt(conf.looked));
}

/** DefaultLimitCORE= of system.conf; without it what PID 1 itself has, which only a running host shows. */
function setLimit(fact: FactBuilder, conf: SystemdConf, limits: Answer<string>, running: boolean): void {
  const limit = conf.values.get('Manager.DefaultLimitCORE');
  if (conf.unseen) return void fact.gap('limited', conf.unseen);
  if (limit) return void fact.set('limited', /^0\w*(?::|$)/.test(limit.value), ...limit.where);
  if (!running) return void fact.set('limited', false, ...lookedAt(conf.looked.map((w) => ({ ...w, said: 'DefaultLimitCORE= is not set' }))));
  const own = limits.is === 'got' ? /^Max core file size\s+(\S+)/m.exec(limits.value)?.[1] : undefined;
  if (own !== undefined) fact.set('limited', own === '0', { path: firstLimits, said: `Max core file size ${own}` });
  else
    fact.gap(
      'limited',
      limits.is === 'blocked'
        ? unknown(limits, firstLimits)
        : { is: 'unknown', why: 'failed', said: 'the limits of PID 1 do not show', where: [{ path: firstLimits }] },
    );
}
