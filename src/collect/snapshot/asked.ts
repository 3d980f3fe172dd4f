/** The record of everything that was read and run, for people: one line an ask, made from the snapshot alone. */
import { createHash } from 'node:crypto';
import { type AnswerOf, type AnyAnswer, type Ask, lineOf, type Sort } from '../../facts/asks.ts';
import type { Answered, Snapshot } from './snapshot.ts';

/**
 * Tab-separated: outcome, size, sha256, what was asked. Size and digest are of what the snapshot holds, hence
 * after secrets were masked: bytes of a file, an output or a response, the number of names of a directory.
 * What a capture script looked at besides stands below {@link besideMark}.
 */
export function askedRecord(snapshot: Snapshot): string {
  const { header, answers, digest, truncated } = snapshot;
  const from = (header.from ?? []).map((s) => `# with     ${s.takenAt} by ${s.user}, ${s.digest}`);
  const lines = [
    `# target   ${header.name} (${header.kind})`,
    `# looked   ${header.takenAt} by ${header.user.name} (uid ${header.user.uid})`,
    ...from,
    `# snapshot ${digest}${truncated ? ' (truncated: there may have been more)' : ''}`,
    ['# outcome', 'size', 'sha256 of what the snapshot holds', 'asked'].join('\t'),
    ...[...answers.values()].map(asLine),
  ];
  const beside = snapshot.beside?.() ?? [];
  const more = beside.length > 0 ? [besideMark, ...beside.map(asLine).sort()] : [];
  return `${[...lines, ...more].map(oneLine).join('\n')}\n`;
}

/** The line above what a capture script looked at, and no rule asked for: it is not in the snapshot. */
const besideMark = '# looked at besides by the capture script; asked by no rule, and not in the snapshot';

/** Whether a text is the record of a snapshot; then, how many asks it lists besides. */
export function besidesIn(text: string, snapshot: Snapshot): number | undefined {
  const own = askedRecord(snapshot);
  if (text === own) return 0;
  const head = `${own}${besideMark}\n`;
  return text.startsWith(head) && text.endsWith('\n') ? text.slice(head.length, -1).split('\n').length : undefined;
}

const asLine = ({ ask, answer }: Answered): string => [...outcomeOf(ask, answer), `${ask.do} ${lineOf(ask)}`].join('\t');

type Outcome = readonly [outcome: string, size: string, digest: string];

/** What came of an ask of each sort. */
const outcomes: { readonly [S in Sort]: (value: AnswerOf[S]) => Outcome } = {
  stat: (value) => ['seen', '-', hashOf(Buffer.from(JSON.stringify(value)))],
  read: ({ text, binary }) => ['read', ...measured(Buffer.from(text, binary ? 'base64' : 'utf8'))],
  list: (names) => ['listed', String(names.length), hashOf(Buffer.from(names.map((n) => `${n}\n`).join('')))],
  walk: (walk) => ['walked', String(walk.inodes), hashOf(Buffer.from(JSON.stringify(walk)))],
  packages: ({ packages }) => ['listed', String(packages.length), hashOf(Buffer.from(JSON.stringify(packages)))],
  run: ({ exit, stdout, stderr }) => [`exit ${exit}`, ...measured(Buffer.from(stdout + stderr))],
  get: ({ status, body }) => [`status ${status}`, ...measured(Buffer.from(body))],
  env: (value) => ['set', ...measured(Buffer.from(value))],
};

function outcomeOf(ask: Ask, answer: AnyAnswer): Outcome {
  if (answer.is === 'absent') return ['absent', '-', '-'];
  if (answer.is === 'blocked') return [answer.why, '-', '-'];
  // An answer to this sort of ask: the compiler does not see that the two belong together.
  const outcome = outcomes[ask.do] as (value: AnswerOf[Sort]) => Outcome;
  return outcome(answer.value);
}

const hashOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const measured = (bytes: Uint8Array): [string, string] => [String(bytes.length), hashOf(bytes)];

/** A name may hold a line break or a tab of its own; those of the columns stay. */
const oneLine = (line: string): string => line.replace(/[^\P{C}\t]/gu, (c) => `\\u{${(c.codePointAt(0) ?? 0).toString(16)}}`);
