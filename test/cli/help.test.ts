import { describe, expect, test } from 'vitest';
import { COMMANDS } from '../../src/cli/commands.ts';
import { pretrip } from './run.ts';

const commands = Object.keys(COMMANDS).map((id) => id.replaceAll(':', ' '));
const widest = (text: string): number => Math.max(...text.split('\n').map((line) => line.length));

describe('help', () => {
  test.each(commands)('of %s says what it does and how it is called, within 80 columns', async (command) => {
    const [long, short] = await Promise.all([pretrip([...command.split(' '), '--help']), pretrip([...command.split(' '), '-h'])]);
    expect(long.status).toBe(0);
    expect(long.err).toBe('');
    expect(short.out).toBe(long.out);
    expect(widest(long.out)).toBeLessThanOrEqual(80);
    expect(long.out.split('\n')[0]).toMatch(/^[A-Z].*\.$/);
    expect(long.out).toMatch(new RegExp(`^USAGE\\n {2}\\$ pretrip ${command}( |$)`, 'm'));
    expect(long.out).not.toMatch(/undefined|\[object|<%/);
  });

  test('of pretrip names every command and topic, and is what pretrip alone prints', async () => {
    const [bare, asked] = await Promise.all([pretrip([]), pretrip(['--help'])]);
    expect(bare).toEqual(asked);
    expect(bare.status).toBe(0);
    expect(widest(bare.out)).toBeLessThanOrEqual(80);
    for (const command of commands) expect(bare.out).toMatch(new RegExp(`^ {2}${command.split(' ')[0]} `, 'm'));
  });

  test('is what "help" in front of a command asks for', async () => {
    expect(await pretrip(['help', 'rules', 'list'])).toEqual(await pretrip(['rules', 'list', '--help']));
  });

  test('of a topic names its commands', async () => {
    const { out, status } = await pretrip(['rules']);
    expect(status).toBe(0);
    for (const command of commands.filter((c) => c.startsWith('rules '))) expect(out).toMatch(new RegExp(`^ {2}${command} {2}`, 'm'));
  });

  test('of scan explains each exit status', async () => {
    const { out } = await pretrip(['scan', '--help']);
    const said = out.replace(/\s+/g, ' ');
    expect(said).toMatch(/Exit status: 0 .*; 1 .*; 2 .*; 3 .*; 4 .*; 70 /);
  });

  test('of a command that applies the gate again says so', async () => {
    const { out } = await pretrip(['report', '--help']);
    expect(out.replace(/\s+/g, ' ')).toMatch(/same exit statuses as scan/);
  });

  test('--version is one line', async () => {
    const { out, status } = await pretrip(['--version']);
    expect(status).toBe(0);
    expect(out).toMatch(/^pretrip \d+\.\d+\.\d+\S*$/);
  });
});

describe('a mistake on the command line ends with status 2, in a few lines, and leaves standard output empty', () => {
  test.each([
    ['a command that there is not', ['scna'], /scna/],
    ['a command of a topic that there is not', ['rules', 'lst'], /lst/],
    ['a command nearly right', ['scna'], /did you mean "scan"\?/],
    ['a command of a topic nearly right', ['rules', 'lsit'], /did you mean "list"\?/],
    ['a target without a command', ['ssh://edge01'], /pretrip scan ssh:\/\/edge01/],
    ['a flag before any command', ['--select', 'x'], /pretrip scan --select/],
    ['a flag that there is not', ['plan', '--jsn'], /--jsn\n.*did you mean "--json"\?/],
    ['a flag without its value', ['scan', '-o'], /--output|-o/],
    ['an argument too many', ['report', 'a', 'b'], /b/],
    ['an argument missing', ['report'], /run/i],
    ['a value that is none of the options', ['scan', '--as', 'tarball'], /--as=tarball.*root-directory/],
  ] as const)('%s', async (_, args, says) => {
    const { status, out, err } = await pretrip(args);
    expect(status).toBe(2);
    expect(out).toBe('');
    expect(err).toMatch(says);
    expect(err).toMatch(/^pretrip: /);
    expect(err.split('\n').length).toBeLessThanOrEqual(6);
    expect(err).not.toMatch(/ {4}at |node:internal/);
  });
});
