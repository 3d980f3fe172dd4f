/** Kind `lsm`: the security modules of the kernel, and whether any of them refuses anything. */
import { type Answer, type Asking, read, type Stat, stat, together } from '../../facts/ask.ts';
import { bootConfig } from '../../facts/cgroup/boot-config.ts';
import { type Fact, FactBuilder, type Json, type Unknown, unknown, type Where } from '../../facts/fact.ts';
import { apparmorParser } from '../../facts/host/apparmor-parser.ts';
import { contained } from '../../facts/host/contained.ts';
import { activeModules, appArmorState, cmdlinePath, type LsmWords, lsmWords, type SelinuxState, selinuxState } from '../../facts/host/lsm.ts';
import { kernelPath, runs } from '../../facts/host/running.ts';
import type { SelinuxMode } from '../../facts/host/selinux-config.ts';
import { defineKind } from '../../facts/kind.ts';
import { boolean, list, number, record, says, string } from '../../facts/shape.ts';

const modes = ['enforcing', 'permissive', 'disabled'] as const;

export const lsm = defineKind({
  name: 'lsm',
  noun: 'mandatory access control',
  describe: 'Which security module of the kernel (SELinux, AppArmor, Smack) refuses anything: now, or once an image is started.',
  fields: {},
  shape: record({
    container: says(boolean('the host is a container: its kernel, and what that enforces, is of the host below'), {
      yes: 'this is a container, whose kernel is that of its host',
    }),
    enforcing: list(string('SELinux, AppArmor or Smack'), 'those that refuse anything'),
    idle: string('why none does, as a clause; unset where one does'),
    selinux: says(string('the mode of SELinux; disabled where there is none', modes), { is: 'SELinux is {value}' }),
    configured: says(string('the mode that /etc/selinux/config asks for; unset where it asks for none', modes), {
      unset: 'no file says how SELinux starts',
    }),
    agrees: boolean('the next boot brings the mode that SELinux has now'),
    apparmor: says(boolean('AppArmor is on'), { no: 'AppArmor is not on' }),
    profiles: number('profiles of AppArmor that refuse anything'),
    parser: boolean('apparmor_parser is there, which loads profiles'),
  }),
  touches: () => [
    { do: 'stat', path: kernelPath },
    { do: 'read', path: cmdlinePath },
    selinuxState,
    appArmorState,
    activeModules,
    apparmorParser,
    contained,
    bootConfig,
  ],
  *learn(): Asking<Fact> {
    const kernel: Answer<Stat> = yield* stat(kernelPath);
    if (kernel.is === 'blocked' && kernel.why !== 'unsupported') return unknown(kernel, kernelPath);
    const command = yield* read(cmdlinePath);
    // Also where a host that is written down leaves the kernel's settings out.
    const running = runs(kernel) || command.is === 'got';
    const words = running ? ofKernel(command) : yield* ofBoot();
    const [se, app, active, parser, container] = yield* together([
      selinuxState(running),
      appArmorState(running),
      activeModules(),
      apparmorParser(),
      contained(),
    ]);
    const fact = new FactBuilder();
    const found: Part[] = [putSelinux(fact, se, words, running), putAppArmor(fact, app, words, running)];
    if (active?.is === 'unknown') found.push(active);
    else if (active?.value.includes('smack')) found.push({ name: 'Smack', where: active.where });
    if (parser.is === 'unknown') fact.gap('parser', parser);
    else fact.set('parser', parser.path !== false, { path: parser.path || '/sbin/apparmor_parser' });
    if (container.is === 'unknown') fact.gap('container', container);
    else fact.set('container', container.value, container.where);
    conclude(fact, found);
    return fact.build();
  },
});

/** A module that refuses; why one does not; or what is not known about one. */
type Part = { readonly name: string; readonly where: Where } | { readonly idle: string; readonly where: Where } | Unknown;

function conclude(fact: FactBuilder, parts: readonly Part[]): void {
  const active = parts.flatMap((p) => ('name' in p ? [p] : []));
  const idle = parts.flatMap((p) => ('idle' in p ? [p] : []));
  const open = parts.find((p) => 'is' in p);
  if (active.length === 0 && open && 'is' in open) {
    fact.gap('enforcing', open).gap('idle', open);
    return;
  }
  const where = (active.length > 0 ? active : idle).map((p) => p.where);
  fact.set(
    'enforcing',
    active.map((p) => p.name),
    ...where,
  );
  // Of two that are idle, the one that is there at all is worth telling of.
  const told = idle.find((p) => !p.idle.startsWith('no ')) ?? idle[0];
  if (active.length === 0 && told)
    fact.set('idle', told.idle === idle[0]?.idle && told.idle.startsWith('no ') ? 'Neither SELinux nor AppArmor is on' : told.idle, told.where);
}

interface Words extends LsmWords {
  readonly unseen?: Unknown;
  readonly where: readonly Where[];
}

function ofKernel(command: Answer<string>): Words {
  if (command.is === 'got') return { ...lsmWords(command.value), where: [{ path: cmdlinePath, line: 1 }] };
  return { where: [], ...(command.is === 'blocked' ? { unseen: unknown(command, cmdlinePath) } : {}) };
}

function* ofBoot(): Asking<Words> {
  const boot = yield* bootConfig();
  if (boot.is === 'unknown') return { unseen: boot, where: boot.where };
  return boot.is === 'known' ? { ...lsmWords(boot.text), where: boot.where } : { where: [] };
}

function putSelinux(fact: FactBuilder, state: SelinuxState, words: Words, running: boolean): Part {
  const next = nextMode(state.configured, words);
  const now = state.now ?? next;
  put(fact, 'configured', state.configured);
  put(fact, 'selinux', now);
  if (now.is === 'unknown') {
    fact.gap('agrees', now);
    return now;
  }
  if (running) {
    if (next.is === 'unknown') fact.gap('agrees', next);
    else fact.set('agrees', next.value === now.value, now.where, next.where);
  }
  if (now.value === 'enforcing') return { name: 'SELinux', where: now.where };
  return { idle: now.value === 'permissive' ? 'SELinux is permissive' : 'no SELinux', where: now.where };
}

/** The mode after the next boot: the command line beats the file; a file that names no mode starts none. */
function nextMode(configured: SelinuxState['configured'], words: Words): { is: 'known'; value: SelinuxMode; where: Where } | Unknown {
  if (configured.is === 'unknown') return configured;
  const asked = configured.value ?? 'disabled';
  if (asked === 'disabled') return { is: 'known', value: 'disabled', where: configured.where };
  if (words.unseen) return words.unseen;
  return { is: 'known', value: words.selinux ?? asked, where: words.selinux ? (words.where[0] ?? configured.where) : configured.where };
}

function putAppArmor(fact: FactBuilder, { on, enforced, unloaded }: AppArmor, words: Words, running: boolean): Part {
  const off = !running && words.apparmor === false;
  const where = off ? (words.where[0] ?? { path: cmdlinePath }) : undefined;
  if (where) fact.set('apparmor', false, where).set('profiles', 0, where);
  else {
    put(fact, 'apparmor', on);
    put(fact, 'profiles', enforced);
  }
  if (where) return { idle: 'no AppArmor', where };
  if (on.is === 'unknown') return on;
  if (!on.value) return { idle: 'no AppArmor', where: on.where };
  if (!running && words.unseen) return words.unseen;
  if (enforced.is === 'unknown') return enforced;
  if (unloaded) return { idle: 'AppArmor is on, but apparmor.service, which loads its profiles, does not start at boot', where: enforced.where };
  return enforced.value > 0
    ? { name: 'AppArmor', where: enforced.where }
    : { idle: 'AppArmor is on, but no profile of it refuses anything', where: enforced.where };
}

type AppArmor = ReturnType<typeof appArmorState> extends Asking<infer T> ? T : never;

function put(fact: FactBuilder, name: string, found: { is: 'known'; value: Json | undefined; where: Where } | Unknown): void {
  if (found.is === 'unknown') fact.gap(name, found);
  else fact.set(name, found.value, found.where).at(name, found.where);
}
