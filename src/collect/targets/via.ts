/** The target `via`: a shell that any command leads to: podman exec, nsenter, chroot, kubectl exec. */

/** Text that does not split into words, with the reason. */
export class WordsError extends Error {}

/**
 * Splits a command line into words as a POSIX shell would, without expanding anything: blanks separate; single
 * quotes, double quotes and backslashes quote (POSIX XCU 2.2). What only a shell could do is refused, not guessed.
 */
export function shellWords(text: string): string[] {
  const words: string[] = [];
  let word: string | undefined;
  for (let at = 0; at < text.length; at++) {
    const c = text[at] as string;
    if (c === "'") {
      const end = text.indexOf("'", at + 1);
      if (end < 0) throw new WordsError("a ' is not closed");
      word = (word ?? '') + text.slice(at + 1, end);
      at = end;
    } else if (c === '"') {
      const [inner, end] = doubleQuoted(text, at + 1);
      word = (word ?? '') + inner;
      at = end;
    } else if (c === '\\') {
      if (at + 1 >= text.length) throw new WordsError('a \\ stands at the end');
      word = (word ?? '') + text[++at];
    } else if (/\s/.test(c)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else {
      if (/[|&;<>()`$*?[\n]/.test(c)) throw new WordsError(`${c} would need a shell; quote it, or name the program alone`);
      word = (word ?? '') + c;
    }
  }
  if (word !== undefined) words.push(word);
  return words;
}

/** The text up to the closing quote, and where that is. */
function doubleQuoted(text: string, from: number): [string, number] {
  let inner = '';
  for (let at = from; at < text.length; at++) {
    const c = text[at] as string;
    if (c === '"') return [inner, at];
    if (c === '$' || c === '`') throw new WordsError(`${c} would need a shell; use single quotes`);
    if (c === '\\' && /["\\$`]/.test(text[at + 1] ?? '')) inner += text[++at];
    else inner += c;
  }
  throw new WordsError('a " is not closed');
}

/** The command whose standard input is a shell: `sh` is added unless the command names a shell itself. */
export function viaCommand(text: string): [string, ...string[]] {
  const [program, ...rest] = shellWords(text);
  if (program === undefined || program === '') throw new WordsError('there is no command in it');
  const last = rest.at(-1) ?? program;
  return /^(?:.*\/)?(?:sh|ash|dash|bash|ksh)$/.test(last) ? [program, ...rest] : [program, ...rest, 'sh'];
}
