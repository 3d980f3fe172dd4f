/** The record of everything that was read and run, for people: one line an ask, made from the snapshot alone. */
import { createHash } from 'node:crypto';
import type { AnyAnswer, Ask, Content, Output, Response } from '../../facts/ask.ts';
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

const asLine = ({ ask, answer }: Answered): string => [...outcomeOf(ask, answer), inWords(ask)].join('\t');

function outcomeOf(ask: Ask, answer: AnyAnswer): [string, string, string] {
  if (answer.is === 'absent') return ['absent', '-', '-'];
  if (answer.is === 'blocked') return [answer.why, '-', '-'];
  const { value } = answer;
  switch (ask.do) {
    case 'read': {
      const { text, binary } = value as Content;
      return ['read', ...measured(Buffer.from(text, binary ? 'base64' : 'utf8'))];
    }
    case 'list': {
      const names = value as readonly string[];
      return ['listed', String(names.length), hashOf(Buffer.from(names.map((n) => `${n}\n`).join('')))];
    }
    case 'run': {
      const { exit, stdout, stderr } = value as Output;
      return [`exit ${exit}`, ...measured(Buffer.from(stdout + stderr))];
    }
    case 'get':
      return [`status ${(value as Response).status}`, ...measured(Buffer.from((value as Response).body))];
    case 'env':
      return ['set', ...measured(Buffer.from(value as string))];
    default:
      return ['seen', '-', hashOf(Buffer.from(JSON.stringify(value)))];
  }
}

const hashOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const measured = (bytes: Uint8Array): [string, string] => [String(bytes.length), hashOf(bytes)];

function inWords(ask: Ask): string {
  if (ask.do === 'run')
    return `run ${ask.user ? `as ${ask.user.name}: ` : ''}${ask.argv.map((w) => (/^[\w@%+=:,./{}-]+$/.test(w) ? w : JSON.stringify(w))).join(' ')}`;
  return ask.do === 'get' ? `get ${ask.socket} ${ask.path}` : ask.do === 'env' ? `env ${ask.name}` : `${ask.do} ${ask.path}`;
}

/** A name may hold a line break or a tab of its own; those of the columns stay. */
const oneLine = (line: string): string => line.replace(/[^\P{C}\t]/gu, (c) => `\\u{${(c.codePointAt(0) ?? 0).toString(16)}}`);
