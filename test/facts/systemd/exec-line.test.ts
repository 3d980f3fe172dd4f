/** Command lines of units, with systemd itself as the judge of quoting and separators. */
import { describe, expect, it } from 'vitest';
import { execCommands } from '../../../src/facts/systemd/exec-line.ts';
import { oracle } from '../../oracles.ts';
import { dump } from './oracle.ts';

const variables = new Map([
  ['ONE', 'one'],
  ['TWO', 'one two'],
  ['NONE', ''],
]);
const commands = (line: string) => execCommands(line, (v) => v.replaceAll('%t', '/run'), variables);

describe('variables', () => {
  it.each<[string, string[], string[]]>([
    ['/bin/a $TWO x', ['/bin/a', 'one', 'two', 'x'], []],
    ['/bin/a ${TWO} x', ['/bin/a', 'one two', 'x'], []],
    ['/bin/a b${ONE}c', ['/bin/a', 'bonec'], []],
    ['/bin/a b$ONE', ['/bin/a', 'b$ONE'], []],
    ['/bin/a $NONE x', ['/bin/a', 'x'], []],
    ['/bin/a ${NONE} x', ['/bin/a', '', 'x'], []],
    ['/bin/a $$ONE $${ONE}', ['/bin/a', '$ONE', '${ONE}'], []],
    ["/bin/a '$TWO'", ['/bin/a', 'one', 'two'], []],
    [':/bin/a $ONE', ['/bin/a', '$ONE'], []],
    ['-+/bin/a %t', ['/bin/a', '/run'], []],
    ['@/bin/a name x', ['/bin/a', 'x'], []],
    ['/bin/a $LATER ${OTHER}', ['/bin/a', ''], ['LATER', 'OTHER']],
  ])('%s', (line, words, unresolved) => expect(commands(line)).toEqual([{ words, unresolved }]));
});

const lines = ["/bin/echo 'a b' c", '/bin/echo "a \'b" c\\x20d', '/bin/echo one ; /bin/echo two', '/bin/echo a \\; b', '@/bin/echo zero one', '-/bin/echo a'];

describe('as systemd splits them', oracle('systemd'), () => {
  it.each(lines)('%s', (line) => {
    const said = dump({ files: { '/etc/systemd/system/x.service': `[Service]\nType=oneshot\nExecStart=${line}\n` } }, 'x.service').commands;
    expect(said.length).toBeGreaterThan(0);
    expect(commands(line).length).toBe(said.length);
    // The dump shows the program, then its argument vector.
    for (const [at, c] of commands(line).entries()) for (const word of c.words.slice(1)) expect(said[at]).toContain(word);
  });
});
