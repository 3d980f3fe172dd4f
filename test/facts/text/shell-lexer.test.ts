/** One lexer for shell text: its words, commands and assignments are those of dash and bash. */
import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { shellWords } from '../../../src/collect/targets/via.ts';
import { assignmentsIn, expand } from '../../../src/facts/text/assignments.ts';
import { shellCommands } from '../../../src/facts/text/shell.ts';
import { lexShell, type Token, wordText } from '../../../src/facts/text/shell-lexer.ts';
import { scriptTokens, simpleCommands } from '../../../src/facts/text/shell-script.ts';
import { commandsIn } from '../../../src/facts/text/shell-words.ts';
import { fc } from '../../property.ts';

const shown = (tokens: readonly Token[]): string[] =>
  tokens.map((t) => `${t.line} ${t.is === 'word' ? wordText(t) : t.redirects ? `r${t.text}` : `op${t.text}`}`);

describe('tokens', () => {
  test.each<[string, string, string[]]>([
    ['words and operators', "a 'b'c&&d|e;f", ['1 a', '1 bc', '1 op&&', '1 d', '1 op|', '1 e', '1 op;', '1 f']],
    ['lines', 'a\n"b\nc" d\ne', ['1 a', '1 op\n', '2 b\nc', '3 d', '3 op\n', '4 e']],
    ['a continued line', 'a\\\nb \\\n c\nd', ['1 ab', '3 c', '3 op\n', '4 d']],
    ['comments', 'a # b "c\nd#e', ['1 a', '1 op\n', '2 d#e']],
    ['redirections', 'a 2>&1 >b 3 <<<c &>d', ['1 a', '1 r>&', '1 1', '1 r>', '1 b', '1 3', '1 r<<<', '1 c', '1 r&>', '1 d']],
    ['a here-document', 'a <<E b\n$(x "y\nE\nc', ['1 a', '1 r<<', '1 E', '1 b', '1 op\n', '4 c']],
    ['a here-document with tabs', 'a <<-"E"\n\tx\n\tE\nc', ['1 a', '1 r<<-', '1 E', '1 op\n', '4 c']],
    ['two here-documents', 'a <<E <<F\n1\nE\n2\nF\nc', ['1 a', '1 r<<', '1 E', '1 r<<', '1 F', '1 op\n', '6 c']],
    ['expansions', 'a$B"${C}"$(d "$(e ")")")`f \\` g` $((1+1)) $', ['1 a$B${C}$(d "$(e ")")")`f \\` g`', '1 $((1+1))', '1 $']],
    ['an expansion over lines', 'a $(b\nc) d', ['1 a', '1 $(b\nc)', '2 d']],
    ['braces in quotes', `"\${a:-'}" b'}" c`, ["1 ${a:-'}", '1 b}" c']],
    ['an array', 'a=(b "c)") d', ['1 a=(b "c)")', '1 d']],
    ['quotes of bash', `$'a b' $"c" $'d\\'e'`, ['1 a b', '1 c', "1 $'d\\'e'"]],
    ['line ends of Windows', 'a \\\r\nb\r\nc', ['1 a', '2 b', '2 op\n', '3 c']],
  ])('%s', (_, text, expected) => expect(shown(lexShell(text).tokens)).toEqual(expected));

  test.each([
    ["a 'b\nc", "'", 1],
    ['a\n"b', '"', 2],
    ['a\n\n$(b', '$(', 3],
    ['`b', '`', 1],
    ['${b', '${', 1],
    ['"$(b"', '"', 1],
  ])('%j is open', (text, mark, line) => expect(lexShell(text).open).toEqual({ mark, line }));

  test('behind a quote that is not closed, the reader goes on with the next line', () => {
    expect(shown(scriptTokens("a\nit's b\nc 'd' e\nf")).filter((t) => !t.includes('op'))).toEqual(['1 a', '2 its b\nc d e', '4 f']);
    expect(simpleCommands(scriptTokens('a\nb "c\nd\ne $(f\ng')).map((c) => c.words.map(wordText).join('|'))).toEqual(['a', 'b|c', 'd', 'e|$(f', 'g']);
  });

  test('hostile texts end', () => {
    const start = performance.now();
    for (const unit of ['(', '$(', '"', "'", '`', '\\', "a='\n", '$(\n', '"${', 'a=(', '<<E\n', "$'\\", '#', '2>', '\n', '${a:-', '"$('])
      for (const read of [
        shellCommands,
        shellWordsOrNot,
        (t: string) => assignmentsIn(t, '/x', new Set(['a']), 'shell'),
        (t: string) => commandsIn(t, 'shell'),
      ])
        read(unit.repeat(10_000));
    expect(performance.now() - start).toBeLessThan(10_000);
  });
});

function shellWordsOrNot(text: string): readonly string[] | undefined {
  try {
    return shellWords(text);
  } catch {
    return undefined;
  }
}

const isThere = (shell: string): boolean => spawnSync(shell, ['-c', ':']).status === 0;

/** What a shell prints for each script; undefined for one that it does not take. */
function printed(shell: string, scripts: readonly string[]): (string | undefined)[] {
  const program = `for script; do ( eval "$script" ) 2>/dev/null && printf '\\001ok\\002' || printf '\\001no\\002'; done`;
  const { stdout } = spawnSync(shell, ['-c', program, shell, ...scripts], { encoding: 'utf8', maxBuffer: 1 << 27 });
  return stdout
    .split('\u0002')
    .slice(0, -1)
    .map((s) => (s.endsWith('\u0001ok') ? s.slice(0, -3) : undefined));
}

const words = (text: string): string[] => text.split('\0').slice(0, -1);

/** Parts of words, none of which a shell expands. */
const part = fc.oneof(
  fc.stringMatching(/^[ab%=.,:@^+-]{1,3}$/),
  fc.stringMatching(/^[a"\\ #;&|<>()$`*?\n]{0,4}$/).map((t) => `'${t}'`),
  fc.stringMatching(/^[a' #;&|<>()*?\n]{0,4}$/).map((t) => `"${t}"`),
  fc.constantFrom('"\\""', '"\\$a"', '"\\a"', '"\\\\"', '"a\\\nb"', '\\\n', '\\ ', '\\#', "\\'", '\\"', '\\\\', '\\;', '\\a', '""', "''", 'a#b', '"\\`"'),
);
const word = fc.array(part, { minLength: 1, maxLength: 3 }).map((parts) => parts.join(''));
const blank = fc.constantFrom(' ', '\t', '  ', ' \\\n ');
const args = fc.array(fc.tuple(blank, word), { maxLength: 3 }).map((all) => all.flat().join(''));

for (const shell of ['dash', 'bash'])
  describe.skipIf(!isThere(shell))(`as ${shell} has it`, () => {
    test('words', () => {
      const random = fc.string({ unit: fc.constantFrom(...'ab\'"\\ \t='), maxLength: 12 });
      const texts = fc.sample(
        fc.oneof(
          args,
          random.map((t) => ` ${t}`),
        ),
        { numRuns: 400 },
      );
      const theirs = printed(
        shell,
        texts.map((t) => `printf '%s\\0' x${t}`),
      );
      for (const [at, text] of texts.entries()) {
        const { tokens, open } = lexShell(`x${text}`);
        const ours = open ? undefined : tokens.flatMap((t) => (t.is === 'word' ? [wordText(t)] : []));
        const there = theirs[at];
        // A backslash at the end stands for itself in dash, and for the line break that eval adds in bash.
        if (/(?:^|[^\\])(?:\\\\)*\\$/.test(text)) continue;
        expect(ours, JSON.stringify(text)).toEqual(there === undefined ? undefined : words(there));
        if (ours && !/\n/.test(text)) expect(shellWordsOrNot(`x${text}`), JSON.stringify(text)).toEqual(ours);
      }
    });

    /** `c` shows its arguments; all of a script is run. */
    const command = fc.oneof(
      args.map((a) => `c${a}`),
      fc
        .tuple(args, fc.constantFrom(' 2>/dev/null', ' </dev/null', ' 2>&1', ' 2>>/dev/null', ' <<E\nc no "\nE', " <<-'E F'\n\tc no $(\n\tE F"), args)
        .map(([a, r, b]) => (r.includes('\n') ? `c${a}${b}${r}` : `c${a}${r}${b}`)),
      fc.tuple(args, args).map(([a, b]) => `X=1 c${a} && c${b}`),
      args.map((a) => `if true; then c${a}; fi`),
      args.map((a) => `if false; then :; elif c${a}; then :; fi`),
      args.map((a) => `{ c${a}; }`),
      args.map((a) => `! c${a}`),
      args.map((a) => `# c${a.replaceAll('\n', '')}`),
    );
    const script = fc
      .array(fc.tuple(command, fc.constantFrom('\n', '\n\n', '\n \t', '\n# it is\n')), { minLength: 1, maxLength: 4 })
      .map((all) => all.flat().join(''));

    test('commands', () => {
      const scripts = fc.sample(script, { numRuns: 200 });
      const theirs = printed(
        shell,
        scripts.map((s) => `c() { printf '%s\\0' c "$@"; printf '\\003'; }\n${s}\n:`),
      );
      for (const [at, text] of scripts.entries()) {
        const there = theirs[at]?.split('\u0003').slice(0, -1).map(words);
        const { commands, unclear } = shellCommands(text);
        expect({ unclear, commands: commands.filter((c) => c[0] === 'c') }, text).toEqual({ unclear: false, commands: there });
        const told = commandsIn(text, 'shell').map((c) => c.words.map((w) => w.text));
        expect(
          told.map((c) => c.slice(c[0] === 'X=1' ? 1 : 0)).filter((c) => c[0] === 'c'),
          text,
        ).toEqual(there);
      }
    });

    const statement = fc
      .tuple(word, word)
      .map(([v, w]) => [
        `export A=${v}`,
        `A=${v}`,
        `A=${v}; export A`,
        'export A',
        `A=${v} B=${w}`,
        `export B=${v} A=${w}`,
        `A=${v} true`,
        `( export A=${v} )`,
        `cat >/dev/null <<E\nexport A=no\nE`,
        `: "\nexport A=no\n"`,
        `export C=1 && export A=${v}`,
        `set -a`,
        `true; export A=${v} # export A=no`,
      ])
      .chain((all) => fc.constantFrom(...all));

    test('assignments', () => {
      const scripts = fc.sample(
        fc.array(statement, { minLength: 1, maxLength: 5 }).map((all) => `${all.join('\n')}\n`),
        { numRuns: 200 },
      );
      const theirs = printed(
        shell,
        scripts.map((s) => `unset A\n${s}\nsh -c 'printf "%s\\0" "\${A-\u0004}"'`),
      );
      for (const [at, text] of scripts.entries()) {
        const last = assignmentsIn(text, '/x', new Set(['A']), 'shell')
          .filter((a) => a.exported)
          .at(-1);
        const value = last && expand(last, { uid: 1, home: '/h', name: 'n' }).value;
        expect(last?.conditional ?? false, text).toBe(false);
        expect(value ?? '\u0004', text).toBe(words(theirs[at] ?? '')[0]);
      }
    });
  });

test.each([
  ['[ -S /x ] && export A=1', true],
  ['[ -S /x ] || export A=1', true],
  ['export B=1 && export A=1', false],
  ['true; export A=1', false],
  ['case $x in\n  a) export A=1 ;;\nesac', true],
  ['f() {\n  export A=1\n}', true],
  ['for x in a; do export A=1; done', true],
  ['if a; then b; fi; export A=1', false],
  ['case $x in (a) b ;; esac\nexport A=1', false],
])('%s is under a condition: %s', (text, conditional) => {
  expect(assignmentsIn(text, '/x', new Set(['A']), 'shell').map((a) => a.conditional)).toEqual([conditional]);
});

test.each([
  [`A='$HOME'/x`, '$HOME/x'],
  [`A='$'"$HOME"`, '$/home/driver'],
  ['A=\\$HOME/x', '$HOME/x'],
  ['A="~/x"', '~/x'],
  ['A=~/x', '/home/driver/x'],
  ['A="$HOME/\\$x"', '/home/driver/$x'],
  ['A="$OTHER"', undefined],
  ['A=$(b "c")', undefined],
])('%s is %s', (text, value) => {
  const [found] = assignmentsIn(text, '/x', new Set(['A']), 'shell');
  expect(found && expand(found, { uid: 1000, home: '/home/driver', name: 'driver' }).value).toBe(value);
});
