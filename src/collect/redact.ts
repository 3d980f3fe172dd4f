/**
 * Takes secrets out of answers before anything is written or judged. Names, line
 * numbers and the fact that a value is set stay; the value does not. Pure.
 */
import type { AnyAnswer, Ask, Content, Output, Response } from '../facts/ask.ts';

const placeholder = '<redacted>';

const secretName =
  /token|passw|passphrase|secret|api[_-]?key|access[_-]?key|private[_-]?key|client[_-]?key|bearer|jwt|vpn[_-]?auth|datastore[_-]?endpoint|setcredential|^auth$/i;
/** Names that speak of where a secret is kept, or of asking for one. */
const harmlessName = /(?:file|path|dir|_timeout|_tries|nopasswd|askpass)$/i;
/** Files whose grammar uses such words for other things. */
const exemptPath = /^\/(?:etc|usr\/etc)\/(?:nsswitch\.conf|passwd|login\.defs|sudoers(?:\.d\/.*)?|subuid|subgid)$|^\/var\/lib\/dpkg\//;

/** `NAME=value`, `name: value`, `"name": "value"`: the start of a name that holds one of the words, up to its value. */
const assignment =
  /(?<![\w.-])([\w.-]{0,80}?(?:token|passw|passphrase|secret|api[_-]?key|access[_-]?key|private[_-]?key|client[_-]?key|bearer|jwt|vpn[_-]?auth|datastore[_-]?endpoint|setcredential)[\w.-]{0,80}|auth)(["']?[ \t]{0,8}[=:][ \t]{0,8})("(?:[^"\\\n]|\\.)*"|'[^'\n]*'|[^\s"',;][^\s,;"']*)/gi;
/** `--token value`. */
const flag = /(--[A-Za-z][\w-]{0,80})([ \t]+)(?!-)("(?:[^"\\\n]|\\.)*"|'[^'\n]*'|\S+)/g;
const userinfo = /([A-Za-z][A-Za-z0-9+.-]{0,20}:\/\/[^\s/:@"']{0,128}:)([^\s/@"']{1,512})(@)/g;
const pem = /(-----BEGIN (?!CERTIFICATE|PUBLIC KEY)[A-Z0-9 ]{1,60}-----)([\s\S]*?)(-----END [A-Z0-9 ]{1,60}-----|$)/g;

/** The answer without its secrets. */
export function redact(ask: Ask, answer: AnyAnswer): AnyAnswer {
  if (answer.is !== 'got') return answer;
  switch (ask.do) {
    case 'read': {
      const content = answer.value as Content;
      return content.binary || exemptPath.test(ask.path)
        ? answer
        : { is: 'got', value: { text: redactText(content.text, /^\/proc\/\d+\/(?:cmdline|environ)$/.test(ask.path)) } };
    }
    case 'run': {
      const output = answer.value as Output;
      return { is: 'got', value: { ...output, stdout: redactText(output.stdout), stderr: redactText(output.stderr) } };
    }
    case 'get': {
      const response = answer.value as Response;
      return { is: 'got', value: { ...response, body: redactText(response.body) } };
    }
    case 'env':
      return { is: 'got', value: isSecret(ask.name) ? placeholder : redactText(answer.value as string) };
    default:
      return answer;
  }
}

const isSecret = (name: string): boolean => secretName.test(name) && !harmlessName.test(name);

/** Text without secrets; `\0` separates words in process arguments. */
export function redactText(text: string, words = false): string {
  const plain = words ? text.replaceAll('\0', '\n') : text;
  const masked = plain
    .replace(pem, (_, head: string, body: string, tail: string) => head + body.replace(/[^\n]+/g, placeholder) + tail)
    .replace(userinfo, `$1${placeholder}$3`)
    .replace(assignment, (whole, name: string, sign: string, value: string) => (isSecret(name) ? `${name}${sign}${mask(value)}` : whole))
    .replace(words ? /(--[A-Za-z][\w-]{0,80})(\n)(?!-)(.+)/g : flag, (whole, name: string, gap: string, value: string) =>
      isSecret(name) ? `${name}${gap}${mask(value)}` : whole,
    );
  return words ? masked.replaceAll('\n', '\0') : masked;
}

/** Keeps the quotes, so that the file still parses; an empty value stays empty, since that it is empty matters. */
function mask(value: string): string {
  const quote = /^["']/.exec(value)?.[0] ?? '';
  const inner = quote ? value.slice(1, -1) : value;
  return inner === '' || /^(?:true|false|null|\d{1,2}|\$\w+|\$\{\w+\})$/.test(inner) ? value : `${quote}${placeholder}${quote}`;
}
