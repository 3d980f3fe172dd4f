/** What K3s was given: arguments in the order in which it reads them, each with its place and with what it beat. */
import type { Where } from '../fact.ts';

/** A value with its place. */
export interface Placed {
  readonly value: string;
  readonly where: Where;
}

/** `--flag=value` as K3s sees it. `beaten`: values of the same key in files that a later one replaced. */
export interface Argument extends Placed {
  readonly flag: string;
  readonly beaten: readonly Placed[];
}

/** One value in force, and those that it beat, the nearest first. */
export interface Chosen extends Placed {
  readonly beaten: readonly Placed[];
}

/** A place on one line. */
export const placeText = ({ path, line }: Where): string => (line === undefined ? path : `${path}:${line}`);
