/** Touches of an account, for others than the one in question. */
import { rootAccount } from '../host/accounts.ts';
import { aboutAccount, anyone, type Touches } from '../source.ts';

/** The same about root, whoever the account in question is. */
export const ofRoot = (touches: Touches): Touches => aboutAccount(touches, rootAccount);

/** The same about every account that a host has. */
export const ofAnyone = (touches: Touches): Touches => aboutAccount(touches, anyone);
