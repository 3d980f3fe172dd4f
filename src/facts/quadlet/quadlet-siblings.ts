/** The Quadlet files that one generator takes, with the services that it makes of them. Pure. */
import { type Release, since } from '../containers/podman-release.ts';
import type { Unknown } from '../fact.ts';
import { rootAccount } from '../host/accounts.ts';
import { parseUnitName } from '../systemd/names.ts';
import type { Manager } from '../systemd/paths.ts';
import { expander } from '../systemd/specifiers.ts';
import type { Assignment } from '../systemd/syntax.ts';
import { splitWords } from '../systemd/words.ts';
import { type Command, commandOf } from './quadlet-command.ts';
import type { QuadletFile } from './quadlet-disk.ts';
import type { Instance } from './quadlet-instances.ts';
import { mergeQuadlet } from './quadlet-merge.ts';
import { serviceNamesOf } from './quadlet-service.ts';
import type { QuadletHost } from './quadlet-units.ts';

/** A file that a generator takes. */
export interface Sibling {
  readonly file: QuadletFile;
  readonly ending: string;
  readonly assignments: readonly Assignment[];
  /** The generated service, then its aliases. */
  readonly names: readonly [string, ...string[]];
  /** Of a template, the instance is not known. */
  readonly template: boolean;
  readonly expand: (text: string) => string;
  readonly command: Command;
  /** A part of it that could not be read. */
  readonly unseen?: Unknown;
}

const known = new WeakMap<Instance, readonly Sibling[]>();

/** All that a generator takes, in the order in which it finds them. */
export function siblingsOf(host: QuadletHost, instance: Instance): readonly Sibling[] {
  const before = known.get(instance);
  if (before) return before;
  const found = [...instance.taken.values()].map((file) => siblingOf(host, instance, file));
  known.set(instance, found);
  return found;
}

function siblingOf(host: QuadletHost, instance: Instance, file: QuadletFile): Sibling {
  const manager: Manager = instance.account ? 'user' : 'system';
  const owner = instance.account ?? rootAccount;
  const ending = file.name.slice(file.name.lastIndexOf('.') + 1);
  const { assignments, unseen } = mergeQuadlet(file, instance.directories, host.disk, host.release);
  const names = serviceNamesOf(file, assignments, manager, owner) as [string, ...string[]];
  const unit = parseUnitName(names[0]);
  const expand = unit ? expander(unit, manager, owner) : (text: string): string => text;
  const command = commandOf(ending, assignments, expand);
  return { file, ending, assignments, names, template: unit?.instance === '', expand, command, ...(unseen ? { unseen } : {}) };
}

/** A unit that a file names in [Unit], with what the word becomes: the names of Quadlet files are translated from 5.5 on. */
export interface Dependency {
  readonly key: string;
  readonly written: string;
  /** Undefined: no unit that this systemd would take. */
  readonly unit?: string;
  readonly where: Assignment['where'];
}

/** All that [Unit] names under some keys; an empty value takes nothing back (systemd.unit(5), "cannot be reset to an empty list"). `services` are the services by the names of their Quadlet files. */
export function dependenciesOf(
  assignments: readonly Assignment[],
  keys: readonly string[],
  expand: (text: string) => string,
  services: ReadonlyMap<string, string>,
  release: Release,
): Dependency[] {
  return keys.flatMap((key) =>
    assignments
      .filter((a) => a.section === 'Unit' && a.key === key)
      .flatMap(({ value, where }) =>
        splitWords(value).words.map((word): Dependency => {
          const written = expand(word);
          const unit = since(release, '5.5') ? (services.get(written) ?? written) : written;
          return { key, written, where, ...(parseUnitName(unit) ? { unit } : {}) };
        }),
      ),
  );
}

/** The services by the names of their Quadlet files. */
export const servicesOf = (siblings: readonly Sibling[]): ReadonlyMap<string, string> => new Map(siblings.map((s) => [s.file.name, s.names[0]]));
