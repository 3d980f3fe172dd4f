/** Whether SELinux denies anything: from the kernel, or on an image from what it boots with (selinux(8)). */
import { type Answer, type Asking, read, type Stat, stat, together } from '../ask.ts';
import { type Unknown, unknown, unparsable, type Where } from '../fact.ts';
import { source } from '../source.ts';
import { kernelPath, runs } from './running.ts';
import { selinuxConfigPath as config, selinuxConfigured } from './selinux-config.ts';

const enforce = '/sys/fs/selinux/enforce';

export type Selinux = { readonly is: 'known'; readonly enforcing: boolean; readonly where: Where } | Unknown;

export const selinux = source(
  [
    { do: 'stat', path: kernelPath },
    { do: 'read', path: enforce },
    { do: 'read', path: config },
  ],
  learnSelinux,
);

function* learnSelinux(): Asking<Selinux> {
  const [kernel, now, boots]: [Answer<Stat>, Answer<string>, Answer<string>] = yield* together([stat(kernelPath), read(enforce), read(config)]);
  if (now.is === 'got') {
    const word = now.value.trim();
    return word === '0' || word === '1'
      ? { is: 'known', enforcing: word === '1', where: { path: enforce } }
      : unparsable(`${enforce} holds neither 0 nor 1`, { path: enforce });
  }
  if (now.is === 'blocked' && now.why !== 'unsupported') return unknown(now, enforce);
  if (runs(kernel))
    return kernel.is === 'blocked' ? unknown(kernel, kernelPath) : { is: 'known', enforcing: false, where: { path: enforce, said: 'not there' } };
  if (boots.is === 'blocked') return unknown(boots, config);
  const found = boots.is === 'got' ? selinuxConfigured(boots.value) : undefined;
  return { is: 'known', enforcing: found?.mode === 'enforcing', where: { path: config, ...(found ? { line: found.line } : {}) } };
}
