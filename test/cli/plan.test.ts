import { join } from 'node:path';
import { execa } from 'execa';
import { beforeAll, describe, expect, test } from 'vitest';
import { packageRoot } from '../../src/cli/paths.ts';
import type { Account, Ask } from '../../src/facts/ask.ts';
import { rootAccount } from '../../src/facts/host/accounts.ts';
import { hostNames, judged } from '../fixtures/hosts.ts';
import { pretrip } from './run.ts';

/** A line of `plan --json`. */
interface Line {
  readonly do: Ask['do'];
  readonly path?: string;
  readonly argv?: readonly string[];
  readonly asUser?: boolean;
  readonly socket?: string;
  readonly name?: string;
  readonly top?: string;
  readonly names?: readonly string[];
  readonly of?: string;
  readonly named?: string;
  readonly rules: readonly string[];
}

let lines: readonly Line[] = [];
let printed = '';
beforeAll(async () => {
  const [json, text] = await Promise.all([pretrip(['plan', '--json']), pretrip(['plan'])]);
  expect(json.status).toBe(0);
  lines = JSON.parse(json.out) as Line[];
  printed = text.out;
});

/** The accounts of the fixtures, any of which `~`, `{uid}` and `{user}` may mean. */
const accounts: readonly Account[] = [
  rootAccount,
  { ...rootAccount, home: '/' },
  { name: 'driver', uid: 1000, gid: 1000, home: '/home/driver' },
  { name: 'edge', uid: 1000, gid: 1000, home: '/home/edge' },
  { name: 'bench', uid: 1000, gid: 1000, home: '/home/bench' },
  { name: 'telemetry', uid: 1100, gid: 1100, home: '/var/lib/telemetry' },
  { name: 'dev', uid: 501, gid: 20, home: '/Users/dev' },
];

const patterns = new Map<string, readonly RegExp[]>();

/** Reads a word of the plan as its help text explains it, independently of the product. */
function matches(word: string, text: string): boolean {
  const known =
    patterns.get(word) ??
    [...new Set(accounts.map((account) => filledIn(word, account)))].map(
      (plain) =>
        new RegExp(
          `^${plain
            .split(/(\*\*|\*)/)
            .map(part)
            .join('')}$`,
          's',
        ),
    );
  patterns.set(word, known);
  return known.some((pattern) => pattern.test(text));
}

const filledIn = (word: string, { name, uid, home }: Account): string =>
  word
    .replace(/^~(?=\/|$)/, home)
    .replaceAll('{uid}', String(uid))
    .replaceAll('{user}', name);
const part = (text: string): string => (text === '**' ? '.*' : text === '*' ? '[^/]*' : text.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));

const wordsOf = (ask: Ask): readonly string[] =>
  ask.do === 'run'
    ? ask.argv
    : ask.do === 'get'
      ? [ask.socket, ask.path]
      : ask.do === 'env'
        ? [ask.name]
        : ask.do === 'walk'
          ? [ask.top, ...ask.names]
          : ask.do === 'packages'
            ? [ask.of]
            : [ask.path];
const wordsIn = (line: Line): readonly string[] =>
  line.argv ?? [line.socket, line.path, line.name, line.top, ...(line.names ?? []), line.of].filter((w) => w !== undefined);

function promised(ask: Ask): boolean {
  const words = wordsOf(ask);
  const asUser = ask.do === 'run' && ask.user !== undefined;
  return lines.some((line) => {
    if (line.do !== ask.do || (line.asUser === true) !== asUser) return false;
    const promise = wordsIn(line);
    return promise.length === words.length && promise.every((p, at) => matches(p, words[at] ?? ''));
  });
}

describe('the plan', () => {
  test.each(hostNames)('covers everything that a scan of %s asks', async (name) => {
    const { snapshot } = await judged(name);
    const asks = [...snapshot.answers.values()].map(({ ask }) => ask);
    expect(asks.length).toBeGreaterThan(100);
    // What a file names is promised in words: a line of the same sort covers a path whose last name some answer holds.
    const said = JSON.stringify([...snapshot.answers.values()].map(({ answer }) => answer));
    const named = (ask: Ask): boolean =>
      lines.some((l) => l.named !== undefined && l.do === ask.do) && 'path' in ask && said.includes(ask.path.slice(ask.path.lastIndexOf('/') + 1));
    expect(asks.filter((ask) => !promised(ask) && !named(ask)).map((ask) => `${ask.do} ${wordsOf(ask).join(' ')}`)).toEqual([]);
  });

  test('prints each line once, as text and as JSON, with the rules that want it', () => {
    const text = printed.split('\n');
    expect(new Set(text).size).toBe(text.length);
    expect(text.length).toBe(lines.length);
    expect(text).toContain('stat /run/user/{uid}');
    expect(text).toContain('run  podman --version');
    expect(text).toContain('env  DOCKER_SOCKET');
    for (const line of lines) expect(line.rules.length).toBeGreaterThan(0);
    expect(lines.find((l) => l.name === 'DOCKER_SOCKET')?.rules).toContain('k3d.env.docker-socket-typo');
  });

  test('runs nothing that changes a host', () => {
    const programs = lines.filter((l) => l.do === 'run').map((l) => (l.argv ?? []).filter((w) => !/^(env|TZ=UTC|TMPDIR=.*)$/.test(w)));
    expect(programs.length).toBeGreaterThan(10);
    const changes = /^(create|rm|remove|start|stop|restart|enable|disable|pull|load|set|write|init|reset|prune|daemon-reload|edit|install|-c)$/;
    for (const words of programs) {
      expect(['sh', 'bash', 'sudo', 'python3', 'tee']).not.toContain(words[0]);
      expect(
        // `stat -c` is how it prints.
        words.filter((w) => changes.test(w) && !(words[0] === 'stat' && w === '-c')),
        words.join(' '),
      ).toEqual([]);
    }
  });

  test('shrinks to what one rule wants', async () => {
    const { out, status } = await pretrip(['plan', '--select', 'k3s.rootless.sysctl.ip-forward']);
    expect(status).toBe(0);
    expect(out.split('\n').length).toBeLessThan(lines.length / 10);
    expect(out).toMatch(/^read \/proc\/sys\/net\/ipv4\/ip_forward$/m);
    expect(out).not.toMatch(/^run {2}podman/m);
  });

  test('with --account names what a scan looks up for it, whatever rules are chosen', async () => {
    const without = await pretrip(['plan', '--select', 'host.os.supported']);
    const named = await pretrip(['plan', '--select', 'host.os.supported', '--account', 'driver', '-v']);
    expect([without.status, named.status]).toEqual([0, 0]);
    expect(without.out).not.toContain('/etc/nsswitch.conf');
    expect(named.out).toMatch(/^read \/etc\/nsswitch\.conf\n +--account$/m);
    expect(named.out).toMatch(/^run {2}getent passwd \*/m);
  });

  // Node itself refuses every file outside the package, every program and every socket.
  test('touches nothing', async () => {
    const bin = join(packageRoot, 'bin', 'pretrip.js');
    const fenced = await execa(process.execPath, ['--permission', `--allow-fs-read=${packageRoot}`, bin, 'plan'], { reject: false, env: { NO_COLOR: '1' } });
    expect(fenced.exitCode, fenced.stderr).toBe(0);
    expect(fenced.stdout).toBe(printed);
  });

  test('names an unknown rule', async () => {
    const { status, err } = await pretrip(['plan', '--select', 'k3s.rootless.sysctl.ip-foward']);
    expect(status).toBe(2);
    expect(err).toMatch(/did you mean "k3s\.rootless\.sysctl\.ip-forward"\?/);
  });
});
