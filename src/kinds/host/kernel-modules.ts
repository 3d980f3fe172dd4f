/** Kind `kernel-modules`: whether modules are there when a program needs them. */
import { type Asking, list as listOf, read, stat, together } from '../../facts/ask.ts';
import { type Fact, FactBuilder, type Unknown, unknown, type Where } from '../../facts/fact.ts';
import { type HostModules, hostModules, type Modules } from '../../facts/host/kernel-modules.ts';
import { moduleRoots } from '../../facts/host/kernel-release.ts';
import { moduleName, moduleOfFile } from '../../facts/host/module-files.ts';
import { defineKind } from '../../facts/kind.ts';
import { unasked } from '../../facts/pattern.ts';
import { list, record, string } from '../../facts/shape.ts';

/** Where the kernel's own build puts modules that it loads itself when a device or a file system is asked for. */
const folders: Readonly<Record<string, string>> = { tun: 'kernel/drivers/net', overlay: 'kernel/fs/overlayfs', fuse: 'kernel/fs/fuse' };
const sealed = '/proc/sys/kernel/modules_disabled';

export const kernelModules = defineKind({
  name: 'kernel-modules',
  noun: 'the kernel',
  describe: 'Modules of the kernel: loaded, built in, loaded at boot by modules-load.d, or loaded by the kernel itself when something asks for them.',
  main: 'names',
  fields: { names: { type: 'strings', required: true, describe: 'names of modules' } },
  shape: record({
    missing: list(string('a module'), 'those that are neither loaded nor built in, and that nothing loads at boot'),
    unavailable: list(string('a module'), 'those of them that the kernel cannot load on demand either; tun, overlay and fuse alone can be told'),
    unloadable: list(
      string('a module'),
      'those that are neither loaded nor built in, and that modprobe would not load for root either: no file, an `install` line of modprobe.d, or a sealed kernel',
    ),
    kept: string('the files of modprobe.d that keep those that are missing from being loaded; unset when none does'),
  }),
  touches: ({ names }) => [
    hostModules,
    { do: 'read', path: sealed },
    ...moduleRoots.map((root) => ({ do: 'read', path: `${root}/*/modules.dep` }) as const),
    ...(Array.isArray(names) ? names : ['*']).map((name) => ({ do: 'stat', path: `/sys/module/${moduleName(name)}` }) as const),
    ...unasked(
      'a module of one folder is tried for all',
      Object.values(folders).flatMap((folder) => moduleRoots.map((root) => ({ do: 'list', path: `${root}/*/${folder}` }))),
    ),
  ],
  *learn({ names }): Asking<Fact> {
    const modules = yield* hostModules();
    const ready = yield* together(names.map((name) => readiness(moduleName(name), modules)));
    const fact = new FactBuilder().consulted(...modules.loaded.looked);
    const lost = names.filter((_, at) => ready[at]?.is === 'missing');
    setAll(fact, 'missing', names, ready);
    setKept(fact, lost, modules);
    const loads = yield* together(lost.map((name) => onDemand(moduleName(name), modules)));
    const all = names.map((name, at) => loads[lost.indexOf(name)] ?? (ready[at] as State));
    setAll(fact, 'unavailable', names, all);
    const forRoot = yield* together(names.map((name) => byModprobe(moduleName(name), modules)));
    setAll(fact, 'unloadable', names, forRoot);
    return fact.build();
  },
});

function setKept(fact: FactBuilder, lost: readonly string[], { kept }: HostModules): void {
  const lines = lost.flatMap((name) => kept.kept(moduleName(name))?.at ?? []);
  const files = [...new Set(lines.map((l) => l.path))];
  if (kept.unseen) fact.gap('kept', kept.unseen);
  else fact.at('kept', ...kept.looked.slice(0, 1)).set('kept', files.length > 0 ? files.join(' and ') : undefined, ...lines);
}

type State = { readonly is: 'there' | 'missing'; readonly where: readonly Where[] } | Unknown;

/** What is sure to be missing is told even where others cannot be told. */
function setAll(fact: FactBuilder, field: string, names: readonly string[], states: readonly State[]): void {
  const missing = names.filter((_, at) => states[at]?.is === 'missing');
  const open = states.find((s): s is Unknown => s.is === 'unknown');
  if (missing.length === 0 && open) return void fact.gap(field, open);
  const where = states.flatMap((s) => (s.is === (missing.length > 0 ? 'missing' : 'there') ? s.where : []));
  fact.set(field, missing, ...where);
}

const find = (name: string, { each }: Modules): Where | undefined => each.find((m) => m.name === name)?.at;

/** Loaded, built in, or loaded at the next boot. A module that modprobe.d keeps away is not loaded at boot either. */
function* readiness(name: string, modules: HostModules): Asking<State> {
  const { kept } = modules;
  const boot = kept.unseen || kept.kept(name) ? undefined : find(name, modules.atBoot);
  const there = find(name, modules.loaded) ?? find(name, modules.builtIn) ?? boot;
  if (there) return { is: 'there', where: [{ ...there, said: there.said ?? name }] };
  // A module that runs, or is built in and has parameters, shows here; one that does not may be built in.
  const path = `/sys/module/${name}`;
  const live = yield* stat(path);
  if (live.is === 'got') return { is: 'there', where: [{ path }] };
  const open = modules.loaded.unseen ?? modules.builtIn.unseen ?? modules.atBoot.unseen ?? kept.unseen;
  if (open) return open;
  if (live.is === 'blocked' && live.why !== 'unsupported') return unknown(live, path);
  const looked = [...modules.loaded.looked, ...modules.builtIn.looked, { path: '/etc/modules-load.d' }];
  return { is: 'missing', where: looked.map((w) => ({ ...w, said: `no ${name}` })) };
}

/**
 * Whether `modprobe NAME` of root ends with the module loaded. `blacklist` does not stop it, since that is about aliases
 * alone; `install NAME /bin/true` does (modprobe.d(5); tried with kmod 30).
 */
function* byModprobe(name: string, modules: HostModules): Asking<State> {
  const there = find(name, modules.loaded) ?? find(name, modules.builtIn);
  if (there) return { is: 'there', where: [{ ...there, said: there.said ?? name }] };
  const path = `/sys/module/${name}`;
  const live = yield* stat(path);
  if (live.is === 'got') return { is: 'there', where: [{ path }] };
  const open = modules.loaded.unseen ?? modules.builtIn.unseen ?? modules.kept.unseen;
  if (open) return open;
  if (live.is === 'blocked' && live.why !== 'unsupported') return unknown(live, path);
  const instead = modules.kept.kept(name);
  if (instead?.how === 'install') return { is: 'missing', where: instead.at };
  const lock = yield* read(sealed);
  if (lock.is === 'blocked' && lock.why !== 'unsupported') return unknown(lock, sealed);
  if (lock.is === 'got' && lock.value.trim() === '1') return { is: 'missing', where: [{ path: sealed, line: 1, said: 'no module can be loaded any more' }] };
  return yield* inDependencies(name, modules);
}

/** depmod(8) lists every module that there is for a kernel. */
function* inDependencies(name: string, { kernel }: HostModules): Asking<State> {
  if (kernel.is === 'unknown') return kernel;
  const paths = moduleRoots.map((root) => `${root}/${kernel.release}/modules.dep`);
  const texts = yield* together(paths.map((p) => read(p)));
  const at = texts.findIndex((t) => t.is !== 'absent');
  const [path = paths[0] ?? '', text] = [paths[at], texts[at]];
  if (text?.is === 'blocked') return unknown(text, path);
  if (text?.is !== 'got')
    return {
      is: 'unknown',
      why: 'ambiguous',
      said: `the modules of the kernel ${kernel.release} are not there, as after an update without a reboot`,
      where: [{ path }],
    };
  const line = text.value.split('\n').findIndex((l) => moduleOfFile(l.split(':')[0] ?? '') === name);
  if (line >= 0) return { is: 'there', where: [{ path, line: line + 1 }] };
  return { is: 'missing', where: [{ path, said: `no ${name}` }] };
}

const none = (name: string, paths: readonly string[]): State => ({ is: 'missing', where: paths.map((path) => ({ path, said: `no ${name}` })) });

/** Whether the kernel would load it itself: its file is there, and nothing keeps it from that. */
function* onDemand(name: string, modules: HostModules): Asking<State> {
  const { kernel, kept } = modules;
  const folder = Object.hasOwn(folders, name) ? folders[name] : undefined;
  if (folder === undefined) return { is: 'unknown', why: 'unsupported', said: `whether the kernel loads ${name} on demand is not known`, where: [] };
  if (kernel.is === 'unknown') return kernel;
  const shut = kept.kept(name);
  if (shut) return { is: 'missing', where: shut.at };
  if (kept.unseen) return kept.unseen;
  const lock = yield* read(sealed);
  if (lock.is === 'got' && lock.value.trim() === '1') return { is: 'missing', where: [{ path: sealed, line: 1, said: 'no module is loaded any more' }] };
  if (lock.is === 'blocked' && lock.why !== 'unsupported') return unknown(lock, sealed);
  const paths = moduleRoots.map((root) => `${root}/${kernel.release}/${folder}`);
  const lists = yield* together(paths.map((p) => listOf(p)));
  for (const [at, names] of lists.entries()) {
    if (names.is === 'blocked') return unknown(names, paths[at] ?? '');
    const file = names.is === 'got' ? names.value.find((n) => /\.ko(?:\.\w+)?$/.test(n) && moduleOfFile(n) === name) : undefined;
    if (file !== undefined) return { is: 'there', where: [{ path: `${paths[at]}/${file}` }] };
  }
  // modprobe goes by the list of depmod(8), wherever the file lies (updates/, weak-updates/).
  const listed = yield* inDependencies(name, modules);
  if (listed.is !== 'missing') return listed.is === 'unknown' && listed.why === 'ambiguous' ? none(name, paths) : listed;
  return none(name, paths);
}
