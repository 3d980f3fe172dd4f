/**
 * Takes secrets out of answers before anything is written or judged: the only pass for targets that are read from
 * here, the second one for what a capture script has masked on its host. Names, line numbers and the fact that a
 * value is set stay; the value does not. Pure.
 */
import type { Answer, Blocked } from '../../facts/answer.ts';
import type { AnswerOf, AnyAnswer, Ask, AskOf, Sort } from '../../facts/asks.ts';
import { holdsPlaceholder, placeholder } from '../../facts/redacted.ts';
import { classOf, spared } from './class.ts';
import { mannerOf } from './manner.ts';
import * as rules from './rules.ts';
import type { Manner, Mark } from './state.ts';
import { maskedLines } from './text.ts';

/** Globs of sh as `case` takes them: `*` stands for slashes, too. */
const glob = (pattern: string): RegExp => new RegExp(`^${pattern.split('*').map(escaped).join('.*')}$`, 's');
const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
const secretFiles = rules.secretFiles.map(glob);
const [sshKeys, notSshKeys, maskedFile] = [glob(rules.sshKeys), glob(rules.notSshKeys), glob(rules.maskedFile)];

/** Whether a file is a secret as a whole, by its path: it is never read. */
export const isSecretFile = (path: string): boolean =>
  (secretFiles.some((g) => g.test(path)) && !maskedFile.test(path)) || (sshKeys.test(path) && !notSshKeys.test(path));

const plain: Mark = () => placeholder('');

/** Stands for the content of a file that is never read. */
export const notRead: Blocked = { is: 'blocked', why: 'redacted', said: 'a secret as a whole: it is never read' };

/** The answer without its secrets; `redacted` counts its placeholders. */
export function redact(ask: Ask, answer: AnyAnswer, mark: Mark = plain): AnyAnswer {
  if (answer.is !== 'got') return answer;
  if (ask.do === 'read' && isSecretFile(ask.path)) return notRead;
  // An answer to this sort of ask: the compiler does not see that the two belong together.
  const masked = masks[ask.do] as (ask: Ask, value: AnswerOf[Sort], mark: Mark) => AnyAnswer | undefined;
  return masked(ask, answer.value, mark) ?? answer;
}

/** How the value of each sort of ask is masked; undefined: it cannot hold a secret. */
const masks: { readonly [S in Sort]: (ask: AskOf<S>, value: AnswerOf[S], mark: Mark) => Answer<AnswerOf[S]> | undefined } = {
  stat: () => undefined,
  list: () => undefined,
  walk: () => undefined,
  packages: () => undefined,
  read: ({ path }, content, mark) => {
    const text = content.binary ? redactBinary(content.text, path, mark) : redactText(content.text, path, mark);
    return { is: 'got', value: { ...content, text }, ...counted(content.binary ? latin1(text) : text) };
  },
  run: (_, output, mark) => {
    const [stdout, stderr] = [redactText(output.stdout, '', mark), redactText(output.stderr, '', mark)];
    return { is: 'got', value: { ...output, stdout, stderr }, ...counted(stdout + stderr) };
  },
  get: (_, response, mark) => {
    const body = redactText(response.body, '', mark);
    const headers = Object.fromEntries(Object.entries(response.headers).map(([name, value]) => [name, redactPair(`${name}: `, value, mark)]));
    return { is: 'got', value: { ...response, headers, body }, ...counted(body + Object.values(headers).join('\n')) };
  },
  env: ({ name }, value, mark) => {
    const text = redactVariable(name, value, mark);
    return { is: 'got', value: text, ...counted(text) };
  },
};

function counted(text: string): { redacted?: number } {
  const count = holdsPlaceholder(text) ? (text.match(/<redacted(?::[0-9a-f]+)?>/g)?.length ?? 0) : 0;
  return count > 0 ? { redacted: count } : {};
}

const latin1 = (base64: string): string => Buffer.from(base64, 'base64').toString('latin1');

function redactBinary(base64: string, path: string, mark: Mark): string {
  const bytes = latin1(base64);
  const masked = redactBytes(bytes, mannerOf(path), mark);
  return masked === bytes ? base64 : Buffer.from(masked, 'latin1').toString('base64');
}

function redactVariable(name: string, value: string, mark: Mark): string {
  const c = classOf(name);
  return c && !spared(value, c) ? mark(value) : redactText(value, '', mark);
}

function redactPair(start: string, value: string, mark: Mark): string {
  const whole = redactText(start + value, '', mark);
  return whole.startsWith(start) ? whole.slice(start.length) : value;
}

/** The text of a file (with its path), of a program or of a variable, without secrets. */
export function redactText(text: string, path = '', mark: Mark = plain): string {
  const bytes = Buffer.from(text, 'utf8').toString('latin1');
  const masked = redactBytes(bytes, mannerOf(path), (secret) => mark(Buffer.from(secret, 'latin1').toString('utf8')));
  return masked === bytes ? text : Buffer.from(masked, 'latin1').toString('utf8');
}

/** One character a byte. */
function redactBytes(text: string, manner: Manner, mark: Mark): string {
  const end = manner.words ? '\0' : '\n';
  return maskedLines(text.split(end), manner, mark).join(end);
}
