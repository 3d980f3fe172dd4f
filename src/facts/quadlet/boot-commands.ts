/**
 * What starts units at boot beside systemd's own dependencies: commands of units, cron's tables, rc.local, and the scripts that
 * these run (systemd.service(5), crontab(5), systemd-rc-local-generator(8)).
 */
import { type Account, type Answer, type Asking, nothing, type Output, read, run, type Stat, stat, together } from '../ask.ts';
import { commandPlace } from '../asks.ts';
import { type Unknown, unknown, type Where } from '../fact.ts';
import { cronFiles } from '../host/cron-files.ts';
import { jobsIn } from '../host/crontab.ts';
import { endOf } from '../host/disk.ts';
import { source, type Touches } from '../source.ts';
import { execCommands } from '../systemd/exec-line.ts';
import type { Manager } from '../systemd/paths.ts';
import type { UnitFile } from './quadlet-manager.ts';
import { isPlain, startsIn } from './start-commands.ts';

/** A unit that something starts. `sure`: in this manager, by a line that is seen to run; otherwise it may. */
export interface BootStart {
  readonly unit: string;
  /** The unit whose start runs it; without one every boot does. */
  readonly by?: string;
  readonly sure: boolean;
  readonly where: Where;
}

export interface BootStarts {
  readonly each: readonly BootStart[];
  readonly unseen?: Unknown;
}

/** Of Debian and Fedora, of RHEL, and of SUSE. */
const rcLocals = ['/etc/rc.local', '/etc/rc.d/rc.local', '/etc/init.d/boot.local'];
const spools = ['/var/spool/cron/crontabs', '/var/spool/cron', '/var/spool/cron/tabs'];
const ownTable = ['crontab', '-l'];

const touches: Touches = [
  cronFiles,
  ...rcLocals.flatMap(
    (path): Touches => [
      { do: 'read', path },
      { do: 'stat', path },
    ],
  ),
  ...spools.map((dir) => ({ do: 'read', path: `${dir}/*` }) as const),
  { do: 'run', argv: ownTable, asUser: true },
  { do: 'read', named: 'scripts that units of the administrator, cron and rc.local run' },
];

const execKeys = ['ExecStart', 'ExecStartPre', 'ExecStartPost'];

/** The units that run commands when they start, with those lines alone. */
export const withCommands = (files: readonly UnitFile[]): UnitFile[] =>
  files
    .map((f) => ({ ...f, assignments: f.assignments.filter((a) => a.section === 'Service' && execKeys.includes(a.key)) }))
    .filter((f) => f.assignments.length > 0);

/** What starts units of a manager at boot; `unitFiles` are those {@link withCommands}. */
export const bootStarts = source(touches, learnBootStarts);

/** A text that is run at boot. */
interface Text {
  readonly text: string;
  readonly where: Where;
  readonly by?: string;
  /** Whose text it is: of a unit of the manager itself, or of root. */
  readonly of: Manager;
  readonly sure: boolean;
}

function* learnBootStarts(manager: Manager, as: Account, unitFiles: readonly UnitFile[]): Asking<BootStarts> {
  const [cron, rc, own] = yield* together([cronFiles(), rcLocal(), manager === 'user' ? ownCrontab(as) : nothing()]);
  const units = unitFiles.flatMap(({ name, assignments, path }) => {
    // What several files say, one of them may take back.
    const alone = !unitFiles.some((f) => f.name === name && f.path !== path);
    return assignments.map((a): Text => ({ text: a.value, where: a.where, by: name, of: manager, sure: alone && isPlain(a.value.replace(/^[-@:+!|]+/, '')) }));
  });
  // A table tells neither that cron runs nor, but for @reboot, that boots start it.
  const jobs = cron.jobs.map((job): Text => ({ text: job.command, where: { path: job.path, line: job.line }, of: 'system', sure: false }));
  const texts = [...units, ...jobs, ...rc.texts, ...(own?.texts ?? [])];
  const scripts = yield* scriptsOf(texts);
  const each = [...texts, ...scripts.texts].flatMap((t) => startsOf(t, manager));
  // Of an account's manager root's own tables are no part: an account may not read them.
  const unseen = rc.unseen ?? own?.unseen ?? (manager === 'system' ? cron.more : undefined) ?? scripts.unseen;
  return { each, ...(unseen ? { unseen } : {}) };
}

/** What root starts in the manager of an account, by whatever means, may fail: it is not sure. */
function startsOf({ text, where, by, of, sure }: Text, manager: Manager): BootStart[] {
  return startsIn(text)
    .filter(({ user }) => (manager === 'user') === user)
    .map(({ unit, line }) => ({
      unit,
      ...(by === undefined || of !== manager ? {} : { by }),
      sure: sure && of === manager,
      where: where.line === undefined ? { ...where, line } : where,
    }));
}

interface Texts {
  readonly texts: readonly Text[];
  readonly unseen?: Unknown;
}

/** It runs where it is executable, and where this system runs such a script, which it does not tell. */
function* rcLocal(): Asking<Texts> {
  const found = yield* together(rcLocals.flatMap((path) => [together([read(path), stat(path)])]));
  const shut = found.findIndex(([text, inode]) => text?.is === 'blocked' || inode?.is === 'blocked');
  const blocked = found[shut]?.find((a) => a.is === 'blocked') as Extract<Answer<Stat>, { is: 'blocked' }> | undefined;
  const texts = found.flatMap(([text, inode], at): Text[] => {
    const end = inode && endOf(inode as Answer<Stat>);
    const runs = end !== undefined && (end.mode & 0o111) !== 0;
    return text?.is === 'got' && runs ? [{ text: text.value as string, where: { path: rcLocals[at] as string }, of: 'system', sure: false }] : [];
  });
  return { texts, ...(blocked ? { unseen: unknown(blocked, rcLocals[shut] ?? '') } : {}) };
}

/** The table of an account, from the file where that may be read, else from the program that shows one's own. */
function* ownCrontab(as: Account): Asking<Texts> {
  const paths = spools.map((dir) => `${dir}/${as.name}`);
  const texts: Answer<string>[] = yield* together(paths.map((path) => read(path)));
  const told = (text: string, path: string): Text[] =>
    jobsIn(text, 'account').map(({ command, line }) => ({ text: command, where: { path, line }, of: 'user' as const, sure: false }));
  const shut = texts.findIndex((t) => t.is === 'blocked');
  const blocked = texts[shut];
  const found = texts.flatMap((t, at) => (t.is === 'got' ? told(t.value, paths[at] as string) : []));
  if (blocked?.is !== 'blocked') return { texts: found };
  const shown: Answer<Output> = yield* run(ownTable, as);
  // Without a table of its own it exits 1, and says so.
  if (shown.is === 'got') return { texts: shown.value.exit === 0 ? told(shown.value.stdout, commandPlace(ownTable)) : [] };
  return { texts: found, unseen: unknown(blocked, paths[shut] ?? '') };
}

/** Where scripts of the administrator lie. What packages bring is not looked into. */
const own = /^\/(?:usr\/local|opt|etc|root|srv|home|var\/(?:lib|home)|data)\/[^\s*?]+$/;

/** The texts of the scripts that these texts run; what is no text, or too long for a script, is none. */
function* scriptsOf(texts: readonly Text[]): Asking<Texts> {
  const named = texts.flatMap((t) =>
    t.text
      .split('\n')
      .flatMap((line) =>
        /^\s*#/.test(line)
          ? []
          : execCommands(line.trim(), (w) => w, new Map()).flatMap((c) => c.words.filter((w) => own.test(w)).map((path) => ({ path, of: t }))),
      ),
  );
  const paths = [...new Map(named.map((n) => [n.path, n.of])).entries()];
  const files = yield* together(paths.map(([path]) => read(path)));
  const shut = files.findIndex((t) => t.is === 'blocked' && !['not-text', 'too-large'].includes(t.why));
  const blocked = files[shut];
  const found = files.flatMap((t, at): Text[] => {
    const [path, by] = paths[at] as [string, Text];
    return t.is === 'got' && t.value.includes('systemctl') ? [{ ...by, text: t.value, where: { path }, sure: false }] : [];
  });
  return { texts: found, ...(blocked?.is === 'blocked' ? { unseen: unknown(blocked, paths[shut]?.[0] ?? '') } : {}) };
}
