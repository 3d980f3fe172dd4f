/** Secrets of every class in every file that the shipped rules read, and in all that programs print: none leaves the host. */
import { execFileSync, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readPacks } from '../../src/cli/pack-files.ts';
import { packageRoot, shippedRules } from '../../src/cli/paths.ts';
import { superset } from '../../src/cli/superset.ts';
import { exempt, wordless } from '../../src/collect/redact/rules.ts';
import { parseRaw } from '../../src/collect/script/raw.ts';
import { captureScript } from '../../src/collect/script/render.ts';
import { accountTraces } from '../../src/facts/host/accounts.ts';
import { isTold, type Pattern } from '../../src/facts/pattern.ts';
import { plainSyntaxes, syntaxes } from '../collect/redact/secrets.ts';
import { isThere, oracle } from '../oracles.ts';
import { everyFormat } from '../report/every-format.ts';

const nonce = 'leaktest012345678';
const secrets: string[] = [];
const fresh = (): string => {
  const made = `S${randomBytes(12).toString('hex')}`;
  secrets.push(made);
  return made;
};

/** The forms in which a secret could be carried off. */
function formsOf(secret: string): string[] {
  const encoded = [0, 1, 2].map((shift) =>
    Buffer.from('x'.repeat(shift) + secret)
      .toString('base64')
      .slice(shift === 0 ? 0 : 4, -4),
  );
  return [secret, encodeURIComponent(secret), Buffer.from(secret).toString('hex'), ...encoded];
}
const leaksIn = (text: string): string[] => secrets.flatMap((s) => (formsOf(s).some((f) => text.includes(f)) ? [s] : []));

/** Every syntax with a secret of its own. */
const cocktail = (): string =>
  [...Object.values(syntaxes).map((write) => write('password', fresh())), ...Object.values(plainSyntaxes).map((write) => write(fresh()))].join('\n\n');

const json = (): string =>
  JSON.stringify(
    { auths: { 'docker.io': { auth: fresh() } }, token: fresh(), Env: [`DB_PASSWORD=${fresh()}`], proxy: `http://u:${fresh()}@p:1/`, password: [fresh()] },
    null,
    2,
  );
const yaml = (): string =>
  `token: ${fresh()}\nagent-token: "${fresh()}"\ndatastore-endpoint: postgres://k3s:${fresh()}@db:5432/k3s\nconfigs:\n  r:\n    auth:\n      password: ${fresh()}\nvpn-auth: |\n  name=x,joinKey=${fresh()}\n`;
const toml = (): string => `[engine]\nenv = ["API_KEY=${fresh()}"]\nhttp_proxy = "http://u:${fresh()}@p"\n[secrets]\npassword = '${fresh()}'\n`;

let base = '';
let jail = '';
let patterns: Pattern[] = [];
let raws: { shell: string; bytes: Buffer }[] = [];

function put(path: string, text: string, mode = 0o644): void {
  const file = join(jail, path);
  if (existsSync(file)) return;
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  chmodSync(file, mode);
}

/** A path that a pattern matches. */
const example = (path: string): string =>
  path
    .replace(/^~/, '/root')
    .replace(/^\/?\*\*\//, '/root/')
    .replaceAll('{uid}', '0')
    .replaceAll('{user}', 'root')
    .replace(/\/\*\*/g, '/sub')
    .replaceAll('*', 'x');

beforeAll(() => {
  if (!isThere('busybox in a chroot')) return;
  base = mkdtempSync(join(tmpdir(), 'pretrip-leaks-'));
  jail = join(base, 'jail');
  for (const d of ['bin', 'usr/bin', 'tmp', 'dev', 'root', 'etc']) mkdirSync(join(jail, d), { recursive: true });
  copyFileSync('/usr/bin/busybox', join(jail, 'bin/busybox'));
  const applets = 'sh tr stat readlink head wc cat mkdir rm id uname date awk timeout ls env true sleep grep nc dd sha256sum'.split(' ');
  for (const applet of applets) symlinkSync('busybox', join(jail, 'bin', applet));
  for (const [name, minor] of [
    ['null', '3'],
    ['urandom', '9'],
  ] as const)
    execFileSync('mknod', ['-m', '666', join(jail, 'dev', name), 'c', '1', minor]);
  put('/etc/passwd', `root:x:0:0::/root:/bin/sh\nalice:$6$saltsalt$${fresh()}${fresh()}:1000:1000::/home/alice:/bin/sh\n`);
  // Read with its hashes masked; one line is cut short.
  put(
    '/etc/shadow',
    `root:$6$saltsalt$${fresh()}${fresh()}:20000:0:99999:7:::\nalice:${fresh()}:20000:0:99999:7:::\nbob:!$y$j9T$${fresh()}:20000::::::\ncarol:$1$salt$${fresh()}\n`,
    0o600,
  );
  patterns = superset(readPacks([shippedRules]).pack, { byName: true, wants: () => true, params: [] }, true);
  for (const p of patterns) {
    if (!isTold(p) || p.do !== 'read' || p.process || /^\/(?:proc|sys|dev)\/|\{files\}/.test(p.path)) continue;
    const path = example(p.path);
    // Package lists, and grammars where the words mean other things.
    if (new RegExp(exempt).test(path) || new RegExp(wordless).test(path)) continue;
    try {
      put(
        path,
        /\.json$|conflist$/.test(path)
          ? json()
          : /\.ya?ml$/.test(path)
            ? yaml()
            : /\/containers\/.*\.conf/.test(path)
              ? toml()
              : /profile|\.service$/.test(path)
                ? cocktail()
                : `Environment="DB_PASSWORD=${fresh()}"\n`,
      );
    } catch (error) {
      // A directory has the name already, or a file the name of one.
      if (!/EISDIR|ENOTDIR|EEXIST/.test(String(error))) throw error;
    }
  }
  for (const path of ['/root/.docker/auth.json', '/root/.ssh/id_rsa', '/etc/containers/certs.d/x/client.key', '/root/.bash_history'])
    put(path, cocktail(), 0o600);
  for (const path of ['/run/libpod/alive', '/var/lib/containers/storage/db.sql']) put(path, '');
  const programs = [...new Set(patterns.flatMap((p) => (p.do === 'run' ? [p.argv[0] as string] : [])))].filter(
    (p) => /^[a-z0-9-]+$/.test(p) && !applets.includes(p),
  );
  put('/printed', `${cocktail()}\n${json()}\n${yaml()}`);
  // What lists names prints names: each is asked about by its name.
  const fake = '#!/bin/sh\n[ "$1 $2" != "network ls" ] || exec echo podman\ncat /printed\ncat /printed >&2\n';
  for (const name of programs) put(`/usr/bin/${name}`, fake, 0o755);
  const variables = patterns.flatMap((p) => (p.do === 'env' && /proxy|HOST/i.test(p.name) ? [`${p.name}=http://u:${fresh()}@proxy:1/`] : []));
  const script = captureScript(
    [...patterns, ...['/root/.docker/auth.json', '/root/.ssh/id_rsa'].map((path) => ({ do: 'read', path }) as const), { do: 'env', name: 'K3S_TOKEN' }],
    {
      nonce,
      tool: '0',
      files: [],
      traces: accountTraces,
    },
  );
  const env = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', K3S_TOKEN: fresh(), ...Object.fromEntries(variables.map((v) => v.split(/=(.*)/s).slice(0, 2))) };
  const captured = (): Buffer => spawnSync('chroot', [jail, '/bin/sh'], { input: script, maxBuffer: 256 * 1024 * 1024, env }).stdout;
  raws = [['busybox', 'sh']].map((shell) => {
    const bytes = captured();
    // A stream that a busy machine cut off is refused, as it is anywhere; what is looked for here needs a whole one.
    return { shell: shell.join(' '), bytes: parseRaw(bytes, nonce).problem === undefined ? bytes : captured() };
  });
}, 240_000);
afterAll(() => {
  if (base !== '') rmSync(base, { recursive: true, force: true });
});

describe('a host full of secrets', oracle('busybox in a chroot'), () => {
  test('there are many, and they are found where nothing masks them', () => {
    expect(secrets.length).toBeGreaterThan(500);
    expect(leaksIn(readFileSync(join(jail, 'printed'), 'utf8')).length).toBeGreaterThan(30);
    expect(leaksIn(Buffer.from(`ab${secrets[0]}cd`).toString('base64'))).toEqual([secrets[0]]);
  });

  test('the stream of the capture script holds none', () => {
    for (const { bytes } of raws) {
      const raw = parseRaw(bytes, nonce);
      expect(raw.problem).toBeUndefined();
      expect([...raw.answers.values()].filter((a) => JSON.stringify(a).includes('<redacted:')).length).toBeGreaterThan(50);
      expect([...raw.answers].filter(([, a]) => leaksIn(JSON.stringify(a)).length > 0).map(([k]) => k)).toEqual([]);
      expect(leaksIn(bytes.toString('latin1'))).toEqual([]);
      for (const path of ['/root/.docker/auth.json', '/root/.ssh/id_rsa'])
        expect(raw.answers.get(`read ${path}`)).toMatchObject({ is: 'blocked', why: 'redacted' });
      expect(JSON.stringify(raw.answers.get('read /etc/shadow')).match(/<redacted/g)?.length).toBe(4);
      expect(raw.answers.get('env K3S_TOKEN')).toMatchObject({ value: expect.stringMatching(/^<redacted:/) });
    }
  });

  test('neither does a scan of it, nor of the root directory, in any format, nor a snapshot, nor what is printed for debugging', () => {
    const file = join(base, 'host.raw');
    writeFileSync(file, raws[0]?.bytes ?? '');
    const run = (args: readonly string[]): string => {
      const ran = spawnSync(process.execPath, [join(packageRoot, 'bin/dev.js'), ...args], {
        encoding: 'utf8',
        maxBuffer: 256 * 1024 * 1024,
        env: { ...process.env, DEBUG: '*', NO_COLOR: '1' },
      });
      return ran.stdout + ran.stderr;
    };
    const said = [file, jail].flatMap((target) => {
      const reports = everyFormat.map(([f]) => [f, join(base, `report.${f}`)] as const);
      const printed = run(['scan', target, '-o', everyFormat[0]?.[0] ?? '', ...reports.flatMap(([f, path]) => ['-o', `${f}=${path}`])]);
      const snapshot = join(base, 'x.pretrip.jsonl');
      const captured = run(['capture', target, '-o', snapshot]);
      expect(readFileSync(snapshot, 'utf8')).toMatch(/"redacted":\d/);
      expect(readFileSync(join(base, 'report.json'), 'utf8')).toContain('"verdicts"');
      return [printed, captured, readFileSync(snapshot, 'utf8'), ...reports.map(([, path]) => readFileSync(path, 'utf8'))];
    });
    for (const text of said) {
      expect(text.length).toBeGreaterThan(0);
      expect(leaksIn(text)).toEqual([]);
    }
  }, 240_000);
});
