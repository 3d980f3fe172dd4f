/** Kernel modules of a host: loaded, built in, loaded at boot, and kept from being loaded. */
import { type Answer, type Asking, list, read, together } from '../ask.ts';
import { type Unknown, unknown, type Where } from '../fact.ts';
import { source, type Touches } from '../source.ts';
import { type KernelRelease, kernelRelease, moduleRoots } from './kernel-release.ts';
import { type ModprobeD, modprobeD } from './modprobe-d.ts';
import { modulesOfArguments, type NamedModule, parseBuiltin, parseLoaded, parseModulesLoad } from './module-files.ts';

const loaded = '/proc/modules';
const commandLine = '/proc/cmdline';
const debian = '/etc/modules';
/** Most important first: a file hides those of the same name further down. */
const roots = ['/etc', '/run', '/usr/local/lib', '/usr/lib', '/lib'] as const;
const directoriesOf = (name: string): readonly string[] => roots.map((r) => `${r}/${name}.d`);
const confDirectories = directoriesOf('modules-load');

/** What was found in one sort of place, and why there may be more. */
export interface Modules {
  readonly each: readonly NamedModule[];
  readonly looked: readonly Where[];
  readonly unseen?: Unknown;
}

export interface HostModules {
  readonly kernel: KernelRelease;
  readonly loaded: Modules;
  readonly builtIn: Modules;
  readonly atBoot: Modules;
  /** Kept from being loaded on demand. */
  readonly kept: ModprobeD;
}

const touches: Touches = [
  kernelRelease,
  modprobeD,
  ...[loaded, commandLine, debian].map((path) => ({ do: 'read', path }) as const),
  ...moduleRoots.map((root) => ({ do: 'read', path: `${root}/*/modules.builtin` }) as const),
  ...confDirectories.flatMap(
    (path): Touches => [
      { do: 'list', path },
      { do: 'read', path: `${path}/*.conf` },
    ],
  ),
];

export const hostModules = source(touches, learnModules);

function* learnModules(): Asking<HostModules> {
  const [kernel, live, words, old, atBoot, kept] = yield* together([
    kernelRelease(),
    read(loaded),
    read(commandLine),
    read(debian),
    namedIn('modules-load', parseModulesLoad),
    modprobeD(),
  ]);
  const builtIn = yield* builtInto(kernel);
  return {
    kernel,
    builtIn,
    kept,
    loaded: seen(live, loaded, parseLoaded),
    atBoot: joined(atBoot, seen(old, debian, parseModulesLoad), seen(words, commandLine, modulesOfArguments)),
  };
}

/** An image has no /proc: nothing is loaded there, and nothing follows from that. */
function seen(answer: Answer<string>, path: string, parse: (text: string, path: string) => NamedModule[]): Modules {
  const looked = [{ path }];
  if (answer.is === 'blocked' && answer.why !== 'unsupported') return { each: [], looked, unseen: unknown(answer, path) };
  return { each: answer.is === 'got' ? parse(answer.value, path) : [], looked };
}

function joined(...parts: readonly Modules[]): Modules {
  const unseen = parts.find((p) => p.unseen)?.unseen;
  return { each: parts.flatMap((p) => p.each), looked: parts.flatMap((p) => p.looked), ...(unseen ? { unseen } : {}) };
}

/** The list of the kernel that runs. Where it is gone, as after an update without a reboot, nobody can tell. */
function* builtInto(kernel: KernelRelease): Asking<Modules> {
  if (kernel.is === 'unknown') return { each: [], looked: kernel.where, unseen: kernel };
  const paths = moduleRoots.map((root) => `${root}/${kernel.release}/modules.builtin`);
  const texts = yield* together(paths.map((p) => read(p)));
  const at = texts.findIndex((t) => t.is !== 'absent');
  const [path, text] = [paths[at] ?? paths[0] ?? '', texts[at]];
  const looked = [{ path }];
  if (text?.is === 'blocked') return { each: [], looked, unseen: unknown(text, path) };
  if (text?.is === 'got') return { each: parseBuiltin(text.value, path), looked };
  const said = `the modules of the kernel ${kernel.release} are not there, as after an update without a reboot: what is built into it cannot be told`;
  return { each: [], looked, unseen: { is: 'unknown', why: 'ambiguous', said, where: [{ path }] } };
}

/** The files of the directories of that name, one of each file name. */
function* namedIn(name: string, parse: (text: string, path: string) => NamedModule[]): Asking<Modules> {
  const directories = directoriesOf(name);
  const lists = yield* together(directories.map((d) => list(d)));
  const looked = directories.map((path) => ({ path }));
  const shut = lists.findIndex((l) => l.is === 'blocked');
  const refused = lists[shut];
  if (refused?.is === 'blocked') return { each: [], looked, unseen: unknown(refused, directories[shut] ?? '') };
  const chosen = new Map<string, string>();
  for (const [at, names] of lists.entries())
    for (const n of names.is === 'got' ? names.value : [])
      if (n.endsWith('.conf') && !n.startsWith('.') && !chosen.has(n)) chosen.set(n, `${directories[at]}/${n}`);
  const paths = [...chosen.values()];
  const texts = yield* together(paths.map((p) => read(p)));
  return joined({ each: [], looked }, ...paths.map((path, at) => seen(texts[at] ?? { is: 'absent' }, path, parse)));
}
