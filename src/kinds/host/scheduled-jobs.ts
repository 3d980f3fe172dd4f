/** Kind `scheduled-jobs`: what cron, anacron, at and systemd's timers start as root, without what is expected. */
import { type Asking, together } from '../../facts/ask.ts';
import { type Fact, FactBuilder, type Json, type Unknown, type Where } from '../../facts/fact.ts';
import { atJobs } from '../../facts/host/at-jobs.ts';
import { cronFiles } from '../../facts/host/cron-files.ts';
import { oneOf } from '../../facts/host/crontab.ts';
import { defineKind } from '../../facts/kind.ts';
import { list, number, record, string } from '../../facts/shape.ts';
import { startedTimers } from '../../facts/systemd/timers.ts';

export const scheduledJobs = defineKind({
  name: 'scheduled-jobs',
  noun: 'what is started by the clock',
  describe:
    'What cron (the tables of the system and of accounts with uid 0, the scripts by the hour, day, week and month), anacron, jobs of at(1) that wait and timers that a boot starts run as root. What is expected is left out; `*` there stands for part of a word.',
  fields: {
    commands: { type: 'strings', describe: 'commands in tables that are expected, with single blanks' },
    scripts: { type: 'strings', describe: 'names of scripts that are expected' },
    timers: { type: 'strings', describe: 'names of timers that are expected where a package brings them and what they start' },
  },
  shape: record({
    jobs: list(
      record({
        path: string('the table'),
        line: number('its line; unset for a job of at'),
        table: string('whose table it is', ['system', 'account', 'anacron', 'at']),
      }),
      'jobs of root in tables; what they run is not told, since it may hold a secret',
    ),
    scripts: list(record({ path: string('the script') }), 'scripts that run by the hour, day, week, month or year'),
    timers: list(record({ name: string('the timer'), unit: string('what it starts'), path: string('its file') }), 'timers that start something as root'),
  }),
  touches: () => [cronFiles, atJobs, startedTimers],
  *learn({ commands = [], scripts = [], timers = [] }): Asking<Fact> {
    const [cron, at, clock] = yield* together([cronFiles(), atJobs(), startedTimers()]);
    const fact = new FactBuilder().consulted({ path: '/etc/crontab' }, { path: '/etc/cron.d' }, { path: '/etc/systemd/system/timers.target.wants' });
    const [isCommand, isScript, isTimer] = [commands, scripts, timers].map(oneOf) as [Test, Test, Test];
    const jobs = cron.jobs.filter(({ command }) => !isCommand(command));
    put(
      fact,
      'jobs',
      [...jobs.map(({ path, line, table }) => ({ path, line, table })), ...at.paths.map((path) => ({ path, table: 'at' }))],
      [...jobs.map(({ path, line }) => ({ path, line })), ...at.paths.map((path) => ({ path }))],
      cron.more ?? at.more,
    );
    const run = cron.scripts.filter(({ path, astray }) => astray || !isScript(path.slice(path.lastIndexOf('/') + 1)));
    put(
      fact,
      'scripts',
      run.map(({ path }) => ({ path })),
      run.map(({ path }) => ({ path })),
      cron.more,
    );
    const started = clock.each.filter(({ name, asRoot, packaged }) => asRoot && !(packaged && isTimer(name)));
    put(
      fact,
      'timers',
      started.map(({ name, unit, where }) => ({ name, unit, path: where.path })),
      started.map(({ where }) => where),
      clock.more,
    );
    return fact.build();
  },
});

type Test = (text: string) => boolean;

/** A list with the place of each element. Where there may be more, one element more is unknown. */
function put(fact: FactBuilder, field: string, all: readonly Json[], places: readonly Where[], more: Unknown | undefined): void {
  fact.set(field, [...all, ...(more ? [{}] : [])], ...places);
  for (const [at, place] of places.entries()) fact.at([field, String(at)], place);
  if (more) fact.gap([field, String(all.length)], more);
}
