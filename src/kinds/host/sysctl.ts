/** Kind `sysctl`: one kernel parameter, as it is now and as it will be after the next boot. */
import { type Answer, type Asking, type Blocked, read, type Stat, stat, together } from '../../facts/ask.ts';
import { type Fact, FactBuilder, type Unknown, unknown, type Where } from '../../facts/fact.ts';
import { kernelPath, runs } from '../../facts/host/running.ts';
import { type Effective, effective, idleAt, idleUnknown, normalKey, parseSysctl, type SysctlFiles, sysctlFiles } from '../../facts/host/sysctl-d.ts';
import { defineKind } from '../../facts/kind.ts';
import { boolean, record, string } from '../../facts/shape.ts';

const plainFile = '/etc/sysctl.conf';

/**
 * `exists` is false when the running kernel has no such parameter. Where no kernel
 * runs (an image), the persistent setting stands in for the live one.
 */
export const sysctl = defineKind({
  name: 'sysctl',
  describe: 'A kernel parameter: its live value, and the value that systemd-sysctl sets at boot (sysctl.d).',
  main: 'key',
  fields: { key: { type: 'string', required: true, describe: 'the parameter, with dots or slashes: net.ipv4.ip_forward' } },
  shape: record({
    value: string('the live value; on an image the persistent one. Blanks within are one space.'),
    live: string('the value of the running kernel'),
    persistent: string('the value that systemd-sysctl sets at boot'),
    applied: boolean('something applies the files at boot: systemd-sysctl, or an init script'),
    by: string('what applies them', ['systemd-sysctl', 'init scripts']),
    pending: boolean('a persistent value is set and the live value is another: the next boot changes it'),
  }),
  touches: (q) => [
    { do: 'read', path: q.key === '*' ? '/proc/sys/**' : livePath(q.key) },
    { do: 'stat', path: kernelPath },
    { do: 'read', path: plainFile },
    sysctlFiles,
  ],
  *learn(q): Asking<Fact> {
    const path = livePath(q.key);
    const [live, kernel, files, plain] = yield* together([read(path), stat(kernelPath), sysctlFiles(), read(plainFile)]);
    const set = effective(files.assignments, normalKey(q.key));
    const fact = new FactBuilder();
    persistentInto(fact, { set, files, plain, key: normalKey(q.key) });
    const running = runs(kernel);
    if (running) return liveInto(fact, { live, kernel, path, set, files });
    fact.consulted({ path: '/proc/sys', said: 'no running kernel' });
    const idle = idleUnknown(files);
    if (files.incomplete) fact.gap('value', files.incomplete);
    else if (idle) fact.gap('value', idle);
    else if (set.value !== undefined) fact.set('value', normal(set.value), ...placesOf(set));
    else fact.gap('value', undecided(q.key, files));
    return fact.consulted(...files.files).build();
  },
});

const livePath = (key: string): string => `/proc/sys/${normalKey(key)}`;

/** Blanks at both ends and the tabs between several numbers are not part of a value. */
const normal = (value: string): string => value.trim().replace(/\s+/g, ' ');

function placesOf(set: Effective): Where[] {
  if (!set.winner) return [];
  const losing = set.losing.slice(0, 3).map((a) => ({ ...a.at, said: a.value === undefined ? 'leaves it alone' : `had set ${normal(a.value)}` }));
  return [{ ...set.winner.at, said: set.value === undefined ? 'leaves it alone' : `sets ${normal(set.value)}` }, ...losing];
}

interface Files {
  readonly set: Effective;
  readonly files: SysctlFiles;
  readonly plain: Answer<string>;
  readonly key: string;
}

function persistentInto(fact: FactBuilder, { set, files, plain, key }: Files): void {
  if (files.incomplete) fact.gap('persistent', files.incomplete);
  else fact.set('persistent', set.value === undefined ? undefined : normal(set.value), ...placesOf(set));
  const [idle, open] = [idleAt(files), idleUnknown(files)];
  if (open) fact.gap('applied', open).gap('by', open);
  else {
    const at = idle ?? files.files[0] ?? { path: '/etc/sysctl.d' };
    fact.set('applied', idle === undefined, at).set('by', files.byScripts ? 'init scripts' : 'systemd-sysctl', at);
  }
  for (const hidden of files.shadowed) {
    for (const part of ['value', 'persistent']) fact.note(part, `${hidden.path} is hidden by ${hidden.by}`, { path: hidden.path });
  }
  if (plain.is !== 'got' || files.files.some((f) => f.path.endsWith('/99-sysctl.conf') || f.path === plainFile)) return;
  const near = effective(parseSysctl(plain.value, plainFile), key);
  if (near.winner) {
    for (const part of ['value', 'persistent'])
      fact.note(
        part,
        `${plainFile} sets it to ${near.value ?? 'nothing'}, but systemd-sysctl reads that file only through a link 99-sysctl.conf in a sysctl.d directory`,
        near.winner.at,
      );
  }
}

interface Live {
  readonly live: Answer<string>;
  readonly kernel: Answer<Stat>;
  readonly path: string;
  readonly set: Effective;
  readonly files: SysctlFiles;
}

function liveInto(fact: FactBuilder, { live, kernel, path, set, files }: Live): Fact {
  fact.consulted({ path });
  if (live.is === 'absent' && kernel.is === 'got') return fact.build(false);
  if (live.is !== 'got') {
    const why: Unknown = live.is === 'blocked' ? unknown(live, path) : unknown(kernel as Blocked, kernelPath);
    return fact.gap('live', why).gap('value', why).gap('pending', why).build();
  }
  const value = normal(live.value);
  const pending = set.value !== undefined && normal(set.value) !== value;
  fact.set('live', value, { path }).set('value', value, { path }, ...placesOf(set));
  if (files.incomplete) fact.gap('pending', files.incomplete);
  else fact.set('pending', pending, { path, said: `is ${value}` }, ...placesOf(set));
  return fact.build();
}

function undecided(key: unknown, files: SysctlFiles): Unknown {
  const idle = idleAt(files);
  if (idle) return { is: 'unknown', why: 'unsupported', said: `nothing applies sysctl.d at boot; the default of the kernel that boots decides`, where: [idle] };
  return {
    is: 'unknown',
    why: 'unsupported',
    said: `no sysctl.d file sets ${String(key)}; the default of the kernel that boots decides`,
    where: files.files.length > 0 ? files.files : [{ path: '/etc/sysctl.d' }],
  };
}
