/** The target `via`: a shell that any command leads to: podman exec, nsenter, chroot, kubectl exec. */
import { lexShell, type WordToken } from '../../facts/text/shell-lexer.ts';
import { openShell } from './shell.ts';
import { type AddressTarget, MisuseError, usualTarget } from './target.ts';

export const viaTarget: AddressTarget = {
  kind: 'via',
  by: 'address',
  written: '--via COMMAND',
  describe: 'a container, a chroot, a pod: wherever a command leads to a shell',
  running: true,
  heeds: ['file', 'now', 'timeout'],
  examples: [["scan --via 'podman exec -i node1'", 'a container, a chroot, a pod: whatever gives a shell']],
  recognises: ({ reach }) => reach?.via !== undefined,
  async open({ name, as, reach }) {
    const { via } = reach ?? {};
    if (reach === undefined || via === undefined || name !== usualTarget || as !== undefined)
      throw new MisuseError('--via is a target of its own', 'give no other target beside it');
    return openShell(
      {
        kind: 'via',
        argv: commandIn(via),
        explain({ message, stderr }) {
          const last = stderr.trim().split('\n').at(-1) ?? '';
          return {
            message: `--via ${via}: ${message}${last === '' ? '' : `: ${last}`}`,
            hint: 'the command must lead to a POSIX shell that reads its standard input: podman exec -i NAME, nsenter -t 1 -a, chroot DIR',
          };
        },
      },
      reach,
    );
  },
};

function commandIn(via: string): [string, ...string[]] {
  try {
    return viaCommand(via);
  } catch (error) {
    if (error instanceof WordsError) throw new MisuseError(`--via: ${error.message}`);
    throw error;
  }
}

/** Text that does not split into words, with the reason. */
export class WordsError extends Error {}

/**
 * Splits a command line into words as a POSIX shell would, without expanding anything: blanks and line breaks separate;
 * single quotes, double quotes and backslashes quote (POSIX XCU 2.2). What only a shell could do is refused, not guessed.
 */
export function shellWords(text: string): string[] {
  const { tokens, open } = lexShell(text, { withoutComments: true });
  const words = tokens.flatMap((token) => {
    if (token.is === 'word') return [plainWord(token)];
    if (token.text === '\n') return [];
    throw new WordsError(`${token.text[0]} would need a shell; quote it, or name the program alone`);
  });
  if (open) throw new WordsError(`a ${open.mark} is not closed`);
  return words;
}

/** A word in which nothing is left to a shell. */
function plainWord({ pieces }: WordToken): string {
  return pieces
    .map((piece) => {
      if (piece.is === 'expansion') throw new WordsError(`${piece.source[0]} would need a shell; use single quotes`);
      const special = piece.quote === 'none' ? /[$*?[\\]/.exec(piece.text)?.[0] : piece.quote === 'double' ? /[$`]/.exec(piece.text)?.[0] : undefined;
      if (special === '\\') throw new WordsError('a \\ stands at the end');
      if (special !== undefined) throw new WordsError(`${special} would need a shell; use single quotes`);
      return piece.text;
    })
    .join('');
}

/** The command whose standard input is a shell: `sh` is added unless the command names a shell itself. */
export function viaCommand(text: string): [string, ...string[]] {
  const [program, ...rest] = shellWords(text);
  if (program === undefined || program === '') throw new WordsError('there is no command in it');
  const last = rest.at(-1) ?? program;
  return /^(?:.*\/)?(?:sh|ash|dash|bash|ksh)$/.test(last) ? [program, ...rest] : [program, ...rest, 'sh'];
}
