/** The user account on whose behalf something is asked or judged. */
import { isCount, isRecord, isText } from './untrusted.ts';

export interface Account {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  /** Absolute home directory, from passwd. */
  readonly home: string;
}

/** Tells accounts apart in names. */
export const accountKey = ({ name, uid, home }: Account): string => `${uid} ${name} ${home}`;

/** Whether a value from outside is an account. */
export const isAccount = (value: unknown): value is Account =>
  isRecord(value) && isText(value.name) && isCount(value.uid) && isCount(value.gid) && isText(value.home);
