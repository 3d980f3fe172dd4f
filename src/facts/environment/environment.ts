/** What a program finds in its environment, put together place by place. */
import type { Unknown, Where } from '../fact.ts';
import { holdsPlaceholder } from '../redacted.ts';

/** One variable: its value and every place that had a say, deciding place first. */
export interface Variable {
  readonly value: string;
  readonly where: readonly Where[];
}

/** A near miss: an assignment that is dropped, or taken back. Without a name it is about the whole environment. */
export interface Remark {
  readonly said: string;
  readonly where: Where;
  readonly name?: string;
}

export interface Environment {
  readonly variables: ReadonlyMap<string, Variable>;
  /** Names whose value cannot be told, and why. They may stand in `variables`, too, with the value of an earlier place. */
  readonly unclear: ReadonlyMap<string, Unknown>;
  /** A place that could not be seen: it may set any variable but those that are `settled`. */
  readonly unseen?: Unknown;
  /** Names that a place behind every unseen one has set or taken away. */
  readonly settled: ReadonlySet<string>;
  readonly remarks: readonly Remark[];
  /** Every place that was looked at, in order. */
  readonly looked: readonly Where[];
}

/** `NAME` as systemd takes it: letters, digits and `_`, not beginning with a digit. */
export const validName = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** Earlier places of one variable that are kept. */
const mostLost = 16;

/** Puts an environment together in the order of the real program: a later place wins, the earlier ones are kept to be told. */
export class EnvironmentBuilder {
  readonly #variables = new Map<string, Variable>();
  readonly #unclear = new Map<string, Unknown>();
  readonly #settled = new Set<string>();
  readonly #remarks: Remark[] = [];
  readonly #looked: Where[] = [];
  readonly #lost: (value: string) => string;
  #unseen: Unknown | undefined;

  /** @param lost what is said of a place whose value a later one replaced */
  constructor(lost = (value: string): string => `had set ${value}`) {
    this.#lost = lost;
  }

  set(name: string, value: string, where: readonly Where[]): this {
    const old = this.#variables.get(name);
    const lost = old ? [{ ...(old.where[0] as Where), said: this.#lost(old.value) }, ...old.where.slice(1, mostLost)] : [];
    this.#unclear.delete(name);
    this.#variables.set(name, { value, where: [...where, ...lost.filter((w) => !where.some((one) => isSamePlace(one, w)))] });
    this.#settled.add(name);
    return this;
  }

  /** The value of a name can no longer be told, unless a later place sets it. */
  unsure(name: string, why: Unknown): this {
    this.#unclear.set(name, why);
    return this;
  }

  /** What is known of a name so far; undefined when nothing has set it. */
  at(name: string): Variable | Unknown | undefined {
    return this.#unclear.get(name) ?? this.#variables.get(name);
  }

  /** Takes a variable away; with a value, only if it has that very value. Whether there was one. */
  remove(name: string, value?: string): boolean {
    const found = this.at(name);
    if (value !== undefined && found && !('is' in found) && found.value !== value) return false;
    if (value !== undefined && (!found || 'is' in found)) return false;
    this.#unclear.delete(name);
    this.#variables.delete(name);
    this.#settled.add(name);
    return found !== undefined;
  }

  remark(...remarks: readonly Remark[]): this {
    this.#remarks.push(...remarks);
    return this;
  }

  /** A place that comes now could not be seen. */
  missed(why: Unknown | undefined): this {
    if (!why) return this;
    this.#unseen ??= why;
    this.#settled.clear();
    return this;
  }

  looked(...where: readonly Where[]): this {
    this.#looked.push(...where);
    return this;
  }

  /** Lays a whole environment over what there is. */
  over(other: Environment): this {
    this.missed(other.unseen);
    for (const [name, { value, where }] of other.variables) {
      this.set(name, value, where);
      if (!other.settled.has(name)) this.#settled.delete(name);
    }
    for (const [name, why] of other.unclear) this.unsure(name, why);
    return this.remark(...other.remarks).looked(...other.looked);
  }

  build(): Environment {
    return {
      variables: new Map(this.#variables),
      unclear: new Map(this.#unclear),
      settled: new Set(this.#settled),
      remarks: [...this.#remarks],
      looked: [...this.#looked],
      ...(this.#unseen ? { unseen: this.#unseen } : {}),
    };
  }
}

const isSamePlace = (a: Where, b: Where): boolean => a.line === b.line && a.path === b.path;

/** Why the value of a variable, or whether it is set, cannot be told; undefined when it can. */
export function gapOf({ unclear, unseen, settled }: Environment, name: string): Unknown | undefined {
  const why = unclear.get(name);
  if (why || !unseen || settled.has(name)) return why;
  return { ...unseen, said: `${unseen.said}, which may set ${name}` };
}

/** The values by name that are sure: not those that were masked, nor those that a place that was not seen may set. */
export const sureValues = (env: Environment): ReadonlyMap<string, string> =>
  new Map([...env.variables].flatMap(([name, { value }]) => (holdsPlaceholder(value) || gapOf(env, name) ? [] : [[name, value] as const])));

/** Two names of one directory, slashes aside: doubled ones and those at the end mean nothing (path_resolution(7)). */
export const sameDirectory = (a: string, b: string): boolean => plainPath(a) === plainPath(b);

/** A path without doubled slashes, `.` segments and slashes at the end. `..` stays: what it means depends on links. */
export const plainPath = (path: string): string => path.replace(/\/(?:\.?\/)+/g, '/').replace(/(?<=.)\/\.?$/, '') || path;
