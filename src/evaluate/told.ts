/** The sentence and the evidence of a verdict. Pure. */

import type { Judged } from '../expect/expectation.ts';
import { asSentence } from '../expect/phrase.ts';
import { whyWords } from '../facts/answer.ts';
import { fewPlaces, type Unknown } from '../facts/fact.ts';
import type { Evidence } from '../verdicts/report.ts';
import { told as alike } from './alike.ts';

/** As a sentence of its own, or as a clause after a colon. */
export type Form = 'sentence' | 'clause';

/** What came of an expectation, and how it is told: asked only of what decides a verdict. */
export type Piece = Judged & { readonly tell?: (form: Form) => string | undefined };

/** Sentences longer than this together are told one by one: the others stand in the evidence. */
const longest = 200;

/** The sentences of what decides, each once, as many as can be read at a glance. Without any: `otherwise`, or else the bare evidence. */
export function sentences(pieces: readonly Piece[], otherwise?: string): string {
  const told = pieces.flatMap((p) => p.tell?.('sentence') ?? (otherwise === undefined ? p.told().said : []));
  const all = together(alike([...new Set(told.map(asSentence))]));
  const [first = asSentence(otherwise ?? 'Not as it should be'), ...others] = all;
  const shown = others.reduce((text, next) => (text.length + next.length < longest ? `${text} ${next}` : text), first);
  const rest = all.filter((s) => !shown.includes(s)).length;
  if (rest === 0) return shown;
  return /\)\.$/.test(shown) ? `${shown.replace(/\)\.$/, '')}; and ${rest} more).` : `${shown.replace(/\.$/, '')} (and ${rest} more).`;
}

/** Sentences that begin alike up to a colon are one: "P: a. P: b." is "P: a; b." */
function together(all: readonly string[]): string[] {
  const begin = (sentence: string): string => /^.*?: /.exec(sentence)?.[0] ?? sentence;
  return [...Map.groupBy(all, begin)]
    .map(([lead, each]) => [each[0], ...each.slice(1).map((one) => one.slice(lead.length))].map((one) => (one ?? '').replace(/\.$/, '')).join('; '))
    .map(asSentence);
}

const mostReasons = 2;

/** Why something is not decided: each reason once, the first two of them in words where there is room. `by`: the account that looked. */
export function undecidedFor(reasons: readonly Unknown[], by: string, lead = ''): string {
  const all = alike([...new Set(reasons.map((reason) => reasonText(reason, by)))]);
  const [first = 'there was nothing to judge', second] = all;
  const shown = second !== undefined && first.length + second.length < longest ? all.slice(0, mostReasons) : [first];
  const more = all.length > shown.length ? `, and ${all.length - shown.length} more` : '';
  const text = `${lead}${shown.join('; ').replace(/\.$/, '')}${more}`;
  return `Not decided: ${text}${text.endsWith('?') ? '' : '.'}`;
}

/** Who may not read what, instead of what the system called it. */
function reasonText({ why, said }: Unknown, by: string): string {
  const denied = why === 'denied' ? /^permission denied: (\/\S+)$|^permission denied: (\/\S+, .+)$/.exec(said) : null;
  if (denied) return `${by} may not read ${denied[1] ?? denied[2]}`;
  const place = new RegExp(`(${Object.values(whyWords).join('|')}): (?:(command|socket):([^()]+?)|(/[^ ,;()]+))(?: \\(([^()]+)\\))?$`).exec(said);
  const [all = '', reason, kind, asked, path, more] = place ?? [];
  const told = kind === 'command' ? aboutCommand(asked ?? '', reason, by) : kind === 'socket' ? aboutSocket(asked ?? '', reason, by) : aboutPath(path, reason);
  return told === undefined ? said : `${said.slice(0, said.length - all.length)}${told}${more === undefined ? '' : `: ${more}`}`;
}

function aboutCommand(command: string, reason: string | undefined, by: string): string | undefined {
  if (reason === whyWords.denied) return `${by} may not run ${command}`;
  if (reason === whyWords.unsupported) return `${command} cannot be run on this target`;
  if (reason === whyWords.timeout) return `${command} did not end in time`;
  if (reason === whyWords.failed) return `${command} failed`;
  return reason === whyWords['not-recorded'] ? `what ${command} prints is not in the snapshot` : undefined;
}

function aboutSocket(path: string, reason: string | undefined, by: string): string | undefined {
  if (reason === whyWords.denied) return `${by} may not connect to ${path}`;
  if (reason === whyWords.unsupported) return `nothing can be asked at ${path} on this target`;
  if (reason === whyWords.timeout) return `${path} did not answer in time`;
  return reason === whyWords['not-recorded'] ? `what answers at ${path} is not in the snapshot` : undefined;
}

function aboutPath(path: string | undefined, reason: string | undefined): string | undefined {
  if (path === undefined) return undefined;
  if (reason === whyWords.unsupported) return `${path} cannot be looked at on this target`;
  if (reason === whyWords.failed) return `${path} could not be read`;
  return reason === whyWords['not-recorded'] ? `the snapshot does not hold ${path}` : undefined;
}

/** Why a rule does not apply. */
export const notApplying = (clause: string): string => `Does not apply: ${clause.replace(/[.!?…]$/, '')}.`;

/** Evidence for the report, what decides first, each piece once. */
export function evidenceOf<P extends Piece>(pieces: readonly P[], decisive: (piece: P) => boolean): readonly Evidence[] {
  const all = [...pieces.filter(decisive), ...pieces.filter((e) => !decisive(e))];
  return once(
    all.map(({ truth, told }) => {
      const { said, where } = told();
      return { truth, said, where: fewPlaces(where) };
    }),
  );
}

/** Several items may say the same of the same place: once is enough. */
function once(evidence: readonly Evidence[]): readonly Evidence[] {
  if (evidence.length < 2) return evidence;
  const seen = new Set<string>();
  return evidence.filter((e) => {
    const key = JSON.stringify(e);
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}
