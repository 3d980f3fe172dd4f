/** Walks and lists of packages by the capture script: what the target `local` answers, under every shell, as root and not. */
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, chownSync, copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { packageRoot } from '../../../src/cli/paths.ts';
import { answerFrom, parseRaw, type Raw } from '../../../src/collect/script/raw.ts';
import { captureScript } from '../../../src/collect/script/render.ts';
import { rootDirectory } from '../../../src/collect/targets/root-directory.ts';
import type { Answer, AnyAnswer, Ask } from '../../../src/facts/ask.ts';
import { accountTraces } from '../../../src/facts/host/accounts.ts';
import { walkedNames } from '../../../src/facts/host/walked-names.ts';
import { capabilityNames } from '../../../src/facts/text/file-capabilities.ts';
import type { Walk } from '../../../src/facts/walk.ts';
import { isThere, type OracleName, oracle } from '../../oracles.ts';

const shells: readonly (readonly [OracleName, ...string[]])[] = [['dash'], ['bash'], ['busybox', 'ash']];
const nonce = 'testnonce0123456';
const key = `-----BEGIN PRIVATE KEY-----\n${'MIIEvQIBADANBgkqhkiG9w0B'.repeat(2)}\n-----END PRIVATE KEY-----\n`;

let base = '';
let world = '';
beforeAll(() => {
  base = mkdtempSync(join(tmpdir(), 'pretrip-walks-'));
  chmodSync(base, 0o755);
  world = join(base, 'world');
  const put = (path: string, content: string | Buffer, mode = 0o644): void => {
    mkdirSync(dirname(join(world, path)), { recursive: true });
    writeFileSync(join(world, path), content);
    chmodSync(join(world, path), mode);
  };
  put('usr/bin/su', 'x', 0o4755);
  put('usr/bin/wall', 'x', 0o2755);
  put('usr/bin/gdb', 'x', 0o755);
  put('etc/open', 'x', 0o666);
  put('etc/empty', '');
  put('etc/with space', 'x', 0o602);
  put("etc/quo'te", 'x', 0o602);
  put('etc/dol$lar`x`\\n"', 'x', 0o602);
  put('etc/-dash', 'x', 0o602);
  put('etc/ümlaut', 'x', 0o602);
  put('etc/esc\u001b[31mred', 'x', 0o602);
  put('etc/ssl/private/a.key', key, 0o600);
  put('etc/ssl/key with space', `\n\n${key}`, 0o644);
  put('etc/late.key', `${'# a line\n'.repeat(3000)}${key}`);
  put('etc/huge-late.key', `${'# a line\n'.repeat(40_000)}${key}`);
  put('etc/huge-early.key', `${key}${'# a line\n'.repeat(40_000)}`);
  put('etc/binary-late', Buffer.concat([Buffer.alloc(5000), Buffer.from(`\n${key}`)]));
  put('etc/binary-early', Buffer.concat([Buffer.from('a\0b\n'), Buffer.from(key), Buffer.alloc(5000)]));
  put('etc/unended.key', key.trimEnd());
  put('root/.kube/config', `kind: Config\nusers:\n- user:\n    token: abcdefghij\n    client-key-data: ${'A'.repeat(40)}\n`, 0o600);
  put('root/.docker/config.json', '{"auths":{"r":{"auth":"YTpiYw=="}}}', 0o600);
  put('root/.bash_history', 'ls\n', 0o600);
  put('closed/inside', key);
  put('var/lib/containers/storage/overlay/x/diff/bin/su', 'x', 0o4755);
  put('many/a', 'x');
  for (let n = 0; n < 700; n++) put(`many/f${n}`, n % 2 === 0 ? 'x\n' : key, 0o644);
  mkdirSync(join(world, 'tmp'));
  chmodSync(join(world, 'tmp'), 0o1777);
  mkdirSync(join(world, 'drop'));
  chmodSync(join(world, 'drop'), 0o777);
  symlinkSync('.', join(world, 'ring'));
  symlinkSync('../../usr/bin/gcc-12', join(world, 'usr/bin/gcc'));
  symlinkSync('nowhere with space', join(world, 'usr/bin/strace'));
  execFileSync('mkfifo', ['-m', '666', join(world, 'etc/fifo')]);
  if (isThere('root')) {
    chownSync(join(world, 'etc/open'), 1234, 4321);
    execFileSync('mknod', ['-m', '666', join(world, 'etc/device'), 'c', '1', '3']);
  }
  chmodSync(join(world, 'closed'), 0o700);
});
afterAll(() => rmSync(base, { recursive: true, force: true }));

const captured = (argv: readonly string[], asks: readonly Ask[], before = ''): Raw => {
  const script = captureScript([], { nonce, tool: '0', files: [], traces: accountTraces, asks });
  const [file, ...rest] = argv as [string, ...string[]];
  const ran = spawnSync(file, rest, { input: before + script, maxBuffer: 64 * 1024 * 1024, env: { PATH: process.env.PATH ?? '', HOME: '/root' } });
  return parseRaw(ran.stdout, nonce);
};

function locally(asks: readonly Ask[], nobody: boolean): AnyAnswer[] {
  const helper = join(packageRoot, 'test/collect/script/answer-locally.ts');
  const argv = nobody ? ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', process.execPath, helper] : [process.execPath, helper];
  const ran = spawnSync(argv[0] as string, argv.slice(1), { input: JSON.stringify(asks), maxBuffer: 64 * 1024 * 1024, encoding: 'utf8' });
  return JSON.parse(ran.stdout) as AnyAnswer[];
}

const walkOf = (answer: AnyAnswer | undefined): Walk => {
  if (answer?.is !== 'got') throw new Error(JSON.stringify(answer));
  return (answer as Extract<Answer<Walk>, { is: 'got' }>).value;
};

for (const words of shells)
  describe(`under ${words.join(' ')}`, oracle(words[0]), () => {
    for (const nobody of [false, true])
      test(`a walk is that of local (as nobody: ${nobody})`, nobody ? oracle('root', 'setpriv') : {}, () => {
        const ask: Ask = { do: 'walk', top: world, names: walkedNames };
        const argv = nobody ? ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', ...words] : words;
        const raw = captured(argv, [ask]);
        expect(raw.problem).toBeUndefined();
        const told = walkOf(answerFrom(raw.answers, ask));
        expect(told).toEqual(walkOf(locally([ask], nobody)[0]));
        expect(told.found.filter((f) => f.holds).length).toBeGreaterThan(350);
        expect(told.leftOutInAll).toEqual(nobody ? { store: 1, denied: 1 } : { store: 1 });
      });

    test('names that hold a line break are left out, and forge nothing', () => {
      const top = join(base, `lines-${words.join('-')}`);
      mkdirSync(join(top, 'a\nf 89ed 0 0 1 1 1 /forged'), { recursive: true });
      writeFileSync(join(top, 'a\nf 89ed 0 0 1 1 1 /forged/x'), key);
      writeFileSync(join(top, 'b\n'), key, { mode: 0o666 });
      writeFileSync(join(top, 'c'), key);
      const ask: Ask = { do: 'walk', top, names: [] };
      const told = walkOf(answerFrom(captured(words, [ask]).answers, ask));
      expect(told.found.map((f) => f.path)).toEqual([join(top, 'c')]);
      expect(told.leftOutInAll).toEqual({ name: 2 });
      expect(told.leftOut[0]).toEqual({ path: top, why: 'name' });
    });

    test('what is no directory', () => {
      const asks: Ask[] = ['missing', 'etc/open', 'ring'].map((name) => ({ do: 'walk', top: join(world, name), names: ['gdb'] }));
      const raw = captured(words, asks);
      const bare = (answers: readonly (AnyAnswer | undefined)[]): unknown =>
        answers.map((a) => (a?.is === 'blocked' ? a.why : a?.is === 'got' ? walkOf(a).inodes : a?.is));
      expect(bare(asks.map((ask) => answerFrom(raw.answers, ask)))).toEqual(bare(locally(asks, false)));
    });

    test('packages are those of local', () => {
      const asks: Ask[] = ['dpkg', 'rpm'].map((of) => ({ do: 'packages', of }));
      const raw = captured(words, asks);
      expect(asks.map((ask) => answerFrom(raw.answers, ask))).toEqual(locally(asks, false));
    });
  });

for (const words of shells)
  test(`file capabilities are those of local, under ${words.join(' ')}`, oracle('setcap', words[0]), () => {
    const top = join(base, `capable-${words.join('-')}`);
    mkdirSync(join(top, 'a b'), { recursive: true });
    for (const [name, mode] of [
      ['ping', 0o755],
      ['a b/c d', 0o711],
      ['data', 0o644],
      ['plain', 0o755],
      ['set', 0o4755],
    ] as const) {
      copyFileSync('/bin/true', join(top, name));
      chmodSync(join(top, name), mode);
    }
    for (const [text, name] of [
      ['cap_net_raw=ep', 'ping'],
      ['cap_net_raw=p cap_sys_admin=i', 'a b/c d'],
      ['cap_chown=ep', 'data'],
      ['=ep', 'set'],
    ] as const)
      execFileSync('setcap', [text, join(top, name)]);
    const ask: Ask = { do: 'walk', top, names: [] };
    const told = walkOf(answerFrom(captured(words, [ask]).answers, ask));
    expect(told).toEqual(walkOf(locally([ask], false)[0]));
    expect(told.capabilities).toBe('told');
    expect(told.found.map((f) => [f.path.slice(top.length + 1), capabilityNames(f.capabilities ?? '')])).toEqual([
      ['a b/c d', ['cap_net_raw', 'cap_sys_admin']],
      ['ping', ['cap_net_raw']],
      ['set', ['all']],
    ]);
  });

test('in a chroot with nothing but BusyBox', oracle('busybox in a chroot'), async () => {
  const jail = join(base, 'jail');
  for (const dir of ['bin', 'etc', 'tmp', 'dev', 'var/lib/dpkg', 'root/.ssh']) mkdirSync(join(jail, dir), { recursive: true });
  copyFileSync('/usr/bin/busybox', join(jail, 'bin/busybox'));
  execFileSync('mknod', ['-m', '666', join(jail, 'dev/null'), 'c', '1', '3']);
  const applets =
    'sh stat readlink head wc cat mkdir rm id uname date awk timeout ls env true tr find xargs grep dd sed sleep mkfifo tee cksum sha256sum'.split(' ');
  for (const applet of applets) symlinkSync('busybox', join(jail, 'bin', applet));
  writeFileSync(join(jail, 'etc/passwd'), 'root:x:0:0::/root:/bin/sh\n');
  writeFileSync(join(jail, 'root/.ssh/id_rsa'), key);
  writeFileSync(join(jail, 'etc/nul.key'), `a\0\n${key}`);
  writeFileSync(join(jail, 'var/lib/dpkg/status'), 'Package: a\nStatus: install ok installed\nArchitecture: all\nVersion: 1:2-3\nDescription: x\n y\n .\n');
  const asks: Ask[] = [
    { do: 'walk', top: '/', names: ['id_rsa', 'sh'] },
    { do: 'packages', of: 'dpkg' },
    { do: 'packages', of: 'rpm' },
  ];
  const inJail = (): readonly AnyAnswer[] => {
    const raw = captured(['chroot', jail, '/bin/sh'], asks);
    expect(raw.problem).toBeUndefined();
    return asks.map((ask) => answerFrom(raw.answers, ask) as AnyAnswer);
  };
  const [walk, dpkg, rpm] = inJail();
  const [wanted] = await rootDirectory(jail).answer(asks.slice(0, 1));
  const bare = (w: Walk): unknown => w.found.map(({ path, mode, target, holds }) => ({ path, mode, target, holds }));
  expect(bare(walkOf(walk))).toEqual(bare(walkOf(wanted)));
  expect(walkOf(walk).capabilities).toBe('none');
  expect(
    walkOf(walk)
      .found.filter((f) => f.holds)
      .map((f) => f.path),
  ).toEqual(['/etc/nul.key', '/root/.ssh/id_rsa']);
  expect(dpkg).toEqual({ is: 'got', value: { packages: [{ name: 'a', epoch: '1', version: '2', release: '3', arch: 'all' }] } });
  expect(rpm).toEqual({ is: 'absent' });
  // What cannot be done is told, never an empty list.
  const without = (program: string): readonly AnyAnswer[] => {
    const raw = captured(['chroot', jail, '/bin/sh'], asks, `${program}() { return 127; }\n`);
    return asks.map((ask) => answerFrom(raw.answers, ask) as AnyAnswer);
  };
  expect(walkOf(without('xargs')[0]).unread).toMatchObject({ count: 5, first: ['/bin/busybox', '/etc/nul.key', '/etc/passwd'] });
  mkdirSync(join(jail, 'var/lib/rpm'));
  writeFileSync(join(jail, 'var/lib/rpm/rpmdb.sqlite'), 'x');
  // BusyBox has an rpm of its own, which lists nothing.
  expect(without('stat').map((a) => a.is === 'blocked' && a.why)).toEqual(['unsupported', false, 'failed']);
});
