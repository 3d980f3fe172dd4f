/** Kind `architecture`: for which processors the kernel and the programs of a host are. */
import { type Answer, type Asking, type Output, read, run, type Stat, stat, together } from '../../facts/ask.ts';
import { commandPlace } from '../../facts/asks.ts';
import { type Fact, FactBuilder, type Unknown, unknown, type Where } from '../../facts/fact.ts';
import { defineKind } from '../../facts/kind.ts';
import { record, string } from '../../facts/shape.ts';

const kernelArch = '/proc/sys/kernel/arch';
const argv = ['uname', '-m'];

/** The loader of dynamic programs, by the ABI of each architecture (ld.so(8), glibc and musl). Those that K3s is built for come first. */
const loaders = [
  { path: '/lib64/ld-linux-x86-64.so.2', arch: 'x86_64' },
  { path: '/lib/ld-musl-x86_64.so.1', arch: 'x86_64' },
  { path: '/lib/ld-linux-aarch64.so.1', arch: 'aarch64' },
  { path: '/lib/ld-musl-aarch64.so.1', arch: 'aarch64' },
  { path: '/lib/ld-linux-armhf.so.3', arch: 'armhf' },
  { path: '/lib/ld-musl-armhf.so.1', arch: 'armhf' },
  { path: '/lib/ld64.so.1', arch: 's390x' },
  { path: '/lib/ld-linux.so.2', arch: 'i386' },
  { path: '/lib/ld-linux.so.3', arch: 'armel' },
  { path: '/lib64/ld64.so.2', arch: 'ppc64le' },
  { path: '/lib/ld-linux-riscv64-lp64d.so.1', arch: 'riscv64' },
  { path: '/lib/ld-musl-riscv64.so.1', arch: 'riscv64' },
  { path: '/lib64/ld-linux-loongarch-lp64d.so.1', arch: 'loongarch64' },
  { path: '/lib/ld.so.1', arch: 'mips' },
] as const;

export const architecture = defineKind({
  name: 'architecture',
  noun: 'the architecture',
  describe:
    'The architecture of the running kernel; of an image that of its programs, by their dynamic loader. Programs for 32 bits on a kernel of 64 bits do not change what K3s needs: it brings all that it links to.',
  fields: {},
  shape: record({
    machine: string('as uname -m prints it: x86_64, aarch64, armv7l; of an image x86_64, aarch64, armhf'),
    userland: string('the architecture of the programs, by their loader'),
  }),
  touches: () => [{ do: 'read', path: kernelArch }, { do: 'run', argv }, ...loaders.map(({ path }) => ({ do: 'stat', path }) as const)],
  *learn(): Asking<Fact> {
    const [arch, ...stats] = yield* together([read(kernelArch), ...loaders.map(({ path }) => stat(path))]);
    const userland = userlandIn(stats as readonly Answer<Stat>[]);
    const fact = new FactBuilder().consulted({ path: kernelArch });
    if ('is' in userland) fact.gap('userland', userland);
    else fact.set('userland', userland.value, userland.where);
    if (arch.is === 'got' && arch.value.trim() !== '') return fact.set('machine', arch.value.trim(), { path: kernelArch }).build();
    // Before Linux 6.1 there is no such file.
    const said = yield* run(argv);
    const live = machineIn(said);
    if (live !== undefined) return fact.set('machine', live, { path: commandPlace(argv) }).build();
    if (said.is === 'blocked' && said.why === 'unsupported') {
      // Nothing runs: an image is for the processors that its programs are for.
      if ('is' in userland) fact.gap('machine', userland);
      else fact.set('machine', userland.value, userland.where);
      return fact.build();
    }
    const refused = said.is === 'blocked' ? unknown(said, commandPlace(argv)) : undefined;
    return fact
      .gap('machine', refused ?? { is: 'unknown', why: 'failed', said: 'uname -m does not tell the architecture', where: [{ path: commandPlace(argv) }] })
      .build();
  },
});

const machineIn = (answer: Answer<Output>): string | undefined =>
  answer.is === 'got' && answer.value.exit === 0 ? /^[\w.-]+$/.exec(answer.value.stdout.trim())?.[0] : undefined;

function userlandIn(stats: readonly Answer<Stat>[]): { readonly value: string; readonly where: Where } | Unknown {
  const at = stats.findIndex((s) => s.is === 'got');
  const shut = stats.findIndex((s) => s.is === 'blocked');
  const refused = stats[shut];
  // One that is hidden and stands further up would count.
  if (refused?.is === 'blocked' && (at < 0 || shut < at)) return unknown(refused, loaders[shut]?.path ?? '');
  const found = loaders[at];
  if (found) return { value: found.arch, where: { path: found.path } };
  return {
    is: 'unknown',
    why: 'ambiguous',
    said: 'no dynamic loader is at a usual place: file /bin/sh tells the architecture',
    where: loaders.map(({ path }) => ({ path })),
  };
}
