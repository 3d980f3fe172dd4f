/** Kind `process`: running processes by name. The command lines of other processes are not read. */
import { type Account, type Answer, type Asking, list, read, together } from '../../facts/ask.ts';
import { type Fact, FactBuilder, type Json, type Unknown, unknown, type Where } from '../../facts/fact.ts';
import { defineKind } from '../../facts/kind.ts';
import { list as listOf, number, record, string } from '../../facts/shape.ts';

/** The kernel keeps fifteen characters of a name (proc(5), /proc/PID/comm). */
const nameLength = 15;

const one = record({
  pid: number('process id'),
  uid: number('real user id'),
  argv: listOf(string('one argument'), 'the command line; a program may have replaced it'),
  cgroup: string('the path in the unified hierarchy: /user.slice/…'),
});

export const process = defineKind({
  name: 'process',
  describe: 'Running processes of a name: owner, command line and cgroup.',
  absent: '{label} does not run',
  present: '{label} runs',
  main: 'name',
  fields: {
    name: { type: 'string', required: true, describe: 'the name of the program as in /proc/PID/comm' },
    args: { type: 'string', describe: 'text that the command line must hold (arguments joined by one blank)' },
    mine: { type: 'boolean', describe: 'only processes of the account in question' },
  },
  shape: record({ count: number('how many'), each: listOf(one, 'the processes, by id') }),
  touches: (q) => [
    { do: 'list', path: '/proc' },
    { do: 'read', path: '/proc/*/comm' },
    ...['cmdline', 'status', 'cgroup'].map((file) => ({ do: 'read' as const, path: `/proc/*/${file}`, process: q.name })),
  ],
  *learn(q, as): Asking<Fact> {
    const entries = yield* list('/proc');
    if (entries.is === 'blocked') return unknown(entries, '/proc');
    const ids = entries.is === 'got' ? entries.value.filter((e) => /^\d+$/.test(e)).sort((a, b) => Number(a) - Number(b)) : [];
    if (ids.length === 0) return none('an image has no processes: nothing runs here');
    const names = yield* together(ids.map((id) => read(`/proc/${id}/comm`)));
    const wanted = q.name.slice(0, nameLength);
    const matching = ids.filter((_, at) => nameIs(names[at], wanted));
    const found = yield* together(matching.map((id) => describe(id)));
    const fact = new FactBuilder().consulted({ path: '/proc' });
    const hidden = hiddenProcesses(ids, names) ?? found.find((f): f is Unknown => f !== undefined && 'is' in f);
    const each = found.filter((f): f is Seen => f !== undefined && !('is' in f)).filter((f) => suits(f, q.args, q.mine === true ? as : undefined));
    setProcesses(fact, each);
    if (hidden && each.length === 0) return hidden;
    if (hidden) fact.gap('count', hidden).gap('each', hidden);
    return fact.build(each.length > 0);
  },
});

interface Seen {
  readonly pid: number;
  readonly uid: number;
  readonly argv: readonly string[];
  readonly cgroup?: string;
}

const none = (said: string): Unknown => ({ is: 'unknown', why: 'unsupported', said, where: [{ path: '/proc' }] });

function nameIs(answer: Answer<string> | undefined, wanted: string): boolean {
  return answer?.is === 'got' && answer.value.replace(/\n$/, '') === wanted;
}

/** Without process 1 in the list, or with names denied, /proc hides processes of others (hidepid=, proc(5)). */
function hiddenProcesses(ids: readonly string[], names: readonly Answer<string>[]): Unknown | undefined {
  if (!ids.includes('1'))
    return { is: 'unknown', why: 'denied', said: 'permission denied: /proc shows only own processes (hidepid)', where: [{ path: '/proc' }] };
  const at = names.findIndex((n) => n.is === 'blocked');
  const answer = names[at];
  return answer?.is === 'blocked' ? unknown(answer, `/proc/${ids[at]}/comm`) : undefined;
}

/** Undefined: it ended meanwhile. */
function* describe(id: string): Asking<Seen | Unknown | undefined> {
  const dir = `/proc/${id}`;
  const [cmdline, status, cgroup] = yield* together([read(`${dir}/cmdline`), read(`${dir}/status`), read(`${dir}/cgroup`)]);
  for (const [name, answer] of [
    ['cmdline', cmdline],
    ['status', status],
    ['cgroup', cgroup],
  ] as const)
    if (answer.is === 'blocked') return unknown(answer, `${dir}/${name}`);
  const uid = status.is === 'got' ? /^Uid:\s+(\d+)/m.exec(status.value)?.[1] : undefined;
  if (cmdline.is !== 'got' || uid === undefined) return undefined;
  const path = cgroup.is === 'got' ? /^0::(.*)$/m.exec(cgroup.value)?.[1] : undefined;
  return { pid: Number(id), uid: Number(uid), argv: cmdline.value.replace(/\0+$/, '').split('\0'), ...(path !== undefined ? { cgroup: path } : {}) };
}

function suits(process: Seen, args: unknown, owner: Account | undefined): boolean {
  if (owner && process.uid !== owner.uid) return false;
  return typeof args !== 'string' || process.argv.join(' ').includes(args);
}

function setProcesses(fact: FactBuilder, each: readonly Seen[]): void {
  const dirs: Where[] = each.map((p) => ({ path: `/proc/${p.pid}` }));
  fact.set('count', each.length, ...(dirs.length > 0 ? dirs : [{ path: '/proc' }]));
  fact.set(
    'each',
    each.map((p): Json => ({ ...p })),
    ...dirs,
  );
  for (const [at, p] of each.entries()) {
    fact.at(['each', String(at)], { path: `/proc/${p.pid}` });
    if (p.cgroup !== undefined) fact.at(['each', String(at), 'cgroup'], { path: `/proc/${p.pid}/cgroup` });
  }
}
