/** Kind `module-signatures`: whether the kernel loads modules that nobody signed. */
import { type Asking, read, stat, together } from '../../facts/ask.ts';
import { argumentIn, type CommandLine, commandLines, switched } from '../../facts/cgroup/command-line.ts';
import { type Fact, FactBuilder, type Unknown, unknown, type Where } from '../../facts/fact.ts';
import { kernelRelease } from '../../facts/host/kernel-release.ts';
import { kernelValue } from '../../facts/host/kernel-value.ts';
import { kernelPath, runs } from '../../facts/host/running.ts';
import { defineKind } from '../../facts/kind.ts';
import { boolean, record } from '../../facts/shape.ts';

const parameter = '/sys/module/module/parameters/sig_enforce';
const lockdown = '/sys/kernel/security/lockdown';
const disabled = 'kernel.modules_disabled';

export const moduleSignatures = defineKind({
  name: 'module-signatures',
  noun: 'the signatures of modules',
  describe:
    'Whether unsigned kernel modules are refused: by module.sig_enforce, CONFIG_MODULE_SIG_FORCE, lockdown, or since no module is loaded any more. Of an image by its kernel’s arguments and configuration, and sysctl.d.',
  fields: {},
  shape: record({ enforced: boolean('modules without a signature are refused, or all modules') }),
  touches: () => [
    { do: 'stat', path: kernelPath },
    { do: 'read', path: parameter },
    { do: 'read', path: lockdown },
    kernelValue.of(disabled),
    commandLines,
    kernelRelease,
    { do: 'read', path: '/boot/config-*' },
  ],
  *learn(): Asking<Fact> {
    const [kernel, off] = yield* together([stat(kernelPath), kernelValue(disabled)]);
    const fact = new FactBuilder();
    if (off.is === 'known' && off.value === '1') return fact.set('enforced', true, ...off.where).build();
    if (runs(kernel)) return yield* ofKernel(fact, off.is === 'unknown' ? off : undefined);
    const [lines, release] = yield* together([commandLines(), kernelRelease()]);
    const told = lines.is === 'known' && lines.each.length > 0 && lines.each.every(enforces);
    if (told) return fact.set('enforced', true, ...lines.consulted).build();
    const path = release.is === 'known' ? `/boot/config-${release.release}` : undefined;
    const config = path === undefined ? undefined : yield* read(path);
    if (path !== undefined && config?.is === 'got' && /^CONFIG_MODULE_SIG_FORCE=y$/m.test(config.value)) return fact.set('enforced', true, { path }).build();
    if (lines.is === 'unknown') return lines;
    if (release.is === 'unknown') return release;
    if (config?.is === 'blocked') return unknown(config, path ?? '/boot');
    const said = 'the image has no boot entry, so what the kernel is told cannot be seen';
    if (lines.each.length === 0) return { is: 'unknown', why: 'unsupported', said, where: lines.consulted.slice(0, 3) };
    if (off.is === 'unknown') return off;
    if (config?.is === 'absent')
      return { is: 'unknown', why: 'ambiguous', said: `${path} is missing, which tells how the kernel was built`, where: lines.consulted };
    return fact.set('enforced', false, ...lines.consulted, ...(path === undefined ? [] : [{ path }])).build();
  },
});

function* ofKernel(fact: FactBuilder, open: Unknown | undefined): Asking<Fact> {
  const [enforce, lock] = yield* together([read(parameter), read(lockdown)]);
  const at = (path: string, said: string): Where => ({ path, said });
  if (enforce.is === 'got' && /^[Yy1]/.test(enforce.value)) return fact.set('enforced', true, at(parameter, enforce.value.trim())).build();
  if (lock.is === 'got' && /\[(?:integrity|confidentiality)\]/.test(lock.value)) return fact.set('enforced', true, at(lockdown, lock.value.trim())).build();
  if (open) return open;
  if (enforce.is === 'blocked') return unknown(enforce, parameter);
  if (lock.is === 'blocked') return unknown(lock, lockdown);
  return fact.set('enforced', false, at(parameter, enforce.is === 'got' ? enforce.value.trim() : 'not there')).build();
}

const enforces = (line: CommandLine): boolean =>
  switched(argumentIn(line, 'module.sig_enforce')) === true ||
  /^(?:integrity|confidentiality)$/.test(argumentIn(line, 'lockdown') ?? '') ||
  argumentIn(line, 'nomodule') !== undefined;
