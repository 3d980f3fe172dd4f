/**
 * Which security modules of the kernel refuse anything. On a running host the kernel tells; of an image, what its files
 * switch on at boot (SELinuxProject/selinux:libselinux/src/load_policy.c; apparmor(7); kernel-parameters.txt).
 */
import { type Answer, type Asking, list, read, together } from '../ask.ts';
import { type Unknown, unknown, unparsable, type Where } from '../fact.ts';
import { source } from '../source.ts';
import { startsAtBoot } from '../systemd/started.ts';
import { bootProfiles, profileFolder } from './apparmor-boot.ts';
import { apparmorParser } from './apparmor-parser.ts';
import { type SelinuxMode, selinuxConfigPath, selinuxConfigured } from './selinux-config.ts';

const enforcePath = '/sys/fs/selinux/enforce';
const enabledPath = '/sys/module/apparmor/parameters/enabled';
const loadedPath = '/sys/kernel/security/apparmor/profiles';
const activePath = '/sys/kernel/security/lsm';
const loader = 'apparmor.service';
/** Profiles that systemd loads itself, before any unit (systemd/systemd:src/core/apparmor-setup.c). */
const earlyPolicy = '/etc/apparmor/earlypolicy';
export const cmdlinePath = '/proc/cmdline';

type Found<T> = { readonly is: 'known'; readonly value: T; readonly where: Where } | Unknown;
const known = <T>(value: T, path: string, line?: number): Found<T> => ({ is: 'known', value, where: { path, ...(line ? { line } : {}) } });
const denied = (answer: Answer<unknown>): boolean => answer.is === 'blocked' && answer.why !== 'unsupported';

export interface SelinuxState {
  /** The mode in force; disabled where the kernel has no SELinux. */
  readonly now: Found<SelinuxMode> | undefined;
  /** The mode that the file asks for, if it names one. */
  readonly configured: Found<SelinuxMode | undefined>;
}

export const selinuxState = source(
  [enforcePath, selinuxConfigPath].map((path) => ({ do: 'read', path }) as const),
  learnSelinux,
);

/** `now` is undefined where no kernel runs. */
function* learnSelinux(running: boolean): Asking<SelinuxState> {
  const [enforce, config] = yield* together([read(enforcePath), read(selinuxConfigPath)]);
  const found = config.is === 'got' ? selinuxConfigured(config.value) : undefined;
  const configured = config.is === 'blocked' ? unknown(config, selinuxConfigPath) : known(found?.mode, selinuxConfigPath, found?.line);
  return { now: modeNow(enforce, running), configured };
}

function modeNow(enforce: Answer<string>, running: boolean): Found<SelinuxMode> | undefined {
  if (denied(enforce)) return unknown(enforce as Extract<typeof enforce, { is: 'blocked' }>, enforcePath);
  if (enforce.is !== 'got') return running ? known('disabled', enforcePath) : undefined;
  const digit = enforce.value.trim();
  if (digit === '1') return known('enforcing', enforcePath);
  return digit === '0' ? known('permissive', enforcePath) : unparsable(`${enforcePath} holds neither 0 nor 1`, { path: enforcePath });
}

export interface AppArmorState {
  /** The kernel has it on; of an image: there is what loads profiles. */
  readonly on: Found<boolean>;
  /** How many profiles refuse anything. */
  readonly enforced: Found<number>;
  /** Nothing loads them when an image boots. */
  readonly unloaded?: true;
}

export const appArmorState = source(
  [
    ...[enabledPath, loadedPath].map((path) => ({ do: 'read', path }) as const),
    bootProfiles,
    apparmorParser,
    startsAtBoot.of(loader),
    { do: 'list', path: earlyPolicy },
  ],
  learnAppArmor,
);

function* learnAppArmor(running: boolean): Asking<AppArmorState> {
  const [enabled, loaded] = yield* together([read(enabledPath), read(loadedPath)]);
  if (enabled.is !== 'got' && !denied(enabled) && !running) return yield* atBoot();
  const on = enabled.is === 'blocked' ? unknown(enabled, enabledPath) : known(enabled.is === 'got' && enabled.value.startsWith('Y'), enabledPath);
  if (on.is === 'known' && !on.value) return { on, enforced: known(0, enabledPath) };
  return { on, enforced: inForce(loaded) };
}

/** Lines such as `/usr/bin/man (enforce)`. Without the file system that holds the list, nobody can tell. */
function inForce(loaded: Answer<string>): Found<number> {
  if (loaded.is === 'blocked') return unknown(loaded, loadedPath);
  if (loaded.is === 'absent')
    return { is: 'unknown', why: 'failed', said: `${loadedPath} is not there, although AppArmor is on`, where: [{ path: loadedPath }] };
  return known(loaded.value.split('\n').filter((l) => /\((?:enforce|kill|prompt)\)$/.test(l.trim())).length, loadedPath);
}

function* atBoot(): Asking<AppArmorState> {
  const [profiles, parser] = yield* together([bootProfiles(), apparmorParser()]);
  const on = parser.is === 'unknown' ? parser : known(parser.path !== false, parser.path || '/sbin/apparmor_parser');
  if (on.is === 'known' && !on.value) return { on, enforced: known(0, on.where.path) };
  const [started, early] = yield* together([startsAtBoot(loader), list(earlyPolicy)]);
  if ('is' in started) return { on, enforced: started };
  if (early.is === 'blocked') return { on, enforced: unknown(early, earlyPolicy) };
  if (started.length === 0 && early.is === 'absent') return { on, enforced: known(0, '/etc/systemd/system'), unloaded: true };
  if ('is' in profiles) return { on, enforced: profiles };
  return { on, enforced: known(profiles.filter((p) => p.enforces).length, profileFolder) };
}

/** The modules that the kernel has active, if it tells. */
export const activeModules = source([{ do: 'read', path: activePath }], learnActive);

function* learnActive(): Asking<Found<readonly string[]> | undefined> {
  const active = yield* read(activePath);
  if (denied(active)) return unknown(active as Extract<typeof active, { is: 'blocked' }>, activePath);
  return active.is === 'got' ? known(active.value.trim().split(','), activePath) : undefined;
}

/** What a kernel command line says about both: kernel-parameters.txt. */
export interface LsmWords {
  readonly selinux?: SelinuxMode;
  readonly apparmor?: boolean;
}

/** The last word counts. `security=` picks one of the two, and with it switches the other off. */
export function lsmWords(commandLine: string): LsmWords {
  const said: { selinux?: SelinuxMode; apparmor?: boolean } = {};
  let off = false;
  for (const word of commandLine.trim().split(/\s+/)) {
    const [name = '', value = ''] = word.split('=');
    if (name === 'selinux') off = value === '0';
    else if (name === 'enforcing') said.selinux = value === '0' ? 'permissive' : 'enforcing';
    else if (name === 'apparmor') said.apparmor = value === '1' || value.toLowerCase() === 'y';
    else if (name === 'security') {
      off = value !== 'selinux';
      said.apparmor = value === 'apparmor';
    }
  }
  if (off) said.selinux = 'disabled';
  return said;
}
