/** Whether what a snapshot's lines hold has the shape that pretrip writes. A file is not believed to have it. Pure. */
import { isAccount } from '../../facts/account.ts';
import { type AnyAnswer, type Ask, isAnswerTo, isAsk } from '../../facts/asks.ts';
import { isRecord, isText } from '../../facts/untrusted.ts';

/** The first line. */
export function isHeader(value: unknown): boolean {
  if (!isRecord(value) || value.pretrip !== 'snapshot/1') return false;
  if (value.identity !== undefined && !isText(value.identity)) return false;
  if (value.running !== undefined && typeof value.running !== 'boolean') return false;
  return (
    [value.kind, value.name, value.tool].every(isText) &&
    isTime(value.takenAt) &&
    isAccount(value.user) &&
    isSources(value.from) &&
    [value.files, value.accounts, value.lacks].every(areTexts)
  );
}

const isTime = (v: unknown): boolean => isText(v) && !Number.isNaN(Date.parse(v));

const areTexts = (v: unknown): boolean => v === undefined || (Array.isArray(v) && v.every(isText));

const isSources = (v: unknown): boolean =>
  v === undefined || (Array.isArray(v) && v.every((s) => isRecord(s) && isTime(s.takenAt) && isText(s.user) && isText(s.digest)));

/** A line between the first and the last: a question, and an answer to that sort of question. */
export function isAnswered(value: unknown): value is { ask: Ask; answer: AnyAnswer } {
  return isRecord(value) && isAsk(value.ask) && isAnswerTo(value.ask.do, value.answer);
}
