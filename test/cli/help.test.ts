import { describe, expect, test } from 'vitest';
import { commandIn } from '../../src/cli/calling/called.ts';
import { COMMANDS } from '../../src/cli/commands.ts';
import { exitStatus } from '../../src/cli/errors.ts';
import { checkedWords, type FlagTable, wordsIn } from '../../src/cli/words.ts';
import { shellWords } from '../../src/collect/targets/via.ts';
import { everyFormat } from '../report/every-format.ts';
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

describe('of what no single command says', () => {
  test('every exit status, every format, every target and every variable has its line', async () => {
    const [status, formats, targets, environment] = await Promise.all(
      ['exit-status', 'formats', 'targets', 'environment'].map((topic) => pretrip(['help', topic])),
    );
    for (const page of [status, formats, targets, environment]) {
      expect(page?.status).toBe(0);
      expect(widest(page?.out ?? '')).toBeLessThanOrEqual(80);
    }
    for (const code of Object.values(exitStatus)) expect(status?.out).toMatch(new RegExp(`^ {2}${code} `, 'm'));
    for (const [name] of everyFormat) expect(formats?.out).toMatch(new RegExp(`^ {2}${name} `, 'm'));
    expect(targets?.out).toContain('ssh://[user@]host[:port]');
    for (const { flags } of Object.values(COMMANDS))
      for (const { env } of Object.values((flags ?? {}) as Record<string, { env?: string }>)) if (env !== undefined) expect(environment?.out).toContain(env);
  });

  test('is named by pretrip alone, and a page that there is not is suggested', async () => {
    expect((await pretrip([])).out).toMatch(/^ {2}pretrip help exit-status {2}/m);
    const { status, err } = await pretrip(['help', 'exit-statsu']);
    expect(status).toBe(2);
    expect(err).toContain('did you mean "pretrip help exit-status"?');
  });
});

test('flags of scan and capture stand in groups, in one order', async () => {
  for (const command of ['scan', 'capture']) {
    const { out } = await pretrip([command, '--help']);
    expect(out).not.toMatch(/^FLAGS$/m);
    expect(out.match(/^[A-Z]+ FLAGS$/gm)?.map((head) => head.split(' ')[0])).toEqual(
      ['TARGET', 'RULE', 'OUTPUT', 'GATE', 'EVIDENCE', 'CONNECTION'].filter((group) => command === 'scan' || group !== 'GATE'),
    );
  }
});

test.each(commands)('flags of %s stand below each other', async (command) => {
  const { out } = await pretrip([...command.split(' '), '--help']);
  for (const [, group = ''] of out.matchAll(/^[A-Z ]*FLAGS\n((?: .*\n?)+)/gm)) {
    const places = [...group.matchAll(/^ {2}(?: {4}|-\w, )?(?=--)/gm)].map(([before]) => before.length);
    expect(new Set(places).size, group).toBe(1);
  }
});

describe('the examples of help', () => {
  const examples = Object.values(COMMANDS).flatMap(({ examples: lines = [] }) => lines.map((line) => String(line).replaceAll('<%= config.bin %>', 'pretrip')));

  test.each(examples)('%s is a command line without a mistake', async (example) => {
    const [program, ...argv] = shellWords(example.replace(/^\$ (?:sudo )?/, '').replace(/ > .*$/, ''));
    expect(program).toBe('pretrip');
    const named = commandIn(argv);
    expect(named).toBeDefined();
    const flags = named?.command.flags as FlagTable;
    expect(checkedWords(wordsIn(named?.rest ?? [], flags), flags).mistakes).toEqual([]);
  });

  test('run where they need no other host, file or account', async () => {
    const alone = examples.filter((line) => /^pretrip (?:rules (?:list|show)|plan)\b/.test(line));
    expect(alone.length).toBeGreaterThan(4);
    for (const line of alone) expect((await pretrip(shellWords(line).slice(1))).status, line).toBe(0);
  });
});
