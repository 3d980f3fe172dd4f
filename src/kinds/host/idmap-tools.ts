/** Kind `idmap-tools`: whether newuidmap and newgidmap can write an id map for an ordinary user. */

import { type Answer, type Asking, type Output, run, type Stat, stat, together } from '../../facts/ask.ts';
import { commandPlace } from '../../facts/asks.ts';
import { type Fact, FactBuilder, type Unknown, unknown, type Where } from '../../facts/fact.ts';
import { type MountTable, mountOf, mountTable } from '../../facts/host/mount-table.ts';
import { programDirectories } from '../../facts/host/tool-table.ts';
import { defineKind } from '../../facts/kind.ts';
import type { Pattern } from '../../facts/pattern.ts';
import { boolean, record, string } from '../../facts/shape.ts';

const programs = { newuidmap: 'cap_setuid', newgidmap: 'cap_setgid' } as const;
type Program = keyof typeof programs;

const setuid = 0o4000;

const one = record({
  path: string('where it lies'),
  setuid: boolean('it is setuid and belongs to root'),
  capability: boolean('its file capabilities hold cap_setuid or cap_setgid, effective and permitted; looked at only without setuid'),
  nosuid: boolean('it lies on a file system mounted nosuid, where neither counts'),
  privileged: boolean('one of both holds, and the mount lets it count'),
});

export const idmapTools = defineKind({
  name: 'idmap-tools',
  noun: 'newuidmap and newgidmap',
  describe: 'The two programs that write the id maps of rootless containers: where they lie and by what they have their privilege.',
  fields: {},
  shape: record({ newuidmap: one, newgidmap: one }),
  touches: () => [
    mountTable,
    ...pathsOf(Object.keys(programs)).map((path): Pattern => ({ do: 'stat', path })),
    // Asked of programs that were found.
    ...pathsOf(Object.keys(programs)).map((path): Pattern => ({ do: 'run', argv: getcap(path), ifThere: [[path]] })),
  ],
  *learn(): Asking<Fact> {
    const [table, ...found] = yield* together([mountTable(), ...(Object.keys(programs) as Program[]).map(find)]);
    const fact = new FactBuilder().consulted(...found.flatMap((f) => f.consulted));
    for (const each of found) yield* describe(fact, each, table);
    return fact.build();
  },
});

const pathsOf = (names: readonly string[]): string[] => names.flatMap((name) => programDirectories.map((d) => `${d}/${name}`));
const getcap = (path: string): readonly string[] => ['getcap', path];

interface Found {
  readonly name: Program;
  readonly seen?: { readonly path: string; readonly real: string; readonly mode: number; readonly uid: number };
  readonly hidden?: Unknown;
  readonly consulted: readonly Where[];
}

/** The first one in the order of a login's PATH, as the shell and Podman find it. */
function* find(name: Program): Asking<Found> {
  const paths = pathsOf([name]);
  const answers = (yield* together(paths.map((p) => stat(p)))) as Answer<Stat>[];
  const consulted = paths.map((path) => ({ path }));
  for (const [at, answer] of answers.entries()) {
    const path = paths[at] as string;
    const end: Answer<{ mode: number; uid: number; path?: string }> = answer.is === 'got' ? (answer.value.real ?? { is: 'got', value: answer.value }) : answer;
    if (end.is === 'blocked') return { name, hidden: unknown(end, path), consulted };
    if (end.is === 'got') return { name, seen: { path, real: end.value.path ?? path, mode: end.value.mode, uid: end.value.uid }, consulted: [{ path }] };
  }
  return { name, consulted };
}

function* describe(fact: FactBuilder, { name, seen, hidden, consulted }: Found, table: MountTable): Asking<void> {
  if (hidden) return void fact.gap(name, hidden);
  fact.at(name, ...consulted);
  if (!seen) return void fact.set([name, 'privileged'], false, ...consulted.slice(0, 4).map((c) => ({ ...c, said: 'not there' })));
  const at = { path: seen.path };
  const isSetuid = (seen.mode & setuid) !== 0 && seen.uid === 0;
  fact.set([name, 'path'], seen.path, at).set([name, 'setuid'], isSetuid, { ...at, said: `mode ${seen.mode.toString(8)}, owner ${seen.uid}` });
  const by = isSetuid ? true : yield* capable(fact, name, seen.path);
  const mount = table.is === 'known' ? mountOf(table.each, seen.real) : undefined;
  if (table.is === 'unknown') fact.gap([name, 'nosuid'], table);
  else fact.set([name, 'nosuid'], mount?.options.includes('nosuid') ?? false, ...(mount ? [mount.at] : table.consulted));
  const nosuid = mount?.options.includes('nosuid') ?? false;
  const where: Where[] = nosuid && mount ? [{ ...mount.at, said: `${mount.point} is mounted nosuid` }, at] : [at];
  if (by === false || nosuid) fact.set([name, 'privileged'], false, ...where);
  else if (typeof by === 'object') fact.gap([name, 'privileged'], by);
  else if (table.is === 'unknown') fact.gap([name, 'privileged'], table);
  else fact.set([name, 'privileged'], true, ...where, ...(mount ? [mount.at] : []));
}

/** getcap(8) prints `PATH cap_setuid=ep`, in older releases `PATH = cap_setuid+ep`, and nothing for a file without. */
function* capable(fact: FactBuilder, name: Program, path: string): Asking<boolean | Unknown> {
  const argv = getcap(path);
  const where = { path: commandPlace(argv) };
  const answer: Answer<Output> = yield* run(argv);
  const why: Unknown | undefined =
    answer.is === 'blocked'
      ? answer.why === 'unsupported'
        ? { is: 'unknown', why: answer.why, said: `${path} is not setuid, and file capabilities show on a running host only`, where: [{ path }] }
        : unknown(answer, path)
      : answer.is === 'absent'
        ? { is: 'unknown', why: 'failed', said: `${path} is not setuid, and there is no getcap to tell its capabilities`, where: [where] }
        : answer.value.exit !== 0
          ? { is: 'unknown', why: 'failed', said: `getcap failed with status ${answer.value.exit}`, where: [where] }
          : undefined;
  if (why || answer.is !== 'got') {
    if (why) fact.gap([name, 'capability'], why);
    return why as Unknown;
  }
  const flags = new RegExp(`\\b${programs[name]}\\b[^\\s=+]*[=+]([a-z]+)`).exec(answer.value.stdout)?.[1] ?? '';
  const holds = flags.includes('e') && flags.includes('p');
  fact.set([name, 'capability'], holds, { ...where, said: answer.value.stdout.trim().slice(0, 200) || 'no capabilities' });
  return holds;
}
