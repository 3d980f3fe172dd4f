/** Kind `container-lsm`: which security module of the kernel keeps an account's containers from the host. */
import { type Account, type Answer, type Asking, read, type Stat, stat } from '../../facts/ask.ts';
import { type Fact, FactBuilder, type Unknown, unknown, unparsable, type Where } from '../../facts/fact.ts';
import { apparmorParser } from '../../facts/host/apparmor-parser.ts';
import { kernelPath, runs } from '../../facts/host/running.ts';
import { selinuxConfigPath as selinuxConfig, selinuxConfigured } from '../../facts/host/selinux-config.ts';
import { defineKind } from '../../facts/kind.ts';
import { boolean, list, record, string } from '../../facts/shape.ts';

const enforce = '/sys/fs/selinux/enforce';
const kernelProfiles = '/sys/kernel/security/apparmor';
const profiles = '/etc/apparmor.d';

/**
 * containers/common:pkg/apparmor/internal/supported: Podman uses AppArmor for root alone, and only where it finds
 * apparmor_parser. On an image the files of the modules tell, on a running host the kernel.
 */
export const containerLsm = defineKind({
  name: 'container-lsm',
  noun: 'the separation of containers',
  describe: "The security module of the kernel, SELinux or AppArmor, that an account's Podman can put its containers under.",
  fields: {},
  shape: record({
    offered: list(string('SELinux or AppArmor'), 'what the host has for containers of the account: AppArmor for root alone'),
    idle: string('why Podman leaves containers unconfined although AppArmor is there; unset otherwise'),
    permissive: boolean('SELinux is there and denies nothing'),
  }),
  touches: () => [
    apparmorParser,
    { do: 'stat', path: kernelPath },
    ...[enforce, selinuxConfig].map((path) => ({ do: 'read', path }) as const),
    ...[enforce, selinuxConfig, kernelProfiles, profiles].map((path) => ({ do: 'stat', path }) as const),
  ],
  *learn(_, as): Asking<Fact> {
    const kernel: Answer<Stat> = yield* stat(kernelPath);
    const live = runs(kernel);
    if (live && kernel.is === 'blocked') return unknown(kernel, kernelPath);
    const fact = new FactBuilder();
    const offered: Offer[] = [...(yield* selinux(live, fact)), ...(yield* apparmor(live, as, fact))];
    const looked = live ? [{ path: enforce }, { path: kernelProfiles }] : [{ path: selinuxConfig }, { path: profiles }];
    fact.set(
      'offered',
      offered.map((o) => o.name),
      ...(offered.length > 0 ? offered.map((o) => o.where) : looked),
    );
    return fact.build();
  },
});

interface Offer {
  readonly name: 'SELinux' | 'AppArmor';
  readonly where: Where;
}

function* selinux(live: boolean, fact: FactBuilder): Asking<Offer[]> {
  const path = live ? enforce : selinuxConfig;
  const there: Answer<Stat> = yield* stat(path);
  fact.at('permissive', { path });
  if (there.is === 'absent') return [];
  const answer: Answer<string> = yield* read(path);
  if (answer.is === 'blocked') return fact.gap('offered', unknown(answer, path)).gap('permissive', unknown(answer, path)) && [];
  const text = answer.is === 'got' ? answer.value : '';
  const boots = live ? undefined : selinuxConfigured(text);
  const word = live ? text.trim() : boots?.mode;
  const line = live ? 1 : boots?.line;
  const where = { path, ...(line ? { line } : {}) };
  // The kernel's file holds one digit; anything else was not understood.
  if (live && word !== '0' && word !== '1') {
    const why = unparsable(`${path} holds neither 0 nor 1`, where);
    return fact.gap('offered', why).gap('permissive', why) && [];
  }
  if (!live && word !== 'enforcing' && word !== 'permissive') return [];
  fact.set('permissive', word === '0' || word === 'permissive', where);
  return [{ name: 'SELinux', where }];
}

function* apparmor(live: boolean, as: Account, fact: FactBuilder): Asking<Offer[]> {
  const path = live ? kernelProfiles : profiles;
  const there: Answer<Stat> = yield* stat(path);
  fact.at('idle', { path });
  if (there.is === 'absent') return [];
  if (as.uid !== 0) {
    fact.note('offered', 'Podman does not use AppArmor for containers without root', { path });
    return [];
  }
  if (there.is === 'blocked') return fact.gap('offered', unknown(there, path)).gap('idle', unknown(there, path)) && [];
  const idle = yield* unused();
  if (idle && 'is' in idle) fact.gap('idle', idle);
  else if (idle) fact.set('idle', idle.said, idle.where);
  return [{ name: 'AppArmor', where: { path } }];
}

/** Whether Podman would find the program that loads its profile. */
function* unused(): Asking<{ said: string; where: Where } | Unknown | undefined> {
  const parser = yield* apparmorParser();
  if (parser.is === 'unknown') return parser;
  return parser.path ? undefined : { said: 'Podman needs apparmor_parser, which is not there', where: { path: '/sbin/apparmor_parser' } };
}
