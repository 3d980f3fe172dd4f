/** Whether what a snapshot's lines hold has the shape that pretrip writes. A file is not believed to have it. Pure. */
import type { AnyAnswer, Ask, Why } from '../../facts/ask.ts';

type Loose = Readonly<Record<string, unknown>>;

const isText = (v: unknown): v is string => typeof v === 'string';
const isCount = (v: unknown): boolean => Number.isSafeInteger(v) && (v as number) >= 0;
const isNumber = (v: unknown): boolean => typeof v === 'number' && Number.isFinite(v);
const isRecord = (v: unknown): v is Loose => typeof v === 'object' && v !== null && !Array.isArray(v);
const isTexts = (v: unknown): boolean => Array.isArray(v) && v.every(isText);

/** The first line. */
export function isHeader(value: unknown): boolean {
  if (!isRecord(value) || value.pretrip !== 'snapshot/1') return false;
  return [value.kind, value.name, value.tool].every(isText) && isTime(value.takenAt) && isAccount(value.user) && isSources(value.from) && isPaths(value.files);
}

const isTime = (v: unknown): boolean => isText(v) && !Number.isNaN(Date.parse(v));

const isPaths = (v: unknown): boolean => v === undefined || (Array.isArray(v) && v.every(isText));

const isSources = (v: unknown): boolean =>
  v === undefined || (Array.isArray(v) && v.every((s) => isRecord(s) && isTime(s.takenAt) && isText(s.user) && isText(s.digest)));

function isAccount(value: unknown): boolean {
  return isRecord(value) && isText(value.name) && isCount(value.uid) && isCount(value.gid) && isText(value.home);
}

/** A line between the first and the last: a question, and an answer to that sort of question. */
export function isAnswered(value: unknown): value is { ask: Ask; answer: AnyAnswer } {
  if (!isRecord(value) || !isAsk(value.ask) || !isRecord(value.answer)) return false;
  const { answer } = value;
  switch (answer.is) {
    case 'absent':
      return true;
    case 'blocked':
      return isBlocked(answer);
    case 'got':
      return values[value.ask.do](answer.value);
    default:
      return false;
  }
}

function isAsk(value: unknown): value is Ask {
  if (!isRecord(value)) return false;
  switch (value.do) {
    case 'stat':
    case 'read':
    case 'list':
      return isText(value.path);
    case 'run':
      return isTexts(value.argv) && (value.user === undefined || isAccount(value.user));
    case 'get':
      return isText(value.socket) && isText(value.path);
    case 'env':
      return isText(value.name);
    default:
      return false;
  }
}

const whys: Record<Why, true> = {
  denied: true,
  unsupported: true,
  timeout: true,
  'too-large': true,
  failed: true,
  'not-text': true,
  redacted: true,
  'not-recorded': true,
};
const isBlocked = (answer: Loose): boolean => isText(answer.why) && Object.hasOwn(whys, answer.why) && (answer.said === undefined || isText(answer.said));

const types = ['file', 'directory', 'link', 'socket', 'fifo', 'char', 'block'];

const isInode = (v: unknown): v is Loose =>
  isRecord(v) && types.includes(v.type as string) && [v.mode, v.uid, v.gid, v.size].every(isCount) && isNumber(v.mtime);

function isStat(value: unknown): boolean {
  if (!isInode(value) || (value.target !== undefined && !isText(value.target))) return false;
  const { real } = value;
  if (real === undefined) return true;
  if (!isRecord(real)) return false;
  return real.is === 'absent' || (real.is === 'blocked' && isBlocked(real)) || (real.is === 'got' && isInode(real.value) && isText(real.value.path));
}

const values: Record<Ask['do'], (value: unknown) => boolean> = {
  stat: isStat,
  read: (v) => isRecord(v) && isText(v.text) && (v.binary === undefined || v.binary === true),
  list: isTexts,
  run: (v) => isRecord(v) && isNumber(v.exit) && isText(v.stdout) && isText(v.stderr),
  get: (v) => isRecord(v) && isNumber(v.status) && isText(v.body) && isRecord(v.headers) && Object.values(v.headers).every(isText),
  env: isText,
};
