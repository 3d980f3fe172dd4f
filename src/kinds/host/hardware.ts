/** Kind `hardware`: how many processors and how much memory the host has. */
import { type Answer, type Asking, read, together } from '../../facts/ask.ts';
import { type Fact, FactBuilder, missing, type Unknown, unknown, unparsable } from '../../facts/fact.ts';
import { defineKind } from '../../facts/kind.ts';
import { number, record } from '../../facts/shape.ts';

const online = '/sys/devices/system/cpu/online';
const cpuinfo = '/proc/cpuinfo';
const meminfo = '/proc/meminfo';

/** Not there on an image, which has no hardware. The numbers are the host's: nproc would honour the cpuset of whoever asks. */
export const hardware = defineKind({
  name: 'hardware',
  noun: 'the hardware',
  describe: 'Processors that are on line, and memory. Absent on an image.',
  fields: {},
  shape: record({ cpus: number('processors on line'), memory: number('MemTotal in bytes: what firmware and kernel leave of the installed memory') }),
  touches: () => [online, cpuinfo, meminfo].map((path) => ({ do: 'read', path })),
  *learn(): Asking<Fact> {
    const [sys, info, memory] = yield* together([read(online), read(cpuinfo), read(meminfo)]);
    if ([sys, info, memory].every((a) => a.is === 'absent' || (a.is === 'blocked' && a.why === 'unsupported')))
      return missing({ path: online }, { path: cpuinfo }, { path: meminfo });
    const fact = new FactBuilder().consulted({ path: online }, { path: meminfo });
    put(fact, 'cpus', cpus(sys, info));
    put(fact, 'memory', bytes(memory));
    return fact.build();
  },
});

type Found = { readonly value: number; readonly path: string; readonly line?: number } | Unknown;

function put(fact: FactBuilder, name: string, found: Found): void {
  if ('is' in found) fact.gap(name, found);
  else fact.set(name, found.value, { path: found.path, ...(found.line ? { line: found.line } : {}) });
}

function cpus(sys: Answer<string>, info: Answer<string>): Found {
  if (sys.is === 'got') {
    const value = countRanges(sys.value);
    return value === undefined ? unparsable(`${online} holds no list of processors`, { path: online, line: 1 }) : { value, path: online };
  }
  if (info.is === 'got') {
    const value = info.value.split('\n').filter((l) => /^processor\s*:/.test(l)).length;
    return value > 0 ? { value, path: cpuinfo } : unparsable(`${cpuinfo} names no processor`, { path: cpuinfo });
  }
  const blocked = [sys, info].find((a) => a.is === 'blocked');
  return blocked?.is === 'blocked'
    ? unknown(blocked, online)
    : { is: 'unknown', why: 'failed', said: `neither ${online} nor ${cpuinfo} is there`, where: [{ path: online }, { path: cpuinfo }] };
}

/** How many numbers a kernel list such as `0-3,5` names. */
export function countRanges(list: string): number | undefined {
  let count = 0;
  for (const part of list.trim().split(',')) {
    const m = /^(\d{1,6})(?:-(\d{1,6}))?$/.exec(part);
    if (!m) return undefined;
    count += m[2] === undefined ? 1 : Number(m[2]) - Number(m[1]) + 1;
  }
  return count;
}

function bytes(memory: Answer<string>): Found {
  if (memory.is === 'blocked') return unknown(memory, meminfo);
  if (memory.is === 'absent') return { is: 'unknown', why: 'failed', said: `${meminfo} is not there`, where: [{ path: meminfo }] };
  const lines = memory.value.split('\n');
  const at = lines.findIndex((l) => /^MemTotal:/.test(l));
  const kilobytes = /^MemTotal:\s+(\d{1,15}) kB$/.exec(lines[at]?.trim() ?? '')?.[1];
  return kilobytes === undefined
    ? unparsable(`${meminfo} has no MemTotal in kB`, { path: meminfo })
    : { value: Number(kilobytes) * 1024, path: meminfo, line: at + 1 };
}
