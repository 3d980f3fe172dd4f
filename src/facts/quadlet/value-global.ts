/**
 * Global options of Podman as GlobalArgs= gives them, before the command that the generator writes
 * (containers/podman:cmd/podman/root.go at v4.4.4 to v5.8.0; each tried with 4.3.1, 5.4.2 and 5.8.6). Pure.
 */
import { type Release, since } from '../containers/podman-release.ts';
import type { Word } from '../podman/podman-flags.ts';
import { holdsPlaceholder } from '../redacted.ts';
import type { Assignment } from '../systemd/syntax.ts';
import type { BadValue } from './bad-value.ts';
import { sectionOf } from './quadlet-keys.ts';
import { argumentsOf } from './quadlet-words.ts';
import { type Check, oneOf } from './value-check.ts';

/** A global option, and the word beside it. */
export interface GlobalOption {
  readonly name: string;
  readonly value?: string;
  readonly where: Word['where'];
}

const switches = new Set(['help', 'version', 'remote', 'syslog', 'trace', 'noout', 'transient-store']);
const letters: Readonly<Record<string, string>> = { h: 'help', v: 'version', r: 'remote', c: 'connection' };

/** Options with a value, and the first release that has them where that is after 4.4. */
const known: Readonly<Record<string, string | undefined>> = {
  ...Object.fromEntries([...switches].map((name) => [name, undefined])),
  ...Object.fromEntries(
    (
      'cgroup-manager config conmon connection cpu-profile default-mounts-file events-backend hooks-dir identity log-level max-workers ' +
      'memory-profile namespace network-backend network-cmd-path network-config-dir registries-conf root runroot runtime ' +
      'runtime-flag ssh storage-driver storage-opt tmpdir url volumepath host'
    )
      .split(' ')
      .map((name) => [name, undefined]),
  ),
  ...{ 'db-backend': '4.5', imagestore: '4.6', out: '4.6', module: '4.7', 'pull-option': '5.2', 'cdi-spec-dir': '5.6' },
  ...{ 'tls-ca': '5.7', 'tls-cert': '5.7', 'tls-key': '5.7' },
};

const checks: Readonly<Record<string, Check>> = {
  'log-level': (value) =>
    /^(?:trace|debug|info|warn|warning|error|fatal|panic)$/i.test(value) ? undefined : 'it takes trace, debug, info, warn, error, fatal and panic',
  'cgroup-manager': oneOf('cgroupfs', 'systemd'),
  'events-backend': (value) => (/^(?:file|journald|none)$/i.test(value) ? undefined : 'it takes file, journald and none'),
  'db-backend': oneOf('sqlite', 'boltdb'),
  'storage-driver': oneOf('overlay', 'overlay2', 'vfs', 'btrfs', 'zfs', 'aufs', 'devicemapper'),
  'max-workers': (value) => (/^\+?0*[1-9]\d*$/.test(value) ? undefined : 'a number above 0 is needed'),
};

/** The words of GlobalArgs=, as far as they are written out: what a variable fills in may be anything. */
function wordsOf(ending: string, assignments: readonly Assignment[]): readonly Word[] {
  const words = argumentsOf(assignments, sectionOf(ending), 'GlobalArgs');
  const open = words.findIndex((w) => /\$\w|\$\{/.test(w.text) || holdsPlaceholder(w.text));
  return open < 0 ? words : words.slice(0, open);
}

/** The global options of a file; words that are none are left out. */
export function globalOptions(ending: string, assignments: readonly Assignment[]): GlobalOption[] {
  return read(wordsOf(ending, assignments)).flatMap((o) => ('name' in o ? [o] : []));
}

type Part = GlobalOption | { readonly stray: Word };

function read(words: readonly Word[]): Part[] {
  const parts: Part[] = [];
  for (let at = 0; at < words.length; at++) {
    const { text, where } = words[at] as Word;
    const long = /^--([^=]+)(?:=(.*))?$/s.exec(text);
    const short = /^-([a-z])(.*)$/s.exec(text);
    const name = long ? (long[1] as string) : Object.hasOwn(letters, short?.[1] ?? '') ? (letters[short?.[1] ?? ''] as string) : text.replace(/^-+/, '');
    const written = long ? long[2] : short?.[2] || undefined;
    if (!text.startsWith('-')) parts.push({ stray: { text, where } });
    else if (switches.has(name) || written !== undefined) parts.push({ name, where, ...(written === undefined ? {} : { value: written }) });
    else {
      const next = words[at + 1]?.text;
      parts.push({ name, where, ...(next === undefined ? {} : { value: next }) });
      if (next !== undefined && Object.hasOwn(known, name)) at++;
    }
  }
  return parts;
}

/** What Podman refuses of the global options of a file. From Podman 6 on the list of options may lack some. */
export function globalProblems(ending: string, assignments: readonly Assignment[], release: Release, user: boolean): BadValue[] {
  const words = wordsOf(ending, assignments);
  const whole = words.length === argumentsOf(assignments, sectionOf(ending), 'GlobalArgs').length;
  return read(words).flatMap((part, at, all) => {
    if ('stray' in part)
      return [{ key: 'GlobalArgs', value: part.stray.text, why: 'Podman takes it for its command: it belongs to no option', where: part.stray.where }];
    const last = at === all.length - 1 && whole;
    const why = problemOf(part, last, release, user);
    return why === undefined ? [] : [{ key: 'GlobalArgs', value: said(part), why, where: part.where }];
  });
}

const said = ({ name, value }: GlobalOption): string => `--${name}${value === undefined ? '' : `=${value}`}`;

function problemOf({ name, value }: GlobalOption, last: boolean, release: Release, user: boolean): string | undefined {
  if (!Object.hasOwn(known, name)) return since(release, '6.0') ? undefined : 'Podman has no such global option';
  const first = known[name];
  if (first !== undefined && !since(release, first)) return `Podman has that global option since ${first}`;
  if (switches.has(name)) {
    if (value !== undefined && !/^(?:1|t|true|0|f|false)$/i.test(value)) return 'it is a switch, and this is neither on nor off';
    const off = value !== undefined && /^(?:0|f|false)$/i.test(value);
    if (name === 'help' && !off) return 'Podman prints its help and ends, and no container runs';
    return name === 'version' && !off ? 'beside it Podman takes no command' : undefined;
  }
  if (value === undefined) return last ? 'it has no value, and takes the command for it' : undefined;
  return /[%$]/.test(value) ? undefined : checks[name]?.(value, { release, user });
}
