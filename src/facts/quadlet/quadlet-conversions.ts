/** What a generator makes of all files that it takes: the errors of each, and which file loses others. */

import { type Release, since } from '../containers/podman-release.ts';
import type { Assignment } from '../systemd/syntax.ts';
import type { ConversionError } from './quadlet-conversion.ts';
import type { QuadletFile } from './quadlet-disk.ts';
import { conversionErrors, unknownKeys } from './quadlet-errors.ts';
import { type Instance, losesDirectory, supported } from './quadlet-instances.ts';
import { sectionOf } from './quadlet-keys.ts';
import { mergeQuadlet } from './quadlet-merge.ts';
import { lastOf } from './quadlet-text.ts';
import type { QuadletHost } from './quadlet-units.ts';

/** The files of one generator, each judged once. */
export class Conversions {
  readonly #host: QuadletHost;
  readonly #instance: Instance;
  readonly #errors = new Map<string, readonly ConversionError[]>();
  #panic: { readonly path: string } | null | undefined;
  constructor(host: QuadletHost, instance: Instance) {
    this.#host = host;
    this.#instance = instance;
  }

  /** Why the generator refuses a file whose merged content is this, unknown keys aside. */
  errorsOf(file: QuadletFile, assignments: readonly Assignment[]): readonly ConversionError[] {
    const known = this.#errors.get(file.path);
    if (known) return known;
    // A file that names itself finds itself taken.
    this.#errors.set(file.path, []);
    const errors = conversionErrors({
      release: this.#host.release,
      ending: endingOf(file.name),
      assignments,
      path: file.path,
      user: this.#instance.account !== undefined,
      takes: (name) => this.#instance.taken.has(name),
      makes: (name) => this.#makes(name, file),
    });
    this.#errors.set(file.path, errors);
    return errors;
  }

  /** The file on which the generator panics, if there is one. */
  panic(): { readonly path: string } | undefined {
    this.#panic ??= [...this.#instance.taken.values()].find((f) => this.#panics(f)) ?? null;
    return this.#panic ?? undefined;
  }

  /**
   * What becomes of a file where the generator panics at another: each service is written before the next file is looked at
   * (containers/podman:cmd/quadlet/main.go process; tried on 4.9.5, 5.0.3, 5.4.2 and 5.6.2). Go's sort.Slice keeps the order of
   * up to twelve of one sort, and of more it may not.
   */
  afterPanic(file: QuadletFile, at: string): 'made' | 'lost' | 'open' {
    const taken = [...this.#instance.taken.values()];
    const first = taken.find((f) => f.path === at);
    const [turn, panics] = [turnOf(file, this.#host.release), first ? turnOf(first, this.#host.release) : 0];
    if (turn !== panics) return turn < panics ? 'made' : 'lost';
    if (taken.length > insertionSorted) return 'open';
    return taken.findIndex((f) => f.path === file.path) < taken.findIndex((f) => f.path === at) ? 'made' : 'lost';
  }

  /** What is lost with a file, in words: all others of its directory, or of the generator, or at a panic those whose turn comes later; `''` where nothing is. */
  lostBeside(file: QuadletFile, how: 'directory' | 'all' | 'panic'): string {
    if (how === 'directory' && !losesDirectory(this.#host.release)) return '';
    const others = [...this.#host.disk.files.values()].filter(
      (f) =>
        f.path !== file.path &&
        supported(this.#host.release, f.name) &&
        (how === 'directory' ? f.directory === file.directory : this.#instance.directories.includes(f.directory) && !this.#instance.shadowed.has(f.path)) &&
        (how !== 'panic' || this.afterPanic(f, file.path) === 'lost'),
    );
    const named = others.slice(0, 5).map((f) => f.name);
    const more = others.length > named.length ? `, and ${others.length - named.length} more` : '';
    return others.length === 0 ? '' : `; lost with it: ${named.join(', ')}${more}`;
  }

  /** What is refused before never comes to the panic. */
  #panics(file: QuadletFile): boolean {
    const { assignments } = mergeQuadlet(file, this.#instance.directories, this.#host.disk, this.#host.release);
    const errors = this.errorsOf(file, assignments);
    return errors.length > 0 && errors.every((e) => e.panics) && unknownKeys(this.#host.release, endingOf(file.name), assignments).length === 0;
  }

  /** A network that is refused has no name; a container has none where a specifier makes it, and in 5.3 none before its turn comes, its own included. */
  #makes(name: string, by: QuadletFile): boolean {
    const file = this.#instance.taken.get(name);
    if (!file) return false;
    if (name.endsWith('.container') && !since(this.#host.release, '5.4') && name >= by.name) return false;
    const { assignments } = mergeQuadlet(file, this.#instance.directories, this.#host.disk, this.#host.release);
    const ending = endingOf(name);
    if (ending !== 'container') return unknownKeys(this.#host.release, ending, assignments).length === 0 && this.errorsOf(file, assignments).length === 0;
    const own = lastOf(assignments, sectionOf(ending), 'ContainerName') || (name.includes('@') ? '%p' : '');
    return !own.replaceAll('%N', '').includes('%');
  }
}

/** So many elements Go sorts by insertion, which is stable (Go's sort/zsortfunc.go). */
const insertionSorted = 12;

/** In which turn files of a sort are converted, since 4.8; what is older converts them as it meets them. */
function turnOf({ name }: QuadletFile, release: Release): number {
  const turns = since(release, '4.8') ? [['image', 'artifact'], ['network', 'volume'], ['build'], ['container', 'kube'], ['pod']] : [];
  return turns.findIndex((endings) => endings.includes(endingOf(name)));
}

const endingOf = (name: string): string => name.slice(name.lastIndexOf('.') + 1);

const made = new WeakMap<Instance, Conversions>();

/** The conversions of an instance, which are the same for all of its files. */
export function conversionsOf(host: QuadletHost, instance: Instance): Conversions {
  const found = made.get(instance) ?? new Conversions(host, instance);
  made.set(instance, found);
  return found;
}
