/** Running a program as the account in question. */

import type { Blocked } from '../ask.ts';
import { type Account, type Answer, type Asking, type Output, run } from '../ask.ts';
import { commandPlace } from '../asks.ts';
import type { Json } from '../fact.ts';
import { type Unknown, unknown, unparsable, type Where } from '../fact.ts';
import { parseJson } from '../text/json.ts';
import { plain } from '../text/node.ts';

/** Root needs no switch of accounts; everybody else is asked for by name. */
export const runAs = (argv: readonly string[], as: Account): Asking<Answer<Output>> => (as.uid === 0 ? run(argv) : run(argv, as));

export type Told<T> = { readonly is: 'told'; readonly value: T; readonly where: Where } | { readonly is: 'absent'; readonly where: Where } | Unknown;

/** A program's JSON output. A failure or any other text is unknown, never a value; a program that is not there is `absent`. */
export function* tellJson(argv: readonly string[], as: Account): Asking<Told<Json>> {
  const answer = yield* runAs(argv, as);
  const where = { path: commandPlace(argv) };
  if (answer.is === 'absent') return { is: 'absent', where };
  if (answer.is === 'blocked') return unknown(answer, where.path);
  if (answer.value.exit !== 0) return failed(answer.value, where);
  const parsed = parseJson(answer.value.stdout);
  if (parsed.is === 'broken') return unparsable(`${argv.join(' ')} printed no JSON: ${parsed.problem.message}`, where);
  return { is: 'told', value: plain(parsed.root), where };
}

/** What a failing program says about why. */
export function failed(output: Output, where: Where): Unknown {
  const first = (output.stderr.trim() || output.stdout.trim()).split('\n')[0]?.slice(0, 200) ?? '';
  const blocked: Blocked = { is: 'blocked', why: 'failed', said: `exit ${output.exit}${first ? `: ${first}` : ''}` };
  return unknown(blocked, where.path);
}

/** A member of a JSON record, when it has the type. */
export function member(value: Json | undefined, key: string): Json | undefined {
  return value !== null && typeof value === 'object' && !Array.isArray(value) && Object.hasOwn(value, key)
    ? (value as { readonly [key: string]: Json })[key]
    : undefined;
}

export const text = (value: Json | undefined): string | undefined => (typeof value === 'string' ? value : undefined);
export const items = (value: Json | undefined): readonly Json[] => (Array.isArray(value) ? (value as readonly Json[]) : []);

/** The records that a program listed, each with a text under `name`; undefined when it printed something else. Go prints an empty list as null, too. */
export function records(value: Json, name: string): readonly Json[] | undefined {
  if (value === null) return [];
  return Array.isArray(value) && (value as readonly Json[]).every((row) => text(member(row, name))) ? (value as readonly Json[]) : undefined;
}
