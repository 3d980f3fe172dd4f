/** Whether sudo makes an account root without asking for a password, or by a rule for everybody (sudoers(5)). Pure. */
import type { Where } from '../fact.ts';
import { asksForRoots, namer, settingsFor, unasked, type Who } from './sudoers.ts';
import { granted, type Place } from './sudoers-grants.ts';
import type { Statement } from './sudoers-text.ts';

/** Of any command: a rule for ALL decides, and no other. */
const anything = (): boolean => false;

/** An account that no list names but by ALL. */
const anybody: Who = { name: '', uid: Number.NaN, groups: new Map() };

interface Assumed {
  readonly host?: string;
  /** Whether what the files cannot tell is taken for true: a host by address or netgroup, and whom only a directory service knows. */
  readonly perhaps?: boolean;
}

/** What holds for an account, as far as the files tell or, with `perhaps`, as far as they do not tell otherwise. */
function held(statements: readonly Statement[], who: Who, { host, perhaps = false }: Assumed) {
  // A netgroup is not everybody.
  const isNamed = namer(statements, who, perhaps && who !== anybody);
  const place: Place = { ...(host === undefined ? {} : { host }), otherwise: perhaps || undefined };
  return { grant: granted(statements, isNamed, place, anything), settings: settingsFor(statements, isNamed, place) };
}

/** Where sudo lets the account do anything as root without a password; undefined where it does not, or asks. */
export function freeRoot(statements: readonly Statement[], who: Who, assumed: Assumed = {}): Where | undefined {
  const { grant, settings } = held(statements, who, assumed);
  if (!grant) return undefined;
  return grant.asks === false ? grant.at : unasked(settings, who, grant.asks);
}

/** The rule that lets everybody do anything as root with a password of their own. With targetpw or rootpw the password is root's. */
export function everybodysRoot(statements: readonly Statement[], assumed: Assumed = {}): Where | undefined {
  const { grant, settings } = held(statements, anybody, assumed);
  if (!grant) return undefined;
  const asks = grant.asks !== false && unasked(settings, anybody, grant.asks) === undefined;
  return asks && asksForRoots(settings) ? undefined : grant.at;
}
