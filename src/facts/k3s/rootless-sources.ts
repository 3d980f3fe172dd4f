/** Where the environment of a K3s user service comes from, and where people set variables in vain. */

import { type Account, type Answer, type Asking, list, read, together } from '../ask.ts';
import { environmentFiles, mergeEnvironment, parseEnvironmentFile, type Variable } from '../environment/environment.ts';
import { environmentTouches, managerEnvironment } from '../environment/environment-d.ts';
import { type Unknown, unknown, type Where } from '../fact.ts';
import type { Touches } from '../source.ts';
import type { LoadedUnit } from '../systemd/load.ts';
import { expander } from '../systemd/specifiers.ts';
import { splitWords } from '../systemd/words.ts';
import { assignmentsIn } from '../text/assignments.ts';

/** A value of a variable at one place. */
interface Source {
  readonly name: string;
  readonly value: string;
  readonly at: Where;
}

export interface ServiceEnvironment {
  /** What the service gets, by name; the places that lost come after the winner. */
  readonly values: ReadonlyMap<string, Variable>;
  /** Set in a place that the service does not see. */
  readonly unseen: readonly Source[];
  /** Variables whose value cannot be told, and the reason. */
  readonly unclear: ReadonlyMap<string, Unknown>;
  /** Something that could not be read may set any variable. */
  readonly incomplete?: Unknown;
  /** A shell file could not be read, so it is open whether something is set there in vain. */
  readonly strayIncomplete?: Unknown;
}

/** Shell files: a service does not read them. */
const shellFiles = [
  '~/.bashrc',
  '~/.bash_profile',
  '~/.bash_login',
  '~/.profile',
  '~/.zshrc',
  '~/.zshenv',
  '~/.zprofile',
  '/etc/profile',
  '/etc/profile.local',
  '/etc/bash.bashrc',
  '/etc/bash.bashrc.local',
] as const;

/** Files that belong to the K3s service of root (k3s-io/k3s install.sh). */
const rootServiceFiles = ['/etc/systemd/system/k3s.service.env', '/etc/default/k3s', '/etc/sysconfig/k3s', '/etc/rancher/k3s/k3s.env'] as const;

const etcEnvironment = '/etc/environment';

/** EnvironmentFile= may name any file. Those elsewhere are left unread, which makes the variables unknown: a promise to read "any file" would be worth nothing. */
const environmentFilePlaces = ['/etc/default/', '/etc/sysconfig/', '/etc/rancher/k3s/', '~/.config/'] as const;
const readable = (path: string, as: Account): boolean => environmentFilePlaces.some((p) => path.startsWith(p.replace('~', as.home))) && !path.includes('/../');

/** What may be asked besides the unit itself. */
export const sourceTouches: Touches = [
  ...environmentTouches,
  ...[...shellFiles, ...rootServiceFiles, etcEnvironment, '/etc/profile.d/*', ...environmentFilePlaces.map((p) => `${p}**`)].map((path) => ({
    do: 'read' as const,
    path,
  })),
  { do: 'list', path: '/etc/profile.d' },
];

/** The variables of `wanted` as the service of a unit gets them (systemd.exec(5) "Environment Variables in Spawned Processes"). */
export function* serviceEnvironment(unit: LoadedUnit, as: Account, wanted: ReadonlySet<string>): Asking<ServiceEnvironment> {
  const expand = expander(unit.unit, 'user', as);
  const named = environmentFiles(service(unit, 'EnvironmentFile'), expand);
  const files = named.filter((f) => readable(f.path, as) && !/[*?[%]/.test(f.path));
  const strays = [...shellFiles, ...rootServiceFiles].map((p) => p.replace(/^~(?=\/)/, as.home));
  const [manager, profiles, etc, ...answers] = yield* together([
    managerEnvironment(as),
    list('/etc/profile.d'),
    read(etcEnvironment),
    ...strays.map((p) => read(p)),
    ...files.map((f) => read(f.path)),
  ]);
  const scripts = profiles.is === 'got' ? profiles.value.filter((n) => n.endsWith('.sh')).map((n) => `/etc/profile.d/${n}`) : [];
  const scriptTexts = yield* together(scripts.map((p) => read(p)));
  const build = new Builder(wanted);
  for (const line of manager.lines) build.fromManager(line);
  for (const [name, v] of mergeEnvironment(service(unit, 'Environment'), expand).variables) build.fromUnit(name, v);
  for (const [at, file] of files.entries()) build.fromFile(file.path, answers[strays.length + at] ?? { is: 'absent' });
  for (const other of named.filter((f) => !files.includes(f)))
    build.incomplete ??= { is: 'unknown', why: 'ambiguous', said: `EnvironmentFile=${other.path} is not read by the inspection`, where: [other.where] };
  fromCommandLine(build, unit);
  unset(build, unit);
  build.incomplete ??= unit.unseen[0] ?? manager.incomplete;
  for (const [at, path] of strays.entries()) build.stray(path, answers[at] ?? { is: 'absent' }, at < shellFiles.length);
  for (const [at, path] of scripts.entries()) build.stray(path, scriptTexts[at] ?? { is: 'absent' }, true);
  if (profiles.is === 'blocked') build.strayIncomplete ??= unknown(profiles, '/etc/profile.d');
  if (!manager.linksEtcEnvironment) build.maybe(etc);
  return build.done();
}

const service = (unit: LoadedUnit, key: string) => unit.assignments.filter((a) => a.section === 'Service' && a.key === key);

class Builder {
  readonly #wanted: ReadonlySet<string>;
  readonly #values = new Map<string, Variable>();
  readonly #unseen: Source[] = [];
  readonly #unclear = new Map<string, Unknown>();
  incomplete: Unknown | undefined;
  strayIncomplete: Unknown | undefined;

  constructor(wanted: ReadonlySet<string>) {
    this.#wanted = wanted;
  }

  /** A later place wins; the earlier ones are kept to be told. */
  add(name: string, value: string, where: readonly Where[]): void {
    if (!this.#wanted.has(name)) return;
    const old = this.#values.get(name);
    const lost = old ? [{ ...(old.where[0] as Where), said: `had set ${old.value}` }, ...old.where.slice(1)] : [];
    this.#unclear.delete(name);
    this.#values.set(name, { value, where: [...where, ...lost] });
  }

  unsure(name: string, said: string, at: Where): void {
    if (this.#wanted.has(name)) this.#unclear.set(name, { is: 'unknown', why: 'ambiguous', said, where: [at] });
  }

  fromManager({ name, value, at }: Source): void {
    if (value.includes('$')) this.unsure(name, `${name} is expanded from other variables`, at);
    else this.add(name, value, [at]);
  }

  fromUnit(name: string, { value, where }: Variable): void {
    if (/%[^%]/.test(value)) this.unsure(name, `${name} holds a specifier that only the running manager can expand`, where[0] as Where);
    else this.add(name, value, where);
  }

  fromFile(path: string, answer: Answer<string>): void {
    if (answer.is === 'got') for (const [name, v] of parseEnvironmentFile(answer.value, path).variables) this.add(name, v.value, v.where);
    if (answer.is === 'blocked') this.incomplete ??= unknown(answer, path);
  }

  /** UnsetEnvironment= takes a name, or a name with the very value. */
  remove(name: string, value: string | undefined): void {
    if (value !== undefined && this.#values.get(name)?.value !== value) return;
    this.#unclear.delete(name);
    this.#values.delete(name);
  }

  stray(path: string, answer: Answer<string>, shell: boolean): void {
    if (answer.is === 'blocked') this.strayIncomplete ??= unknown(answer, path);
    if (answer.is !== 'got') return;
    const found = shell
      ? assignmentsIn(answer.value, path, this.#wanted, 'shell').map((a) => ({ name: a.name, value: a.raw, at: a.where }))
      : [...parseEnvironmentFile(answer.value, path).variables].map(([name, v]) => ({ name, value: v.value, at: v.where[0] as Where }));
    this.#unseen.push(...found.filter((f) => this.#wanted.has(f.name)));
  }

  /** /etc/environment reaches the user manager only where PAM reads it for systemd-user. */
  maybe(answer: Answer<string>): void {
    if (answer.is === 'blocked') this.incomplete ??= unknown(answer, etcEnvironment);
    if (answer.is !== 'got') return;
    for (const a of assignmentsIn(answer.value, etcEnvironment, this.#wanted, 'pam')) {
      if (!this.#values.has(a.name))
        this.unsure(a.name, `${a.name} is set in ${etcEnvironment}, which reaches user services only where PAM reads it for systemd-user`, a.where);
    }
  }

  done(): ServiceEnvironment {
    return {
      values: this.#values,
      unseen: this.#unseen,
      unclear: this.#unclear,
      ...(this.incomplete ? { incomplete: this.incomplete } : {}),
      ...(this.strayIncomplete ? { strayIncomplete: this.strayIncomplete } : {}),
    };
  }
}

/** `ExecStart=/usr/bin/env K3S_ROOTLESS_MTU=1500 /usr/local/bin/k3s …` sets a variable, too. */
function fromCommandLine(build: Builder, unit: LoadedUnit): void {
  for (const a of sinceReset(service(unit, 'ExecStart'))) {
    const words = splitWords(a.value, true).words;
    if (!/(^|\/)env$/.test(words[0] ?? '')) continue;
    for (const word of words) {
      const m = /^([A-Z0-9_]+)=(.*)$/s.exec(word);
      if (m) build.add(m[1] as string, m[2] as string, [a.where]);
    }
  }
}

function unset(build: Builder, unit: LoadedUnit): void {
  for (const a of sinceReset(service(unit, 'UnsetEnvironment'))) {
    for (const word of splitWords(a.value, true).words) {
      const at = word.indexOf('=');
      build.remove(at < 0 ? word : word.slice(0, at), at < 0 ? undefined : word.slice(at + 1));
    }
  }
}

/** An empty assignment resets a list; what came before it is gone. */
export function sinceReset<T extends { readonly value: string }>(all: readonly T[]): readonly T[] {
  return all.slice(all.findLastIndex((a) => a.value === '') + 1);
}
