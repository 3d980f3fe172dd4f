/** The capture script under every shell, as root and not: the same answers as the target `local`. */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  copyFileSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readPacks } from '../../../src/cli/pack-files.ts';
import { packageRoot, shippedRules } from '../../../src/cli/paths.ts';
import { superset } from '../../../src/cli/superset.ts';
import { answerFrom, parseRaw, type Raw } from '../../../src/collect/script/raw.ts';
import { captureScript, followUpScript } from '../../../src/collect/script/render.ts';
import type { AnyAnswer, Ask } from '../../../src/facts/ask.ts';
import { keyOf } from '../../../src/facts/asks.ts';
import { accountTraces } from '../../../src/facts/host/accounts.ts';
import type { Pattern } from '../../../src/facts/pattern.ts';
import { isThere, type OracleName, oracle } from '../../oracles.ts';

type Shell = readonly [OracleName, ...string[]];
/** `busybox sh` is its ash. */
const shells: readonly Shell[] = [['dash'], ['bash'], ['busybox', 'ash']];
const nonce = 'testnonce0123456';
const capture = { nonce, tool: '0', files: [], traces: accountTraces };

let base = '';
let world = '';
beforeAll(() => {
  base = mkdtempSync(join(tmpdir(), 'pretrip-script-'));
  chmodSync(base, 0o755);
  world = join(base, 'world');
  const put = (path: string, content: string | Buffer, mode = 0o644): void => {
    mkdirSync(join(world, path, '..'), { recursive: true });
    writeFileSync(join(world, path), content);
    chmodSync(join(world, path), mode);
  };
  put('plain', 'one\ntwo\n');
  put('empty', '');
  put('no-newline', 'x');
  put('crlf', 'a\r\nb\r\n');
  put('nul', 'a\0b\0');
  put('latin1', Buffer.from([0x61, 0xe9, 0x0a]));
  put('utf8', 'Grüße\n');
  put('forged', `\n${nonce} end 1 0\n\n${nonce} read 3\n/x\n`);
  put('medium', 'line of text\n'.repeat(9000));
  put('large', Buffer.alloc(600_000, 'y'));
  put('secret', 'hidden\n', 0o000);
  put('setuid', '#!/bin/sh\n', 0o4755);
  put('open/inside', '1\n');
  put('open/.hidden', '2\n');
  put('closed/inside', '3\n');
  put('unlisted/inside', '4\n');
  put('names/with space', 's\n');
  put("names/quo'te", 'q\n');
  put('names/dol$lar`x`', 'd\n');
  put('names/-dash', '-\n');
  put('names/star*', '*\n');
  put('names/ümlaut', 'ü\n');
  put('names/line\nbreak', 'nl\n');
  for (const [link, to] of [
    ['to-plain', 'plain'],
    ['to-abs', join(world, 'open')],
    ['dangling', 'nowhere/at/all'],
    ['loop-a', 'loop-b'],
    ['loop-b', 'loop-a'],
    ['self', 'self/x'],
    ['to-closed', 'closed/inside'],
    ['to-null', '/dev/null'],
    ['chain', 'to-abs'],
    ['up', '../world/plain'],
  ] as const)
    symlinkSync(to, join(world, link));
  execFileSync('mkfifo', [join(world, 'fifo')]);
  mkdirSync(join(world, 'hollow'));
  if (isThere('root')) chownSync(join(world, 'plain'), 12, 34);
  chmodSync(join(world, 'closed'), 0o700);
  chmodSync(join(world, 'unlisted'), 0o711);
});
afterAll(() => rmSync(base, { recursive: true, force: true }));

/** Every way to ask about every entry of the world, and about what is not there. */
function asksAbout(dir: string): Ask[] {
  const paths: string[] = [];
  const walk = (at: string): void => {
    paths.push(at);
    if (lstatSync(at).isDirectory()) for (const name of readdirSync(at)) walk(join(at, name));
  };
  walk(dir);
  const missing = [
    'missing',
    'missing/deep/er',
    'plain/below',
    'closed/missing',
    'dangling/x',
    'loop-a/x',
    'to-abs/inside',
    'to-abs/missing',
    'unlisted/missing',
  ].map((p) => join(dir, p));
  return [...paths, ...missing].filter((p) => !p.includes('\n')).flatMap((path) => (['stat', 'read', 'list'] as const).map((sort) => ({ do: sort, path })));
}

const patternsOf = (asks: readonly Ask[]): Pattern[] =>
  asks.flatMap((a) => ('path' in a && a.do !== 'get' && !a.path.includes('*') ? [{ do: a.do, path: a.path }] : []));

function runIn(argv: readonly string[], script: string): Raw {
  const [file, ...args] = argv as [string, ...string[]];
  const ran = spawnSync(file, args, {
    input: script,
    maxBuffer: 64 * 1024 * 1024,
    env: { PATH: process.env.PATH ?? '', HOME: '/root', PRETRIP_TEST: 'Grüße\nzwei' },
  });
  return parseRaw(ran.stdout, nonce);
}

/** The words of refusals and times of reading differ. */
function plain(answer: AnyAnswer | undefined): unknown {
  return answer?.is === 'blocked'
    ? { is: 'blocked', why: answer.why }
    : answer?.is === 'got' && typeof answer.value === 'object' && 'real' in answer.value && answer.value.real?.is === 'blocked'
      ? { ...answer.value, real: { why: answer.value.real.why } }
      : answer;
}

function locally(asks: readonly Ask[], nobody: boolean): AnyAnswer[] {
  const helper = join(packageRoot, 'test/collect/script/answer-locally.ts');
  const argv = nobody ? ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', process.execPath, helper] : [process.execPath, helper];
  const ran = spawnSync(argv[0] as string, argv.slice(1), { input: JSON.stringify(asks), maxBuffer: 64 * 1024 * 1024, encoding: 'utf8' });
  return JSON.parse(ran.stdout) as AnyAnswer[];
}

for (const words of shells)
  describe(`under ${words.join(' ')}`, oracle(words[0]), () => {
    for (const nobody of [false, true])
      test(`answers as local does (as nobody: ${nobody})`, nobody ? oracle('root', 'setpriv') : {}, () => {
        const asks = asksAbout(world).filter((a) => !('path' in a && a.path.endsWith('/large')));
        const raw = runIn(
          [...(nobody ? ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'] : []), ...words],
          captureScript(patternsOf(asks), capture),
        );
        expect(raw.problem).toBeUndefined();
        expect(raw.host?.user.uid).toBe(nobody ? 65534 : process.getuid?.());
        const truth = locally(asks, nobody);
        const wrong = asks.flatMap((ask, at) => {
          if ('path' in ask && ask.path.includes('*')) return [];
          const told = plain(answerFrom(raw.answers, ask));
          return JSON.stringify(told) === JSON.stringify(plain(truth[at]))
            ? []
            : [`${keyOf(ask)}: ${JSON.stringify(told)?.slice(0, 200)} instead of ${JSON.stringify(plain(truth[at]))?.slice(0, 200)}`];
        });
        expect(wrong).toEqual([]);
        expect(asks.length).toBeGreaterThan(100);
      });

    test('large files are left out at first and brought when they are asked for', () => {
      const large = { do: 'read', path: join(world, 'large') } as const;
      const first = runIn(words, captureScript([large], capture));
      expect(first.answers.get(keyOf(large))).toMatchObject({ is: 'blocked', why: 'too-large' });
      const [file, ...args] = words;
      const asks: Ask[] = [
        large,
        { do: 'stat', path: join(world, 'names/star*') },
        { do: 'run', argv: ['printf', '%s|%s', "it's", 'a\nb'] },
        { do: 'run', argv: ['sh', '-c', 'echo out; echo err >&2; exit 3'] },
        { do: 'run', argv: ['no-such-program'] },
        { do: 'env', name: 'PRETRIP_TEST' },
        { do: 'env', name: 'PRETRIP_NONE' },
      ];
      const ran = spawnSync(file, args, {
        input: captureScript([], { ...capture, nonce: 'another0nonce' }) + followUpScript(asks, nonce),
        maxBuffer: 64 * 1024 * 1024,
        env: { PATH: process.env.PATH ?? '', PRETRIP_TEST: 'Grüße\nzwei' },
      });
      const second = parseRaw(ran.stdout.subarray(ran.stdout.indexOf(`\npretrip-raw/2 ${nonce}`)), nonce);
      expect(second.problem).toBeUndefined();
      expect(second.answers.get(keyOf(large))).toMatchObject({ is: 'got', value: { text: 'y'.repeat(600_000) } });
      expect(second.answers.get(keyOf(asks[1] as Ask))).toMatchObject({ is: 'got', value: { type: 'file' } });
      expect(asks.slice(2).map((a) => second.answers.get(keyOf(a)))).toEqual([
        { is: 'got', value: { exit: 0, stdout: "it's|a\nb", stderr: '' } },
        { is: 'got', value: { exit: 3, stdout: 'out\n', stderr: 'err\n' } },
        { is: 'absent' },
        { is: 'got', value: 'Grüße\nzwei' },
        { is: 'absent' },
      ]);
    });

    test('wildcards, trees and names in listed directories', () => {
      const raw = runIn(
        words,
        captureScript(
          [
            { do: 'list', path: `${world}/names` },
            { do: 'read', path: `${world}/names/*` },
            { do: 'read', path: `${world}/names/gone` },
            { do: 'read', path: `${world}/open/**` },
          ],
          capture,
        ),
      );
      const texts = [...raw.answers]
        .filter(([k]) => k.startsWith('read '))
        .map(([k, a]) => `${k.slice(6 + world.length)} ${a.is === 'got' ? (a.value as { text: string }).text.trim() : a.is}`);
      expect(texts.sort()).toEqual([
        'names/-dash -',
        'names/dol$lar`x` d',
        "names/quo'te q",
        'names/star* *',
        'names/with space s',
        'names/ümlaut ü',
        'open/inside 1',
      ]);
      expect(answerFrom(raw.answers, { do: 'read', path: `${world}/names/gone` })).toEqual({ is: 'absent' });
    });

    test('what is wanted only where other files are', () => {
      const wanted = (marker: string): unknown =>
        runIn(words, captureScript([{ do: 'read', path: `${world}/open/*`, ifThere: [[`${world}/names/*`], [marker]] }], capture)).answers.get(
          `read ${world}/open/inside`,
        );
      expect(wanted(`${world}/names/quo*`)).toMatchObject({ is: 'got' });
      expect(wanted(`${world}/names/none*`)).toBeUndefined();
    });

    test('files that are copied one by one among more than one batch', () => {
      const many = mkdtempSync(join(base, 'many-'));
      const nameOf = (n: number): string => join(many, `f${String(n).padStart(3, '0')}`);
      // Bytes that are no text are not for awk; those around them are.
      for (let n = 0; n < 500; n++) writeFileSync(nameOf(n), n % 100 === 7 ? Buffer.from([0, 255, n % 256]) : `${n}\n`);
      const raw = runIn(
        words,
        captureScript(
          [
            { do: 'list', path: many },
            { do: 'read', path: `${many}/*` },
          ],
          capture,
        ),
      );
      const wrong = Array.from({ length: 500 }, (_, n) => n).filter((n) => {
        const answer = raw.answers.get(`read ${nameOf(n)}`);
        const content = answer?.is === 'got' ? (answer.value as { text: string; binary?: boolean }) : undefined;
        const bytes = Buffer.from(content?.text ?? '', content?.binary ? 'base64' : 'utf8');
        return !bytes.equals(readFileSync(nameOf(n)));
      });
      expect(wrong).toEqual([]);
    });

    test('a process that ends or turns into another meanwhile is told of as one', () => {
      const own = mkdtempSync(join(base, 'processes-'));
      const [fleeting, stop] = [join(own, 'fleeting'), join(own, 'stop')];
      copyFileSync('/bin/sleep', fleeting);
      const busy = spawn('sh', ['-c', `until [ -e ${stop} ]; do ${fleeting} 0.01 & ${fleeting} 0.03 & (exec ${fleeting} 0.02) & wait; done`], {
        stdio: 'ignore',
      });
      try {
        const patterns: Pattern[] = [
          { do: 'list', path: '/proc' },
          { do: 'read', path: '/proc/*/comm' },
          ...(['cmdline', 'cgroup'] as const).map((file): Pattern => ({ do: 'read', path: `/proc/*/${file}`, process: 'fleeting' })),
          { do: 'stat', path: '/proc/*', process: 'fleeting' },
        ];
        const script = captureScript(patterns, capture);
        let seen = 0;
        for (let round = 0; round < 4; round++) {
          const raw = runIn(words, script);
          const names = [...raw.answers].filter(
            ([key, a]) => /^read .*\/comm$/.test(key) && a.is === 'got' && (a.value as { text: string }).text === 'fleeting\n',
          );
          const asks = names.flatMap(([key]): Ask[] => {
            const at = key.slice('read '.length, -'/comm'.length);
            return [
              { do: 'read', path: `${at}/cmdline` },
              { do: 'read', path: `${at}/cgroup` },
              { do: 'stat', path: at },
            ];
          });
          expect(asks.filter((ask) => answerFrom(raw.answers, ask) === undefined)).toEqual([]);
          seen += names.length;
        }
        expect(seen).toBeGreaterThan(0);
      } finally {
        writeFileSync(stop, '');
        busy.kill();
      }
    }, 60_000);

    test('looks where the paths lead that unit files name, and spells no other value out', () => {
      const units = mkdtempSync(join(base, 'units-'));
      writeFileSync(
        join(units, 'a.container'),
        [
          '[Container]',
          `Volume=${world}/to-abs/inside:/data:ro`,
          `Volume = "${world}/names/with space":/x`,
          `Mount=type=bind,source=${world}/loop-a/../plain,destination=/y`,
          'Volume=%h/.profile-of-nobody:/z',
          `Volume=${world}/star*:/s`,
          'Environment=TOKEN=/s3cr3t/of/mine',
          `Environment=A=1 "DATA=${world}/names" B=/nor/this`,
          'Volume=${DATA}/-dash:/d',
          'Volume=${UNKNOWN}/x:/u',
          'NotVolume=/not/this',
          '# Volume=/nor/that',
          `Rootfs=${world}/missing`,
        ].join('\n'),
      );
      writeFileSync(join(units, 'b.container'), 'Timezone=inside\n Timezone = "gone/far"\nTimezoneOf=nothing\n');
      writeFileSync(join(units, 'large.container'), `Volume=/too/large\n${'#\n'.repeat(40_000)}`);
      const script = captureScript(
        [
          { do: 'stat', named: 'what these keys name', namedIn: { files: [`${units}/*`], keys: ['Volume', 'Mount', 'Rootfs'] } },
          { do: 'stat', named: 'zones', namedIn: { files: [`${units}/*`], keys: ['Timezone'], below: [`${world}/open`, `${world}/none`] } },
        ],
        capture,
      );
      const [file, ...args] = words;
      const { stdout } = spawnSync(file, args, { input: script, maxBuffer: 64 * 1024 * 1024 });
      const raw = parseRaw(stdout, nonce);
      expect(raw.problem).toBeUndefined();
      expect(raw.answers.get(`stat ${world}/open/inside`)).toMatchObject({ is: 'got', value: { type: 'file' } });
      expect(raw.answers.get(`stat ${world}/none/gone/far`)).toEqual({ is: 'absent' });
      expect([...raw.answers.keys()].filter((key) => key.endsWith('/nothing'))).toEqual([]);
      expect(raw.answers.get(`stat ${world}/to-abs`)).toMatchObject({
        is: 'got',
        value: { type: 'link', real: { is: 'got', value: { path: join(world, 'open') } } },
      });
      expect(raw.answers.get(`stat ${world}/to-abs/inside`)).toMatchObject({ is: 'got', value: { type: 'file' } });
      expect(raw.answers.get(`stat ${world}`)).toMatchObject({ is: 'got', value: { type: 'directory' } });
      expect(raw.answers.get(`stat ${world}/loop-a`)).toMatchObject({ is: 'got', value: { type: 'link', real: { is: 'blocked' } } });
      expect(raw.answers.get(`stat ${world}/plain`)).toMatchObject({ is: 'got' });
      expect(raw.answers.get('stat /root/.profile-of-nobody')).toEqual({ is: 'absent' });
      expect(raw.answers.get(`stat ${world}/missing`)).toEqual({ is: 'absent' });
      expect(raw.answers.get(`stat ${world}/star*`)).toEqual({ is: 'absent' });
      expect(raw.answers.get(`stat ${world}/names/-dash`)).toMatchObject({ is: 'got', value: { type: 'file' } });
      expect(stdout.toString()).not.toMatch(/s3cr3t|\/not|\/nor|\/too/);
    });

    test('leaves nothing behind', () => {
      const traces = (): string[] => ['/dev/shm', '/run', '/tmp'].filter((d) => existsSync(d)).flatMap((d) => readdirSync(d).filter((n) => n.includes(nonce)));
      runIn(words, captureScript(patternsOf(asksAbout(world)), capture));
      expect(traces()).toEqual([]);
    });
  });
/** All that the shipped rules may touch, but the programs. */
function shippedPatterns(): Pattern[] {
  const { pack } = readPacks([shippedRules]);
  return superset(pack, { byName: true, wants: () => true, params: [] }, true);
}

/** The same with the world in place of the root file system. */
const walkingTheWorld = (patterns: readonly Pattern[]): Pattern[] =>
  patterns.map((p) => (p.do === 'walk' ? { ...p, top: p.top === '/' ? world : '/none' } : p));

test('the script for all shipped rules is whole, private in size, and its output is below 1 MB', () => {
  // What a walk brings has bounds of its own (walk.test.ts), and follows from what lies about on this machine.
  const script = captureScript(walkingTheWorld(shippedPatterns()), { ...capture, seconds: 3 });
  for (const [file, ...args] of shells.filter(([name]) => isThere(name)))
    expect(spawnSync(file, [...args, '-n'], { input: script }).stderr.toString()).toBe('');
  const ran = spawnSync('sh', [], { input: script, maxBuffer: 64 * 1024 * 1024 });
  expect(parseRaw(ran.stdout, nonce)).toMatchObject({ complete: true });
  expect(ran.stdout.length).toBeLessThan(1_000_000);
}, 60_000);

test('a script cut anywhere does nothing', () => {
  const script = captureScript([{ do: 'stat', path: '/' }], capture);
  for (const part of [0.1, 0.5, 0.9, 0.99])
    expect(spawnSync('sh', [], { input: script.slice(0, Math.floor(script.length * part)) }).stdout.toString()).toBe('');
});

test('in a chroot with nothing but BusyBox', oracle('busybox in a chroot'), () => {
  const jail = join(base, 'jail');
  for (const dir of ['bin', 'etc', 'tmp', 'root']) mkdirSync(join(jail, dir), { recursive: true });
  copyFileSync('/usr/bin/busybox', join(jail, 'bin/busybox'));
  mkdirSync(join(jail, 'dev'));
  execFileSync('mknod', ['-m', '666', join(jail, 'dev/null'), 'c', '1', '3']);
  for (const applet of ['sh', 'tr', 'stat', 'readlink', 'head', 'wc', 'cat', 'mkdir', 'rm', 'id', 'uname', 'date', 'awk', 'timeout', 'ls', 'env', 'true'])
    symlinkSync('busybox', join(jail, 'bin', applet));
  writeFileSync(join(jail, 'etc/passwd'), 'root:x:0:0::/root:/bin/sh\nalice:x:1000:1000::/home/alice:/bin/sh');
  writeFileSync(join(jail, 'etc/motd'), 'hello');
  symlinkSync('motd', join(jail, 'etc/link'));
  const raw = runIn(
    ['chroot', jail, '/bin/sh'],
    captureScript(
      [
        { do: 'read', path: '/etc/motd' },
        { do: 'stat', path: '/etc/link' },
        { do: 'list', path: '/etc' },
        { do: 'stat', path: '~/.config' },
        { do: 'run', argv: ['podman', '--version'] },
        { do: 'get', socket: '/run/x.sock', path: '/_ping' },
      ],
      capture,
    ),
  );
  expect(raw.problem).toBeUndefined();
  expect(raw.answers.get('read /etc/motd')).toEqual({ is: 'got', value: { text: 'hello' } });
  expect(raw.answers.get('stat /etc/link')).toMatchObject({
    is: 'got',
    value: { type: 'link', target: 'motd', real: { is: 'got', value: { path: '/etc/motd', type: 'file', size: 5 } } },
  });
  expect(raw.answers.get('list /etc')).toEqual({ is: 'got', value: ['link', 'motd', 'passwd'] });
  expect(raw.answers.get('stat /home/alice/.config')).toEqual({ is: 'absent' });
  expect(raw.answers.get('run ["podman","--version"]')).toEqual({ is: 'absent' });
  expect(raw.answers.get('get /run/x.sock /_ping')).toEqual({ is: 'absent' });
  // And with less: neither stat nor awk, timeout or head.
  for (const applet of ['stat', 'awk', 'timeout', 'head']) rmSync(join(jail, 'bin', applet));
  symlinkSync('busybox', join(jail, 'bin', 'sleep'));
  const less = runIn(
    ['chroot', jail, '/bin/busybox', 'sh'],
    captureScript(
      [
        { do: 'read', path: '/etc/motd' },
        { do: 'stat', path: '/etc/motd' },
      ],
      capture,
    ),
  );
  expect(less.problem).toBeUndefined();
  expect(less.answers.get('read /etc/motd')).toEqual({ is: 'got', value: { text: 'hello' } });
  expect(less.answers.get('stat /etc/motd')?.is).not.toBe('absent');
  expect(readdirSync(join(jail, 'tmp'))).toEqual([]);
});

test('opens nothing for writing outside its private directory', oracle('strace', 'dash'), () => {
  const log = join(base, 'strace');
  const script = captureScript(
    walkingTheWorld(shippedPatterns()).filter((p) => p.do !== 'run' && p.do !== 'get'),
    capture,
  );
  const ran = spawnSync(
    'strace',
    [
      '-f',
      '-qq',
      '-o',
      log,
      '-e',
      'trace=open,openat,creat,mkdir,mkdirat,rename,renameat,renameat2,unlink,unlinkat,rmdir,link,linkat,symlink,symlinkat,chmod,fchmodat,chown,fchownat,truncate,mknod,mknodat,connect',
      'dash',
    ],
    { input: script, maxBuffer: 64 * 1024 * 1024 },
  );
  expect(parseRaw(ran.stdout, nonce).complete).toBe(true);
  const lines = execFileSync('cat', [log], { encoding: 'utf8', maxBuffer: 256 * 1024 * 1024 }).split('\n');
  const opened = lines.filter((l) => /\bopen(?:at)?\(|creat\(/.test(l));
  const writing = lines.filter((l) => (/O_WRONLY|O_RDWR|O_CREAT/.test(l) || !/\bopen(?:at)?\(/.test(l)) && /"/.test(l) && !/"\/dev\/null"/.test(l));
  const outside = writing.filter((l) => !l.includes(`pretrip.`) || !l.includes(nonce)).filter((l) => !/= -1 |AF_UNIX.*nscd/.test(l));
  expect(opened.length).toBeGreaterThan(200);
  expect(writing.length).toBeGreaterThan(3);
  expect(outside.filter((l) => !/unlinkat\(\d+/.test(l))).toEqual([]);
});
