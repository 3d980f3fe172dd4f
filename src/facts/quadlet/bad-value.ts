/** A value of a Quadlet file that is not taken. */
import type { Where } from '../fact.ts';
import type { Given } from './quadlet-given.ts';

export interface BadValue {
  readonly key: string;
  /** As it stands in the file. */
  readonly value: string;
  readonly why: string;
  readonly where: Where;
}

/** A value of a flag, with why it is not taken. */
export const bad = ({ key, flag, value, where }: Given, why: string): BadValue => ({
  key,
  value: key === 'PodmanArgs' ? `--${flag}=${value}` : value,
  why,
  where,
});
