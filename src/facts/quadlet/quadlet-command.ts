/**
 * What the generator's command line for a Quadlet file says to Podman: the keys turned into flags, then
 * PodmanArgs= (containers/podman:pkg/systemd/quadlet/quadlet.go ConvertContainer, ConvertPod, ConvertKube).
 */
import type { Unknown, Where } from '../fact.ts';
import type { HostMount } from '../podman/host-mount.ts';
import { type Flag, parseFlags, type Word } from '../podman/podman-flags.ts';
import { holdsPlaceholder } from '../redacted.ts';
import type { Assignment } from '../systemd/syntax.ts';
import { shortened } from '../text/shortened.ts';
import { sectionOf } from './quadlet-keys.ts';
import { valuesOf } from './quadlet-text.ts';
import { argumentsOf, isTrue, lastWord, stringsOf } from './quadlet-words.ts';

export interface Command {
  readonly flags: readonly Flag[];
  /** The directory that Rootfs= makes the root file system. */
  readonly rootfs?: Word;
  /** What its `.volume` files bind. */
  readonly bound?: readonly HostMount[];
  /** Set when systemd or another file fills something in: there may be more flags. */
  readonly open?: Unknown;
  /** Flags, `rootfs` among them, into one of whose values systemd fills a variable: that value alone cannot be told. */
  readonly filled?: ReadonlyMap<string, Unknown>;
}

/** Why what these flags say cannot be told in full; undefined: it can. */
export function openFor({ open, filled }: Command, ...names: readonly string[]): Unknown | undefined {
  return open ?? names.map((name) => filled?.get(name)).find((why) => why);
}

/** Variables that the unit itself gives a value to, by name. */
export type Variables = ReadonlyMap<string, string>;

/** Keys of which the last value counts. */
const single: Readonly<Record<string, string>> = {
  CgroupsMode: 'cgroups',
  PidsLimit: 'pids-limit',
  Memory: 'memory',
  UserNS: 'userns',
  SubUIDMap: 'subuidname',
  SubGIDMap: 'subgidname',
  Pull: 'pull',
  HealthCmd: 'health-cmd',
  HealthOnFailure: 'health-on-failure',
};
/** Keys whose every line is one value. */
const lines: Readonly<Record<string, string>> = { Network: 'network', PublishPort: 'publish', Volume: 'volume' };
/** Keys that hold words, and what stands before each in the flag's value. */
const strings: Readonly<Record<string, string>> = { UIDMap: 'uidmap', AddDevice: 'device', DropCapability: 'cap-drop', AddCapability: 'cap-add' };
const words: Readonly<Record<string, readonly [string, string]>> = {
  Unmask: ['security-opt', 'unmask='],
  Environment: ['env', ''],
  EnvironmentFile: ['env-file', ''],
  Mount: ['mount', ''],
};
const switchKeys: Readonly<Record<string, readonly [string, string]>> = {
  NoNewPrivileges: ['security-opt', 'no-new-privileges'],
  SecurityLabelDisable: ['security-opt', 'label=disable'],
  EnvironmentHost: ['env-host', 'true'],
};

/**
 * The flags of a merged file; `specifiers` fills systemd's specifiers in. Of `variables`, systemd puts `${NAME}` into any
 * word (systemd.service(5)); what else begins with a dollar sign leaves the command open.
 */
export function commandOf(ending: string, assignments: readonly Assignment[], specifiers: (text: string) => string, variables: Variables = new Map()): Command {
  const own = sectionOf(ending);
  const expand = (text: string): string =>
    specifiers(text).replace(/\$\$|\$\{(\w+)\}/g, (whole, name: string | undefined) => (name === undefined ? whole : (variables.get(name) ?? whole)));
  const flags: Flag[] = [];
  // What a variable is set to does not stand in the file.
  const add = (name: string, { text, where }: Word, before = ''): void =>
    void flags.push({ name, value: before + (name === 'env' ? specifiers(text) : expand(text)), where });
  for (const [key, name] of Object.entries(single)) {
    const found = lastWord(assignments, own, key);
    if (found && found.text !== '') add(name, found);
  }
  for (const [key, name] of Object.entries(lines)) for (const { value, where } of valuesOf(assignments, own, key)) add(name, { text: value.trim(), where });
  for (const [key, name] of Object.entries(strings))
    for (const word of stringsOf(assignments, own, key)) add(name, key === 'AddDevice' ? { ...word, text: word.text.replace(/^-/, '') } : word);
  for (const [key, [name, before]] of Object.entries(words)) for (const word of argumentsOf(assignments, own, key)) add(name, word, before);
  for (const [key, [name, value]] of Object.entries(switchKeys)) {
    const found = lastWord(assignments, own, key);
    if (found && isTrue(found.text)) flags.push({ name, value, where: found.where });
  }
  const readOnly = lastWord(assignments, own, 'ReadOnly');
  if (readOnly) flags.push({ name: 'read-only', value: String(isTrue(readOnly.text)), where: readOnly.where });
  const seccomp = lastWord(assignments, own, 'SeccompProfile');
  if (seccomp) add('security-opt', seccomp, 'seccomp=');
  const type = lastWord(assignments, own, 'SecurityLabelType');
  if (type && type.text !== '') add('security-opt', type, 'label=type:');
  const apparmor = lastWord(assignments, own, 'AppArmor');
  if (apparmor) add('security-opt', apparmor, 'apparmor=');
  const remap = lastWord(assignments, own, 'RemapUsers');
  if (remap && /^(auto|keep-id)$/.test(remap.text)) add('userns', remap);
  const [user, group] = ['User', 'Group'].map((key) => lastWord(assignments, own, key));
  if (ending === 'container' && user && user.text !== '') add('user', group && group.text !== '' ? { ...user, text: `${user.text}:${group.text}` } : user);
  const args = argumentsOf(assignments, own, 'PodmanArgs').map((w) => ({ ...w, text: expand(w.text) }));
  flags.push(...parseFlags(args, ending === 'kube'));
  const root = ending === 'container' ? lastWord(assignments, own, 'Rootfs') : undefined;
  const rootfs = root && root.text !== '' ? { text: expand(root.text), where: root.where } : undefined;
  const open = openAt(assignments, own, flags, args, rootfs);
  const filled = filledIn([...flags, ...(rootfs ? [{ name: 'rootfs', value: rootfs.text, where: rootfs.where }] : [])]);
  return { flags, ...(rootfs ? { rootfs } : {}), ...(open ? { open } : {}), ...(filled.size > 0 ? { filled } : {}) };
}

/** Global options with which Podman reads another containers.conf, or runs the container elsewhere (podman(1)). */
const elsewhere = /^(?:--(?:module|url|connection|remote|config)(?:=|$)|-[rc])/;

/** What a container is told or called: it decides nothing that is judged. */
const besideThePoint = new Set(['env', 'health-cmd', 'label', 'annotation', 'secret', 'creds', 'log-opt']);

/** systemd replaces `$NAME` in the command; a containers.conf module may set anything. */
function openAt(assignments: readonly Assignment[], own: string, flags: readonly Flag[], args: readonly Word[], rootfs?: Word): Unknown | undefined {
  const [module] = valuesOf(assignments, own, 'ContainersConfModule');
  if (module) return unsure(`${module.value} is another containers.conf, which is not looked into`, module.where);
  const global = argumentsOf(assignments, own, 'GlobalArgs').find((w) => elsewhere.test(w.text));
  if (global) return unsure(`${shortened(global.text, 80)} makes Podman read or run something else, which is not looked into`, global.where);
  const judged = [...flags.filter((f) => !besideThePoint.has(f.name)).map((f) => ({ text: f.value, where: f.where })), ...(rootfs ? [rootfs] : [])];
  const masked = judged.find((w) => holdsPlaceholder(w.text));
  if (masked) return { is: 'unknown', why: 'redacted', said: 'a part of the command was masked before it was recorded', where: [masked.where] };
  const whole = flags.find((f) => wholeWord.test(f.value) || f.name.includes('$'));
  if (whole) return unsure(`systemd fills a variable into ${shortened(whole.value, 80)} when the service starts, and splits it into words`, whole.where);
  // A word that is no value of a flag may become any flag.
  const values = new Set(flags.map((f) => f.value));
  const loose = [...argumentsOf(assignments, own, 'GlobalArgs'), ...args.filter((w) => !values.has(w.text))].find((w) => /^\$(?:\{|[A-Za-z_])/.test(w.text));
  return loose && unsure(`systemd fills a variable into ${shortened(loose.text, 80)} when the service starts`, loose.where);
}

/** `$NAME` counts only as a word of its own, and becomes none or several; within a word it is text (systemd.service(5) Command lines). */
const wholeWord = /^\$[A-Za-z_]\w*$/;
/** `${NAME}` stays a part of its word. */
const braced = /(?:^|[^$])(?:\$\$)*\$\{\w+\}/;

function filledIn(flags: readonly Flag[]): Map<string, Unknown> {
  return new Map(
    flags
      .filter((f) => !besideThePoint.has(f.name) && braced.test(f.value))
      .map((f) => [f.name, unsure(`systemd fills a variable into ${shortened(f.value, 80)} when the service starts`, f.where)]),
  );
}

const unsure = (said: string, where: Where): Unknown => ({ is: 'unknown', why: 'ambiguous', said, where: [where] });
