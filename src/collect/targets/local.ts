/** The target `local`: this host, as the account that runs pretrip. Reads, lists, runs and asks; writes nothing. */
import { constants, realpathSync } from 'node:fs';
import { lstat, open, readdir, readlink, realpath, stat } from 'node:fs/promises';
import { hostname, userInfo } from 'node:os';
import type { Account, Answer, AnyAnswer, Ask, Output, Response, Stat, Target } from '../../facts/ask.ts';
import { settleAsync } from '../../facts/settle.ts';
import { ownHost } from '../../verdicts/report.ts';
import { inodeOf } from '../disk/inode.ts';
import { binaryFrom, byBytes, contentOf, legible, limits } from '../disk/limits.ts';
import { listPackages } from '../disk/packages.ts';
import { usualWalk, walkDisk } from '../disk/walk.ts';
import { isSecretFile, notRead } from '../redact/redact.ts';
import { askingCluster } from './cluster.ts';
import { isLent, lentMachine } from './lasting-name.ts';
import { type AddressTarget, MisuseError, usualTarget } from './target.ts';

export const localTarget: AddressTarget = {
  kind: ownHost,
  by: 'address',
  written: `${usualTarget} (the default)`,
  describe: 'this host, as the account that runs pretrip',
  running: true,
  heeds: ['file', 'now', 'timeout', 'user'],
  examples: [['scan', 'this host, as you; as root it sees more']],
  recognises: ({ name, as, reach }) => name === usualTarget && as === undefined && reach?.via === undefined,
  async open({ user, reach }) {
    const account = thisAccount();
    if (user !== undefined && user !== account.name)
      throw new MisuseError('--user chooses an account where nobody is logged in; on this host, run pretrip as that account');
    const target = askingCluster(local({ ...limits, seconds: reach?.programSeconds ?? limits.seconds }), reach?.kubectl);
    return { host: { kind: ownHost, name: hostname(), ...(isLent(process.env) ? { identity: lentMachine } : {}), user: account, target } };
  },
};

export function local(patience: Patience = limits): Target {
  return { answer: (asks, busy) => inPool(asks, async (ask) => legible(ask, await answerOne(ask, patience, busy))) };
}

/** Seconds that a program, and an API socket, may take in all. */
interface Patience {
  readonly seconds: number;
  readonly getSeconds: number;
}

/** The account that runs this process. */
export function thisAccount(): Account {
  const { username, uid, gid, homedir } = userInfo();
  return { name: username, uid, gid, home: homedir };
}

/** Answers in the order of the asks, a few at a time, so that a slow program does not hold up the rest. */
async function inPool(asks: readonly Ask[], one: (ask: Ask) => Promise<AnyAnswer>): Promise<readonly AnyAnswer[]> {
  const answers = new Array<AnyAnswer>(asks.length);
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let at = next++; at < asks.length; at = next++) answers[at] = await one(asks[at] as Ask);
  };
  await Promise.all(Array.from({ length: Math.min(limits.parallel, asks.length) }, worker));
  return answers;
}

function answerOne(ask: Ask, patience: Patience, busy?: (what: string) => void): Promise<AnyAnswer> {
  switch (ask.do) {
    case 'stat':
      return guarded(() => statOf(ask.path));
    case 'read':
      return guarded(() => (isSecretFile(ask.path) ? secretOf(ask.path) : readOf(ask.path)));
    case 'list':
      return guarded(() => listOf(ask.path));
    case 'walk':
      return guarded(async () => walkDisk('', await realpath(ask.top), ask.names, usualWalk, busy));
    case 'packages':
      return settleAsync(listPackages(ask.of, realFile), (asks) => inPool(asks, (one) => answerOne(one, patience)));
    case 'run':
      return runProgram(ask.argv, ask.user, patience.seconds);
    case 'get':
      return getOver(ask.socket, ask.path, patience.getSeconds);
    case 'env': {
      const value = process.env[ask.name];
      return Promise.resolve(value === undefined ? { is: 'absent' } : { is: 'got', value });
    }
  }
}

/** Turns the system's refusals into answers. Anything else is a defect and is thrown. */
async function guarded<T>(look: () => Promise<Answer<T>>): Promise<Answer<T>> {
  try {
    return await look();
  } catch (error) {
    return refusal(error);
  }
}

function refusal(error: unknown): Answer<never> {
  const { code, message } = error as NodeJS.ErrnoException;
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
    case 'ESRCH':
      return { is: 'absent' };
    case 'EACCES':
    case 'EPERM':
      return { is: 'blocked', why: 'denied' };
    case undefined:
      throw error;
    default:
      return { is: 'blocked', why: 'failed', said: code === 'ELOOP' ? 'too many levels of symbolic links' : message.replace(/, .*$/s, '') };
  }
}

function realFile(path: string): string | Answer<never> {
  try {
    return realpathSync(path);
  } catch (error) {
    return refusal(error);
  }
}

async function statOf(path: string): Promise<Answer<Stat>> {
  const own = await lstat(path);
  const inode = inodeOf(own);
  if (inode.type !== 'link') return { is: 'got', value: inode };
  const target = await readlink(path);
  const real = await guarded(async () => {
    const end = await realpath(path);
    return { is: 'got' as const, value: { ...inodeOf(await stat(end)), path: end } };
  });
  return { is: 'got', value: { ...inode, target, real } };
}

/** Files in /proc report size 0 and a FIFO would block: open without blocking, read until the end or the limit. */
async function readOf(path: string): Promise<Answer<ReturnType<typeof contentOf>>> {
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const { type, size } = inodeOf(await file.stat());
    if (type !== 'file') return { is: 'blocked', why: 'failed', said: `is a ${type}` };
    if (size > limits.read) return tooLarge(size);
    const chunks: Buffer[] = [];
    let total = 0;
    for (;;) {
      const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(65_536), 0, 65_536, null);
      if (bytesRead === 0) break;
      total += bytesRead;
      if (total > limits.read) return tooLarge(total);
      chunks.push(buffer.subarray(0, bytesRead));
      const binary = chunks.length === 1 && binaryFrom(buffer.subarray(0, bytesRead), path);
      if (binary) return binary;
    }
    return { is: 'got', value: contentOf(Buffer.concat(chunks)) };
  } finally {
    await file.close();
  }
}

/** A file that is a secret as a whole is not opened. */
async function secretOf(path: string): Promise<AnyAnswer> {
  await stat(path);
  return notRead;
}

const tooLarge = (size: number): Answer<never> => ({ is: 'blocked', why: 'too-large', said: `${size} bytes, limit ${limits.read}` });

/** A path that is there, but no directory, is not absent. */
async function listOf(path: string): Promise<Answer<readonly string[]>> {
  try {
    return namesOf(await readdir(path));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOTDIR') throw error;
    return { is: 'blocked', why: 'failed', said: `is a ${inodeOf(await stat(path)).type}` };
  }
}

function namesOf(names: string[]): Answer<readonly string[]> {
  if (names.length > limits.names) return { is: 'blocked', why: 'too-large', said: `${names.length} entries, limit ${limits.names}` };
  return { is: 'got', value: names.sort(byBytes) };
}

const safePath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

async function runProgram(argv: readonly string[], user: Account | undefined, seconds: number): Promise<Answer<Output>> {
  const uid = process.getuid?.() ?? -1;
  if (user && user.uid !== uid && uid !== 0) return { is: 'blocked', why: 'denied', said: `only root may run programs as ${user.name}` };
  const command = user && user.uid !== uid ? asUser(argv, user) : argv;
  const session = user ? sessionOf(user) : {};
  const { execa } = await import('execa');
  const [file, ...args] = command as [string, ...string[]];
  const program = execa(file, args, {
    reject: false,
    stdin: 'ignore',
    timeout: seconds * 1000,
    killSignal: 'SIGKILL',
    maxBuffer: limits.output,
    stripFinalNewline: false,
    env: { LC_ALL: 'C', PATH: `${process.env.PATH ?? ''}:${safePath}`, ...session },
  });
  // What the program left running may hold its output open for ever.
  let late = false;
  const deadline = setTimeout(
    () => {
      late = true;
      program.stdout.destroy();
      program.stderr.destroy();
    },
    seconds * 1000 + 500,
  );
  const result = await program;
  clearTimeout(deadline);
  if (result.timedOut || late) return { is: 'blocked', why: 'timeout', said: `${seconds} s` };
  if (result.isMaxBuffer) return { is: 'blocked', why: 'too-large', said: `output above ${limits.output} bytes` };
  if (result.code === 'ENOENT') return user && command !== argv ? { is: 'blocked', why: 'failed', said: 'setpriv is not installed' } : { is: 'absent' };
  if (result.code === 'EACCES') return { is: 'blocked', why: 'denied' };
  if (result.exitCode === undefined) return { is: 'blocked', why: 'failed', said: result.signal ? `ended by ${result.signal}` : String(result.shortMessage) };
  // env(1) ends with 127 when the program itself is not there; so does a program that lacks a library.
  if (command !== argv && result.exitCode === 127 && /^env: /m.test(result.stderr)) return { is: 'absent' };
  return { is: 'got', value: { exit: result.exitCode, stdout: result.stdout, stderr: result.stderr } };
}

function sessionOf(user: Account): Record<string, string> {
  return {
    HOME: user.home,
    USER: user.name,
    LOGNAME: user.name,
    XDG_RUNTIME_DIR: `/run/user/${user.uid}`,
    DBUS_SESSION_BUS_ADDRESS: `unix:path=/run/user/${user.uid}/bus`,
  };
}

/** setpriv changes the account without opening a login session, which would leave traces. */
function asUser(argv: readonly string[], user: Account): readonly string[] {
  const variables = Object.entries({ ...sessionOf(user), PATH: safePath, LC_ALL: 'C' }).map(([k, v]) => `${k}=${v}`);
  return ['setpriv', `--reuid=${user.uid}`, `--regid=${user.gid}`, '--init-groups', '--inh-caps=-all', 'env', '-i', '-C', '/', ...variables, ...argv];
}

async function getOver(socketPath: string, path: string, seconds: number): Promise<Answer<Response>> {
  // Loading it costs more than judging a whole snapshot, which never needs it.
  const { request } = await import('node:http');
  return new Promise((settle, fail) => {
    const ended = (answer: Answer<Response>): void => {
      clearTimeout(deadline);
      settle(answer);
    };
    const call = request({ socketPath, path, method: 'GET', headers: { Host: 'd' } }, (response) => {
      const chunks: Buffer[] = [];
      let total = 0;
      response.on('data', (chunk: Buffer) => {
        total += chunk.length;
        if (total <= limits.body) chunks.push(chunk);
        else {
          ended({ is: 'blocked', why: 'too-large', said: `response above ${limits.body} bytes` });
          call.destroy();
        }
      });
      response.on('end', () => {
        const headers = Object.fromEntries(Object.entries(response.headers).map(([k, v]) => [k, Array.isArray(v) ? v.join(', ') : (v ?? '')]));
        ended({ is: 'got', value: { status: response.statusCode ?? 0, headers, body: Buffer.concat(chunks).toString('utf8') } });
      });
      response.on('error', () => ended({ is: 'blocked', why: 'failed', said: 'the answer was cut off' }));
    });
    // For the whole exchange: a server that sends a byte a second is never idle.
    const deadline = setTimeout(() => {
      ended({ is: 'blocked', why: 'timeout', said: `${seconds} s` });
      call.destroy();
    }, seconds * 1000);
    call.on('upgrade', (_, socket) => {
      ended({ is: 'blocked', why: 'failed', said: 'no HTTP server answers there' });
      socket.destroy();
    });
    call.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ECONNREFUSED') ended({ is: 'blocked', why: 'failed', said: 'connection refused' });
      else if (error.code === undefined || error.code.startsWith('HPE_') || error.code === 'ECONNRESET')
        ended({ is: 'blocked', why: 'failed', said: 'no HTTP server answers there' });
      else {
        try {
          ended(refusal(error));
        } catch (defect) {
          clearTimeout(deadline);
          fail(defect);
        }
      }
    });
    call.end();
  });
}
