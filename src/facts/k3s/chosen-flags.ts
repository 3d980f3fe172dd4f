/**
 * What the flags of K3s are in the end: arguments of the files stand in front of those of the command line, so that of a
 * single value the command line wins and of a list both count; a variable counts where neither sets the flag
 * (k3s-io/k3s:pkg/configfilearg/parser.go Parse; urfave/cli flags).
 */
import { envPlace } from '../asks.ts';
import { type Environment, gapOf } from '../environment/environment.ts';
import type { Unknown, Where } from '../fact.ts';
import { addTo } from '../grouped.ts';
import { flagNamed, variables } from './flag-table.ts';
import type { Argument, Chosen } from './given.ts';
import { goBool } from './go.ts';

export class ChosenFlags {
  readonly #arguments = new Map<string, Argument[]>();
  readonly #environment: Environment | undefined;

  /** `given`: files first, then the command line. `environment`: what the process finds; undefined where there is none. */
  constructor(given: readonly Argument[], environment?: Environment) {
    for (const one of given) {
      const name = flagNamed(one.flag);
      addTo(this.#arguments, name, one);
    }
    this.#environment = environment;
  }

  /** All values of a list, in order. */
  all(flag: string): readonly Argument[] {
    return this.#arguments.get(flag) ?? [];
  }

  /** The value of a flag that has one, and what it beat; undefined where nothing sets it. */
  one(flag: string): Chosen | undefined {
    const set = this.all(flag);
    const last = set.at(-1);
    const variable = this.#variable(flag);
    if (!last) return variable;
    const earlier = set.slice(0, -1).reverse();
    return { value: last.value, where: last.where, beaten: [...earlier, ...last.beaten, ...(variable ? [variable] : [])] };
  }

  /** All that is given for a flag, also what does not count: its arguments, or the variable that stands in for them. */
  given(flag: string): readonly Pick<Argument, 'value' | 'where'>[] {
    const set = this.all(flag);
    const variable = set.length > 0 ? undefined : this.#variable(flag);
    return variable ? [variable] : set;
  }

  /** Why the value of a flag cannot be told: a place that may set its variable could not be read. */
  gap(flag: string): Unknown | undefined {
    const name = variables[flag];
    return this.all(flag).length > 0 || name === undefined || !this.#environment ? undefined : gapOf(this.#environment, name);
  }

  /** Whether a flag is on. What Go's ParseBool refuses stops K3s (k3s.config.parse), and counts as off here. */
  on(flag: string): boolean {
    const found = this.one(flag);
    return found !== undefined && goBool(found.value) === true;
  }

  /** Whether one of the comma-separated values of a list is this one: `--disable traefik,servicelb`. */
  lists(flag: string, value: string): Where | undefined {
    return this.all(flag).find((a) => a.value.split(',').some((v) => v.trim() === value))?.where;
  }

  /** The names of all flags that something sets. */
  names(): string[] {
    const set = Object.keys(variables).filter((flag) => this.#variable(flag));
    return [...new Set([...this.#arguments.keys(), ...set])];
  }

  #variable(flag: string): Chosen | undefined {
    const name = variables[flag];
    const found = name === undefined ? undefined : this.#environment?.variables.get(name);
    if (!found || found.value === '') return undefined;
    const [where = { path: envPlace(name ?? flag) }] = found.where;
    return { value: found.value, where: { ...where, said: name ?? '' }, beaten: [] };
  }
}
