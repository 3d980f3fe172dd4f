/** The options that a kernel was built with: /boot/config-RELEASE and its kin, else what the running one shows of itself. */
import { type Asking, read, run, stat, together } from '../ask.ts';
import { commandPlace } from '../asks.ts';
import { type Unknown, unknown, type Where } from '../fact.ts';
import { source, type Touches } from '../source.ts';
import { kernelRelease, moduleRoots } from './kernel-release.ts';

const shown = '/proc/config.gz';
const argv = ['zcat', shown];
/** Debian and SUSE keep it in /boot, Fedora and merged SUSE beside the modules. */
const pathsFor = (release: string): readonly string[] => [`/boot/config-${release}`, ...moduleRoots.map((root) => `${root}/${release}/config`)];

export interface KernelOptions {
  readonly is: 'known';
  readonly release: string;
  /** By name without CONFIG_: `y`, `m`, or a value. */
  readonly options: ReadonlyMap<string, { readonly value: string; readonly where: Where }>;
  readonly where: Where;
}

const touches: Touches = [
  kernelRelease,
  ...pathsFor('*').map((path) => ({ do: 'read', path }) as const),
  { do: 'stat', path: shown },
  { do: 'run', argv, ifThere: [[shown]] },
];

/** Unknown where no file of that kernel is there: most kernels of small boards are built without either. */
export const kernelOptions = source(touches, readOptions);

function* readOptions(): Asking<KernelOptions | Unknown> {
  const kernel = yield* kernelRelease();
  if (kernel.is === 'unknown') return kernel;
  const { release } = kernel;
  const paths = pathsFor(release);
  const texts = yield* together(paths.map((p) => read(p)));
  const at = texts.findIndex((t) => t.is !== 'absent');
  const [path = '', text] = [paths[at], texts[at]];
  if (text?.is === 'blocked') return unknown(text, path);
  if (text?.is === 'got') return { is: 'known', release, options: optionsOf(text.value, path), where: { path } };
  const there = yield* stat(shown);
  if (there.is === 'blocked' && there.why !== 'unsupported') return unknown(there, shown);
  if (there.is !== 'got')
    return { is: 'unknown', why: 'unsupported', said: `what the kernel ${release} was built with stands in no file`, where: paths.map((p) => ({ path: p })) };
  const answer = yield* run(argv);
  const place = commandPlace(argv);
  if (answer.is === 'blocked') return unknown(answer, place);
  if (answer.is === 'absent' || answer.value.exit !== 0)
    return { is: 'unknown', why: 'failed', said: `${shown} could not be unpacked`, where: [{ path: place }] };
  return { is: 'known', release, options: optionsOf(answer.value.stdout, place), where: { path: place } };
}

/** Lines `CONFIG_NAME=value`; `# CONFIG_NAME is not set` is as good as none. */
function optionsOf(text: string, path: string): KernelOptions['options'] {
  const options = new Map<string, { value: string; where: Where }>();
  for (const [at, line] of text.split('\n').entries()) {
    const found = /^CONFIG_(\w+)=(.+)$/.exec(line.trimEnd());
    if (found) options.set(found[1] ?? '', { value: found[2] ?? '', where: { path, line: at + 1 } });
  }
  return options;
}
