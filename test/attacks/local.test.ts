/** Programs, sockets and names on a live host that try to hang the inspection, or to hide from it. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { local } from '../../src/collect/targets/local.ts';
import { rootDirectory } from '../../src/collect/targets/root-directory.ts';
import type { AnyAnswer, Ask, Target } from '../../src/facts/ask.ts';

let dir = '';
const servers: Server[] = [];
const connections: Socket[] = [];
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'pretrip-attack-'));
  mkdirSync(join(dir, 'etc'));
  await serve('etc/listener', () => {});
});
afterAll(() => {
  for (const s of [...connections, ...servers]) 'destroy' in s ? s.destroy() : s.close();
  rmSync(dir, { recursive: true, force: true });
});

async function ask(target: Target, question: Ask): Promise<AnyAnswer> {
  const [answer] = await target.answer([question]);
  return answer as AnyAnswer;
}

function serve(name: string, speak: (socket: Socket) => void): Promise<string> {
  const path = join(dir, `${name}.sock`);
  const server = createServer((socket) => {
    connections.push(socket);
    socket.on('error', () => {});
    speak(socket);
  });
  servers.push(server);
  return new Promise((done) => void server.listen(path, () => done(path)));
}

const again = (socket: Socket, text: string, first = ''): void => {
  socket.write(first);
  const timer = setInterval(() => socket.write(text), 50);
  socket.on('close', () => clearInterval(timer));
};

describe('a socket that wastes time', () => {
  const hasty = local({ seconds: 1, getSeconds: 0.3 });

  test.each<[string, (socket: Socket) => void, string]>([
    ['says nothing', () => {}, 'timeout'],
    ['sends its body a byte at a time', (s) => again(s, 'x', 'HTTP/1.1 200 OK\r\nContent-Length: 99999\r\n\r\n'), 'timeout'],
    ['sends headers without end', (s) => again(s, 'X-More: 1\r\n', 'HTTP/1.1 200 OK\r\n'), 'timeout'],
    ['says "continue" without end', (s) => again(s, 'HTTP/1.1 100 Continue\r\n\r\n'), 'timeout'],
    ['changes to another protocol', (s) => void s.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: tcp\r\nConnection: Upgrade\r\n\r\n'), 'failed'],
    ['speaks no HTTP', (s) => void s.end('SSH-2.0-OpenSSH_9.9\r\n'), 'failed'],
    ['breaks off', (s) => void s.end('HTTP/1.1 200 OK\r\nLibpod-Api-Version: 5.4.2\r\nContent-Length: 99\r\n\r\nOK'), 'failed'],
  ])('%s', async (name, speak, why) => {
    const socket = await serve(name.replaceAll(/\W/g, ''), speak);
    expect(await ask(hasty, { do: 'get', socket, path: '/_ping' })).toMatchObject({ is: 'blocked', why });
  });
});

test('a program that leaves another one holding its output ends in time', async () => {
  const answer = await ask(local({ seconds: 0.5, getSeconds: 1 }), { do: 'run', argv: ['sh', '-c', 'sleep 3 & echo done'] });
  expect(answer).toMatchObject({ is: 'blocked', why: 'timeout' });
});

describe.each<[string, (root: string) => [Target, string]]>([
  ['this host', (root) => [local(), root]],
  ['a root directory', (root) => [rootDirectory(root), '']],
])('on %s', (_, at) => {
  test('a drop-in with a name that is not UTF-8 is not passed over as absent', async () => {
    mkdirSync(join(dir, 'etc/conf.d'), { recursive: true });
    writeFileSync(Buffer.concat([Buffer.from(join(dir, 'etc/conf.d/z')), Buffer.from([0xff]), Buffer.from('.conf')]), '[engine]\n');
    const [target, prefix] = at(dir);
    const listing = await ask(target, { do: 'list', path: `${prefix}/etc/conf.d` });
    const [name] = listing.is === 'got' ? (listing.value as readonly string[]) : [];
    expect(name).toMatch(/\.conf$/);
    for (const verb of ['read', 'stat'] as const)
      expect(await ask(target, { do: verb, path: `${prefix}/etc/conf.d/${name}` })).toMatchObject({ is: 'blocked', why: 'not-text' });
  });

  test('a file where a directory is wanted, and a socket where a file is, are not absent', async () => {
    writeFileSync(join(dir, 'etc/file'), 'x');
    const [target, prefix] = at(dir);
    expect(await ask(target, { do: 'list', path: `${prefix}/etc/file` })).toMatchObject({ is: 'blocked', why: 'failed' });
    expect(await ask(target, { do: 'read', path: `${prefix}/etc/listener.sock` })).toMatchObject({ is: 'blocked', why: 'failed' });
    expect(await ask(target, { do: 'read', path: `${prefix}/etc/file/below` })).toEqual({ is: 'absent' });
    expect(await ask(target, { do: 'read', path: `${prefix}/etc/nul\0` })).toMatchObject({ is: 'blocked', why: 'failed' });
  });
});
