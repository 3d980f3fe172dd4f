/** Kind `cgroup`: the hierarchy of the host and the controllers at its root. */
import { type Answer, type Asking, list, read, together } from '../../facts/ask.ts';
import { bootLines, libraryDirs, mountedMode, systemdVersion, versionOne, wantedMode } from '../../facts/cgroup/hierarchy.ts';
import { type Fact, FactBuilder, type Unknown, unknown, type Where } from '../../facts/fact.ts';
import { defineKind } from '../../facts/kind.ts';
import { list as listOf, record, says, string } from '../../facts/shape.ts';

const mountInfo = '/proc/self/mountinfo';
const rootControllers = '/sys/fs/cgroup/cgroup.controllers';

/** Where the private library of systemd lies, by distribution. */
const bootFiles = ['/etc/kernel/cmdline', '/boot/grub2/grub.cfg', '/boot/grub/grub.cfg'];
const entriesDir = '/boot/loader/entries';

/** systemd dropped version 1 in 258; from 256 it boots with it only where two boot arguments ask for that (its NEWS). */
const unifiedOnly = 258;
const unifiedUnlessForced = 256;

export const cgroup = defineKind({
  name: 'cgroup',
  noun: 'the cgroup',
  describe: 'The cgroup hierarchy of the host (unified is version 2) and the controllers at its root.',
  fields: {},
  shape: record({
    mode: says(string('unified: version 2; legacy: version 1; hybrid: version 1 with an empty version 2 beside it', ['unified', 'hybrid', 'legacy']), {
      is: 'cgroups are in {value} mode',
    }),
    controllers: listOf(string('a controller'), 'the controllers that the root of the unified hierarchy offers'),
    beside: listOf(string('CONTROLLERS at PLACE'), 'hierarchies of version 1 that are mounted beside version 2'),
  }),
  touches: () => [
    { do: 'read', path: mountInfo },
    { do: 'read', path: rootControllers },
    ...libraryDirs.map((path) => ({ do: 'list', path }) as const),
    ...bootFiles.map((path) => ({ do: 'read', path }) as const),
    { do: 'list', path: entriesDir },
    { do: 'read', path: `${entriesDir}/*.conf` },
  ],
  *learn(): Asking<Fact> {
    const [mounts, controllers] = yield* together([read(mountInfo), read(rootControllers)]);
    const fact = new FactBuilder().consulted({ path: mountInfo }, { path: rootControllers });
    if (mounts.is === 'blocked' && mounts.why !== 'unsupported' && mounts.why !== 'not-recorded') return unknown(mounts, mountInfo);
    if (mounts.is !== 'got') {
      const image = mounts.is === 'blocked' && mounts.why === 'unsupported';
      if (image) fact.set('beside', [], { path: mountInfo, said: 'nothing is mounted in an image' });
      else fact.gap('beside', undecided('what is mounted is not known', { path: mountInfo }));
      return yield* fromFiles(fact);
    }
    const mounted = mountedMode(mounts.value);
    if (!mounted) return undecided('no cgroup hierarchy is mounted below /sys/fs/cgroup (a change root, or a container)', { path: mountInfo });
    fact.set('mode', mounted.mode, { ...mounted.where, said: mounted.said });
    if (mounted.mode !== 'unified')
      return fact
        .set('controllers', [], { ...mounted.where, said: `${mounted.said}: nothing can be delegated` })
        .set('beside', [], mounted.where)
        .build();
    setBeside(fact, mounts.value);
    if (controllers.is === 'got') fact.set('controllers', controllers.value.split(/\s+/).filter(Boolean), { path: rootControllers, line: 1 });
    else
      fact.gap(
        'controllers',
        controllers.is === 'blocked'
          ? unknown(controllers, rootControllers)
          : undecided(`${rootControllers} is missing although cgroup2 is mounted`, { path: rootControllers }),
      );
    return fact.build();
  },
});

/** Version 1 beside version 2: what a VPN client or an old container engine mounts. */
function setBeside(fact: FactBuilder, mountinfo: string): void {
  const old = versionOne(mountinfo);
  const where = old.length > 0 ? old.map((o) => ({ ...o.where, said: o.said })) : [{ path: mountInfo }];
  fact.set(
    'beside',
    old.map((o) => o.said),
    ...where,
  );
}

/** An image runs nothing: only its boot arguments, or a systemd that knows no other mode, can tell. */
function* fromFiles(fact: FactBuilder): Asking<Fact> {
  const [entries, ...answers] = yield* together([list(entriesDir), ...bootFiles.map(read), ...libraryDirs.map(list)]);
  fact.gap('controllers', undecided('only a running kernel has controllers', { path: rootControllers }));
  fact.set('beside', [], { path: mountInfo, said: 'nothing is mounted in an image' });
  const systemd = newestSystemd(answers.slice(bootFiles.length) as Answer<readonly string[]>[]);
  if (systemd && systemd.version >= unifiedOnly)
    return fact.set('mode', 'unified', { ...systemd.where, said: `systemd ${systemd.version} knows no other mode` }).build();
  const names = entries?.is === 'got' ? (entries.value as readonly string[]).filter((n) => n.endsWith('.conf')) : [];
  const texts = yield* together(names.map((n) => read(`${entriesDir}/${n}`)));
  const files = [
    ...bootFiles.map((path, at) => ({ path, answer: answers[at] as Answer<string> })),
    ...names.map((n, at) => ({ path: `${entriesDir}/${n}`, answer: texts[at] as Answer<string> })),
  ];
  const blocked = files.find((f) => f.answer.is === 'blocked');
  if (entries?.is === 'blocked') return unknown(entries, entriesDir);
  if (blocked?.answer.is === 'blocked') return unknown(blocked.answer, blocked.path);
  const lines = files.flatMap((f) =>
    f.answer.is !== 'got'
      ? []
      : f.path === '/etc/kernel/cmdline'
        ? [{ text: f.answer.value, where: { path: f.path, line: 1 } }]
        : bootLines(f.answer.value, f.path),
  );
  const wanted = new Set(lines.map((l) => wantedMode(l.text)));
  const [mode] = wanted;
  const where = lines.map((l) => l.where);
  if (wanted.size === 1 && mode !== undefined) fact.set('mode', mode, ...where);
  else if (wanted.size < 2 && systemd && systemd.version >= unifiedUnlessForced)
    fact.set('mode', 'unified', { ...systemd.where, said: `systemd ${systemd.version} takes another mode only where boot arguments force it` }, ...where);
  else
    fact.gap(
      'mode',
      undecided(
        wanted.size > 1
          ? 'the boot entries differ in the cgroup mode that they force'
          : lines.length === 0
            ? 'the image has no boot entry, and no kernel runs'
            : 'the boot arguments force no cgroup mode, and no kernel runs to be asked',
        ...where,
      ),
    );
  return fact.build();
}

/** The systemd whose private library lies there. */
function newestSystemd(listings: readonly Answer<readonly string[]>[]): { version: number; where: Where } | undefined {
  const found = listings.flatMap((answer, at) => {
    const version = answer.is === 'got' ? systemdVersion(answer.value) : undefined;
    return version === undefined ? [] : [{ version, where: { path: libraryDirs[at] as string } }];
  });
  return found.reduce<(typeof found)[number] | undefined>((best, one) => (best && best.version >= one.version ? best : one), undefined);
}

function undecided(said: string, ...where: readonly Where[]): Unknown {
  return { is: 'unknown', why: 'ambiguous', said, where };
}
