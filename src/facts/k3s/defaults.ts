/** Defaults of one component, put together flag by flag; each names the release, or the setting that it follows from. */
import type { Unknown, Where } from '../fact.ts';
import type { Release } from '../text/version.ts';
import type { Default } from './component-args.ts';
import type { Chosen, Placed } from './given.ts';
import { type ChangeName, changes, hasChange } from './release-changes.ts';

/** A value that follows from settings; `where` is the setting's place, and absent where K3s has it from nowhere. */
export interface Derived {
  readonly value: string;
  readonly where?: Where;
  readonly beaten?: readonly Placed[];
}

export class Defaults {
  readonly release: Release;
  readonly map = new Map<string, Default>();

  constructor(release: Release) {
    this.release = release;
  }

  /** A flag with the value that K3s gives it. */
  set(flag: string, value: string | Derived | Unknown): this {
    const derived = typeof value === 'string' ? { value } : value;
    this.map.set(flag, 'is' in derived ? derived : this.#chosen(derived));
    return this;
  }

  /** Several flags with fixed values. */
  all(values: Readonly<Record<string, string>>): this {
    for (const [flag, value] of Object.entries(values)) this.set(flag, value);
    return this;
  }

  /** A flag whose value a change of K3s decides; without a value it is not given. */
  by(change: ChangeName, flag: string, after?: string | Derived | Unknown, before?: string | Derived | Unknown): this {
    const has = hasChange(this.release, change);
    const value = has === undefined ? this.open(change, flag) : has ? after : before;
    return value === undefined ? this : this.set(flag, value);
  }

  /** Whether the release has a change; `undefined` as in {@link hasChange}. */
  has(change: ChangeName): boolean | undefined {
    return hasChange(this.release, change);
  }

  /** Why the value of a flag is open in this release. */
  open(change: ChangeName, flag: string): Unknown {
    const said = `which --${flag} K3s ${this.release.said} gives is not known (${changes[change].source})`;
    return { is: 'unknown', why: 'ambiguous', said, where: [this.place] };
  }

  get place(): Where {
    return { path: `K3s ${this.release.said}` };
  }

  #chosen({ value, where, beaten }: Derived): Chosen {
    return { value, where: where ?? this.place, beaten: beaten ?? [] };
  }
}
