/** Command-line flags of `podman run`, `podman pod create` and `podman kube play`, parsed as Podman's flag library does (spf13/pflag). */
import type { Where } from '../fact.ts';

/** One word of a command line, quotes resolved, and where it stands. */
export interface Word {
  readonly text: string;
  readonly where: Where;
}

/** One flag by its long name. A flag without a value has `true`. */
export interface Flag {
  readonly name: string;
  readonly value: string;
  readonly where: Where;
}

const letters: Readonly<Record<string, string>> = {
  a: 'attach',
  c: 'cpu-shares',
  d: 'detach',
  e: 'env',
  h: 'hostname',
  i: 'interactive',
  l: 'label',
  m: 'memory',
  p: 'publish',
  P: 'publish-all',
  q: 'quiet',
  t: 'tty',
  u: 'user',
  v: 'volume',
  w: 'workdir',
};

/** Flags that take no value from the next word (containers/podman:cmd/podman/common/create.go, pods/create.go, kube/play.go, networks/create.go). */
const switches = new Set([
  ...['detach', 'disable-content-trust', 'env-host', 'http-proxy', 'init', 'interactive', 'no-healthcheck', 'no-hostname', 'no-hosts', 'oom-kill-disable'],
  ...['passwd', 'privileged', 'publish-all', 'quiet', 'read-only', 'read-only-tmpfs', 'replace', 'rm', 'rmi', 'rootfs', 'sig-proxy', 'tls-verify', 'tty'],
  ...['unsetenv-all', 'infra', 'share-parent', 'build', 'down', 'force', 'no-pod-prefix', 'no-trunc', 'start', 'wait', 'service-container', 'creds-stdin'],
  ...['disable-dns', 'ignore', 'internal', 'ipv6'],
]);

const otherNames: Readonly<Record<string, string>> = { net: 'network', 'shm-size-systemd': 'shm-size' };

/** The flags among these words. With `interspersed` false (podman run), parsing ends at the first word that is none. */
export function parseFlags(words: readonly Word[], interspersed: boolean): Flag[] {
  const flags: Flag[] = [];
  for (let at = 0; at < words.length; at++) {
    const { text, where } = words[at] as Word;
    const next = words[at + 1]?.text;
    if (text === '--') break;
    if (!text.startsWith('-') || text === '-') {
      if (interspersed) continue;
      break;
    }
    const taken = text.startsWith('--') ? longFlag(text.slice(2), next, where, flags) : shortFlags(text.slice(1), next, where, flags);
    if (taken) at++;
  }
  return flags;
}

/** Adds a flag; tells whether the next word was its value. */
function longFlag(text: string, next: string | undefined, where: Where, flags: Flag[]): boolean {
  const equals = text.indexOf('=');
  const written = equals < 0 ? text : text.slice(0, equals);
  const name = Object.hasOwn(otherNames, written) ? (otherNames[written] as string) : written;
  if (equals >= 0) flags.push({ name, value: text.slice(equals + 1), where });
  else if (switches.has(name) || next === undefined) flags.push({ name, value: 'true', where });
  else flags.push({ name, value: next, where });
  return equals < 0 && !switches.has(name) && next !== undefined;
}

function shortFlags(text: string, next: string | undefined, where: Where, flags: Flag[]): boolean {
  for (let at = 0; at < text.length; at++) {
    const letter = text[at] as string;
    const name = Object.hasOwn(letters, letter) ? (letters[letter] as string) : letter;
    const rest = text.slice(at + 1);
    if (rest.startsWith('=')) {
      flags.push({ name, value: rest.slice(1), where });
      return false;
    }
    if (switches.has(name)) {
      flags.push({ name, value: 'true', where });
      continue;
    }
    flags.push({ name, value: rest !== '' ? rest : (next ?? ''), where });
    return rest === '' && next !== undefined;
  }
  return false;
}

/** The short form of a long name, as {@link parseFlags} takes it: another command may mean another name by that letter. */
export const letterOf = (name: string): string | undefined => Object.entries(letters).find(([, long]) => long === name)?.[0];

/** Whether a flag takes no value from the next word. */
export const isSwitch = (name: string): boolean => switches.has(name);

/** Whether a flag is a switch whose value is no yes or no: the flag library refuses it. */
export const isNeither = ({ name, value }: Pick<Flag, 'name' | 'value'>): boolean =>
  switches.has(name) && !/^(?:1|t|T|TRUE|true|True|0|f|F|FALSE|false|False)$/.test(value);

/** Go's strconv.ParseBool. */
const isOn = (value: string): boolean => /^(1|t|true)$/i.test(value);

/** The last flag of a name: the one that counts where a flag may stand once. */
export const lastFlag = (flags: readonly Flag[], name: string): Flag | undefined => flags.findLast((f) => f.name === name);

/** A switch that is on: its flag. */
export function switchedOn(flags: readonly Flag[], name: string): Flag | undefined {
  const found = lastFlag(flags, name);
  return found && isOn(found.value) ? found : undefined;
}

export const flagsNamed = (flags: readonly Flag[], ...names: readonly string[]): Flag[] => flags.filter((f) => names.includes(f.name));
