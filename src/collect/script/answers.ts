/** One frame of a capture script → the answers in it. Pure; undefined for a frame that makes no sense. */
import type { Account, Answer, AnyAnswer, Ask, FileType, Inode, Output, Stat } from '../../facts/ask.ts';
import { isFileSort } from '../../facts/asks.ts';
import { databases } from '../../facts/packages.ts';
import { byBytes, contentOf, limits } from '../disk/limits.ts';
import { packagesIn } from '../disk/packages.ts';
import { responseOf } from './http.ts';
import { walkIn } from './walk-frame.ts';

type Found = readonly (readonly [Ask, AnyAnswer])[];

const blocked = {
  denied: { is: 'blocked', why: 'denied' },
  loop: { is: 'blocked', why: 'failed', said: 'too many levels of symbolic links' },
  failed: { is: 'blocked', why: 'failed' },
  large: { is: 'blocked', why: 'too-large', said: 'above the limit of the capture script' },
  unsupported: { is: 'blocked', why: 'unsupported', said: 'the host lacks what the capture script needs for it' },
  redacted: { is: 'blocked', why: 'redacted', said: 'it may hold secrets' },
} as const satisfies Record<string, Answer<never>>;

const absent = { is: 'absent' } as const;

/** The asks that a frame answers, with their answers. `words` is its header without mark and length. */
export function answersIn(words: readonly string[], body: Buffer): Found | undefined {
  const [kind = '', sort = ''] = words;
  switch (kind) {
    case 'absent':
    case 'denied':
    case 'loop':
    case 'failed':
    case 'large':
    case 'unsupported':
    case 'redacted':
      if (sort === 'run') return runIn([kind], body);
      return plainly(sort, body, kind === 'absent' ? absent : blocked[kind]);
    case 'is-a':
      return plainly(sort, body, { is: 'blocked', why: 'failed', said: `is a ${words[2]}` });
    case 'stat':
      return statsIn(body);
    case 'link':
      return linksIn(body);
    case 'dangling':
      return danglingIn(sort, body);
    case 'ls':
      return lsIn(body);
    case 'read': {
      const [path, content] = firstLine(body);
      return path === undefined || content === undefined
        ? undefined
        : [
            [
              { do: 'read', path },
              { is: 'got', value: contentOf(content) },
            ],
          ];
    }
    case 'list':
      return listIn(body);
    case 'env': {
      const [name, value] = firstLine(body);
      return name === undefined || value === undefined
        ? undefined
        : [
            [
              { do: 'env', name },
              { is: 'got', value: value.toString('utf8') },
            ],
          ];
    }
    case 'run':
      return runIn(words.slice(1), body);
    case 'get':
      return getIn(words.slice(1), body);
    case 'walk':
      return walked(sort, body);
    case 'packages':
      return listedIn(sort, body);
    case 'waiting':
      return [];
    default:
      return undefined;
  }
}

/** Text up to the first line break, and the bytes after it. */
function firstLine(body: Buffer): [string, Buffer] | [undefined, undefined] {
  const end = body.indexOf(10);
  return end < 0 ? [undefined, undefined] : [body.toString('utf8', 0, end), body.subarray(end + 1)];
}

/** Names that are not UTF-8 cannot be asked for, so they are left out. */
function linesOf(body: Buffer): string[] | undefined {
  const text = body.toString('utf8');
  return text.endsWith('\n') ? text.slice(0, -1).split('\n') : undefined;
}

const named = (path: string | undefined): path is string => path !== undefined && path !== '' && !path.includes('\uFFFD');

function plainly(sort: string, body: Buffer, answer: AnyAnswer): Found | undefined {
  const lines = linesOf(body);
  if (!lines) return undefined;
  if (sort === 'env') return lines.map((name) => [{ do: 'env', name }, answer]);
  if (!isFileSort(sort)) return undefined;
  return lines.filter(named).map((path) => [{ do: sort, path }, answer]);
}

const types: Readonly<Record<number, FileType>> = { 1: 'fifo', 2: 'char', 4: 'directory', 6: 'block', 8: 'file', 10: 'link', 12: 'socket' };

/** `stat -c '%f %u %g %s %Y'` */
function inodeIn(line: string | undefined): Inode | undefined {
  const m = /^([0-9a-f]{1,8}) (\d{1,10}) (\d{1,10}) (\d{1,20}) (-?\d{1,20})(?:\.\d*)?$/.exec(line ?? '');
  const raw = m ? Number.parseInt(m[1] as string, 16) : 0;
  const type = types[raw >> 12];
  if (!m || !type) return undefined;
  return { type, mode: raw & 0o7777, uid: Number(m[2]), gid: Number(m[3]), size: Number(m[4]), mtime: Number(m[5]) };
}

function statsIn(body: Buffer): Found | undefined {
  const lines = linesOf(body) ?? [''];
  const count = lines.length / 2;
  const found: [Ask, AnyAnswer][] = [];
  for (let at = 0; at < count; at++) {
    const inode = inodeIn(lines[count + at]);
    if (!inode) return undefined;
    // A path that became a link meanwhile was not followed: nothing is known of its end.
    if (named(lines[at])) found.push([{ do: 'stat', path: lines[at] as string }, inode.type === 'link' ? blocked.failed : { is: 'got', value: inode }]);
  }
  return found;
}

function linksIn(body: Buffer): Found | undefined {
  const lines = linesOf(body) ?? [''];
  const count = lines.length / 5;
  const found: [Ask, AnyAnswer][] = [];
  for (let at = 0; at < count; at++) {
    const [path, own, target, real, end] = [0, 1, 2, 3, 4].map((n) => lines[n * count + at]);
    const inode = inodeIn(own);
    const ended = inodeIn(end);
    if (!inode || !ended || target === undefined || real === undefined) return undefined;
    const value: Stat = inode.type === 'link' ? { ...inode, target, real: { is: 'got', value: { ...ended, path: real } } } : inode;
    if (named(path))
      found.push([
        { do: 'stat', path },
        { is: 'got', value },
      ]);
  }
  return found;
}

function danglingIn(why: string, body: Buffer): Found | undefined {
  const [path, own, target, ...rest] = linesOf(body) ?? [];
  const inode = inodeIn(own);
  if (!inode || target === undefined || rest.length > 0) return undefined;
  const real = why === 'absent' ? absent : why === 'denied' ? blocked.denied : blocked.loop;
  return named(path)
    ? [
        [
          { do: 'stat', path },
          { is: 'got', value: { ...inode, target, real } },
        ],
      ]
    : [];
}

/** `ls -ldn`, and the time from `date -r`. */
function lsIn(body: Buffer): Found | undefined {
  const [path, line, time, ...rest] = linesOf(body) ?? [];
  const m = /^([-dspcb])([-rwxsStT]{9})\S*\s+\d+\s+(\d+)\s+(\d+)\s+(?:(\d+)\s|\d+,\s*\d+\s)/.exec(line ?? '');
  if (!m || rest.length > 0 || !/^-?\d{1,16}$/.test(time ?? '')) return undefined;
  const type = ({ '-': 'file', d: 'directory', s: 'socket', p: 'fifo', c: 'char', b: 'block' } as const)[m[1] as '-'];
  const value: Stat = { type, mode: modeIn(m[2] as string), uid: Number(m[3]), gid: Number(m[4]), size: Number(m[5] ?? 0), mtime: Number(time) };
  return named(path)
    ? [
        [
          { do: 'stat', path },
          { is: 'got', value },
        ],
      ]
    : [];
}

function modeIn(letters: string): number {
  let mode = 0;
  for (const [at, letter] of [...letters].entries()) {
    if (letter !== '-' && letter !== 'S' && letter !== 'T') mode |= 1 << (8 - at);
    if ('sStT'.includes(letter)) mode |= 1 << (11 - Math.floor(at / 3));
  }
  return mode;
}

function listIn(body: Buffer): Found | undefined {
  const [path, rest] = firstLine(body);
  if (path === undefined || rest === undefined) return undefined;
  const names = rest.toString('utf8').split('/');
  if (names.pop() !== '') return undefined;
  return named(path)
    ? [
        [
          { do: 'list', path },
          { is: 'got', value: names.sort(byBytes) },
        ],
      ]
    : [];
}

/** The command and the account of a `run` frame. */
function runAsk(json: string, who: string): Ask | undefined {
  let argv: unknown;
  try {
    argv = JSON.parse(json);
  } catch {
    return undefined;
  }
  if (!Array.isArray(argv) || argv.length === 0 || argv.some((w) => typeof w !== 'string')) return undefined;
  const user = who === '' ? undefined : accountIn(who);
  if (who !== '' && !user) return undefined;
  return { do: 'run', argv: argv as string[], ...(user ? { user } : {}) };
}

function accountIn(text: string): Account | undefined {
  const [name = '', uid = '', gid = '', home = ''] = text.split(':');
  return name !== '' && /^\d+$/.test(uid) && /^\d+$/.test(gid) ? { name, uid: Number(uid), gid: Number(gid), home } : undefined;
}

function runIn([state = '', ...numbers]: readonly string[], body: Buffer): Found | undefined {
  const [json, after] = firstLine(body);
  const [who, output] = after ? firstLine(after) : [undefined, undefined];
  const ask = json === undefined || who === undefined ? undefined : runAsk(json, who);
  if (!ask || !output) return undefined;
  if (state === 'got') {
    const value = outputOf(numbers, output);
    return value ? [[ask, { is: 'got', value }]] : undefined;
  }
  if (output.length > 0) return undefined;
  return [[ask, refusalOf(state, numbers[0] ?? '', ask)]];
}

function outputOf(numbers: readonly string[], output: Buffer): Output | undefined {
  const [exit = Number.NaN, out = Number.NaN, err = Number.NaN] = numbers.map(Number);
  if (!Number.isInteger(exit) || out + err !== output.length) return undefined;
  return { exit, stdout: output.toString('utf8', 0, out), stderr: output.toString('utf8', out) };
}

function refusalOf(state: string, number: string, ask: Ask): AnyAnswer {
  switch (state) {
    case 'absent':
      return absent;
    case 'denied':
      return { is: 'blocked', why: 'denied', said: ask.do === 'run' && ask.user ? `only root may run programs as ${ask.user.name}` : 'permission denied' };
    case 'timeout':
      return { is: 'blocked', why: 'timeout', said: `${number} s` };
    case 'large':
      return { is: 'blocked', why: 'too-large', said: `output above ${limits.output} bytes` };
    case 'signal':
      return { is: 'blocked', why: 'failed', said: `ended by signal ${number}` };
    case 'unsupported':
      return blocked.unsupported;
    case 'redacted':
      return blocked.redacted;
    default:
      return blocked.failed;
  }
}

function walked(state: string, body: Buffer): Found | undefined {
  const told = walkIn(body.toString('utf8'), inodeIn);
  if (!told || (state === 'got') !== (told.walk !== undefined)) return undefined;
  return [[told.ask, told.walk ? { is: 'got', value: told.walk } : refused(state)]];
}

function listedIn(state: string, body: Buffer): Found | undefined {
  const [of, output] = firstLine(body);
  const database = databases.find((d) => d === of);
  if (!database || !output) return undefined;
  const ask: Ask = { do: 'packages', of: database };
  if (state !== 'got') return [[ask, refused(state)]];
  return [[ask, packagesIn(database, output.toString('utf8'))]];
}

/** Why there is no answer, for what has no words of its own. */
function refused(state: string): AnyAnswer {
  if (state === 'absent') return absent;
  if (state === 'timeout') return { is: 'blocked', why: 'timeout' };
  return Object.hasOwn(blocked, state) ? blocked[state as keyof typeof blocked] : blocked.failed;
}

function getIn([state = '', ...numbers]: readonly string[], body: Buffer): Found | undefined {
  const [socket, after] = firstLine(body);
  const [path, response] = after ? firstLine(after) : [undefined, undefined];
  if (socket === undefined || path === undefined || !response) return undefined;
  const ask: Ask = { do: 'get', socket, path };
  if (state !== 'got') return [[ask, httpRefusal(state, numbers[0] ?? '')]];
  const value = outputOf(numbers, response) && responseOf(response.subarray(0, Number(numbers[1])));
  return [[ask, value ? { is: 'got', value } : httpRefusal('nohttp', '')]];
}

function httpRefusal(state: string, number: string): AnyAnswer {
  const failed = {
    refused: 'connection refused',
    nohttp: 'no HTTP server answers there',
    cut: 'the answer was cut off',
    loop: 'too many levels of symbolic links',
  };
  if (state === 'absent') return absent;
  if (state === 'denied') return blocked.denied;
  if (state === 'timeout') return { is: 'blocked', why: 'timeout', said: `${number} s` };
  if (state === 'large') return { is: 'blocked', why: 'too-large', said: `response above ${limits.body} bytes` };
  if (state === 'redacted') return blocked.redacted;
  if (state === 'unsupported') return { is: 'blocked', why: 'unsupported', said: 'neither curl, socat nor nc is on the host' };
  return { is: 'blocked', why: 'failed', ...(Object.hasOwn(failed, state) ? { said: failed[state as keyof typeof failed] } : {}) };
}
