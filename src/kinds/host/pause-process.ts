/** Kind `pause-process`: the process that keeps the id maps of an account's rootless Podman alive. */
import { type Account, type Answer, type Asking, list, read, stat, together } from '../../facts/ask.ts';
import { type Fact, FactBuilder, missing, type Unknown, unknown, type Where } from '../../facts/fact.ts';
import { kernelPath, runs } from '../../facts/host/running.ts';
import { type SubIds, subIds } from '../../facts/host/subids.ts';
import { defineKind } from '../../facts/kind.ts';
import { boolean, list as listOf, number, record, string } from '../../facts/shape.ts';

/** Podman 4 and later; 3.0 kept it one level higher (containers/podman:pkg/util/utils_supported.go). */
const pidFiles = ['/run/user/{uid}/libpod/tmp/pause.pid', '/run/user/{uid}/libpod/pause.pid'] as const;

export const pauseProcess = defineKind({
  name: 'pause-process',
  noun: "Podman's pause process",
  describe: 'The pause process of the account in question: the id maps it holds, compared with those that /etc/subuid and /etc/subgid give now.',
  fields: {},
  shape: record({
    pid: number('its process id'),
    uids: listOf(string('FIRST-LAST'), 'the host uids that it maps, beside the account itself'),
    gids: listOf(string('FIRST-LAST'), 'the host gids that it maps, beside those of the account'),
    uidsMatch: boolean('these are the ranges of /etc/subuid'),
    gidsMatch: boolean('these are the ranges of /etc/subgid'),
  }),
  touches: () => [
    subIds,
    ...pidFiles.map((path) => ({ do: 'read' as const, path })),
    { do: 'stat', path: kernelPath },
    // Podman itself, under the name that it then takes (pkg/rootless/rootless_linux.c), or the helper that it starts.
    ...['podman', 'podman pause', 'catatonit'].flatMap((process) => [
      { do: 'list' as const, path: '/proc/*', process },
      ...['comm', 'uid_map', 'gid_map', 'status'].map((name) => ({ do: 'read' as const, path: `/proc/*/${name}`, process })),
    ]),
  ],
  *learn(_q, as): Asking<Fact> {
    const paths = pidFiles.map((p) => p.replace('{uid}', String(as.uid)));
    const [kernel, ...texts] = yield* together([stat(kernelPath), ...paths.map((p) => read(p))]);
    const at = texts.findIndex((t) => t.is !== 'absent');
    const text = texts[at];
    const path = paths[at] ?? paths[0] ?? '';
    if (!runs(kernel)) return { is: 'unknown', why: 'unsupported', said: 'nothing runs in an image', where: [{ path }] };
    if (text?.is === 'blocked') return unknown(text, path);
    if (text?.is !== 'got') return missing(...paths.map((p) => ({ path: p })));
    const pid = /^\s*([1-9]\d{0,9})\s*$/.exec(text.value)?.[1];
    if (pid === undefined) return { is: 'unknown', why: 'unparsable', said: `${path} holds no process id`, where: [{ path, line: 1 }] };
    return yield* compare(pid, { path, line: 1 }, as);
  },
});

function* compare(pid: string, at: Where, as: Account): Asking<Fact> {
  const dir = `/proc/${pid}`;
  const [there, comm, status, uidMap, gidMap, uids, gids] = yield* together([
    list(dir),
    read(`${dir}/comm`),
    read(`${dir}/status`),
    read(`${dir}/uid_map`),
    read(`${dir}/gid_map`),
    subIds('subuid', as),
    subIds('subgid', as),
  ]);
  if (there.is === 'absent') return missing({ ...at, said: `process ${pid} is gone` });
  for (const [name, answer] of [
    ['comm', comm],
    ['status', status],
  ] as const)
    if (answer.is === 'blocked') return unknown(answer, `${dir}/${name}`);
  // The number may be another process's by now: the pause process is catatonit, or podman itself, of the account.
  const owner = status.is === 'got' ? /^Uid:\s+(\d+)/m.exec(status.value)?.[1] : undefined;
  if (comm.is !== 'got' || !/^(?:catatonit|podman)/.test(comm.value) || owner !== String(as.uid))
    return missing({ ...at, said: `process ${pid} is not a pause process` });
  const fact = new FactBuilder().consulted(at).set('pid', Number(pid), at);
  setMap(fact, 'uids', { path: `${dir}/uid_map`, answer: uidMap }, uids);
  setMap(fact, 'gids', { path: `${dir}/gid_map`, answer: gidMap }, gids);
  return fact.build();
}

/** user_namespaces(7): first id inside, first id outside, how many. The first line is the account itself. */
function setMap(fact: FactBuilder, part: 'uids' | 'gids', map: { path: string; answer: Answer<string> }, ids: SubIds | Unknown): void {
  const matching = `${part}Match`;
  const where = { path: map.path };
  if (map.answer.is !== 'got') {
    const why = unknown(map.answer.is === 'blocked' ? map.answer : { is: 'blocked', why: 'failed', said: 'the process ended meanwhile' }, map.path);
    return void fact.gap(part, why).gap(matching, why);
  }
  const rows = map.answer.value
    .split('\n')
    .filter((l) => l.trim() !== '')
    .map((l) => l.trim().split(/\s+/).map(Number));
  if (rows.some((r) => r.length !== 3 || r.some(Number.isNaN))) {
    const why: Unknown = { is: 'unknown', why: 'unparsable', said: `${map.path} is not an id map`, where: [where] };
    return void fact.gap(part, why).gap(matching, why);
  }
  const mapped = rows
    .filter(([inside]) => inside !== 0)
    .map(([, start = 0, count = 0]) => `${start}-${start + count - 1}`)
    .sort();
  fact.set(part, mapped, { ...where, said: mapped.join(', ') || 'a single id' });
  if (ids.is === 'unknown') return void fact.gap(matching, ids);
  const wanted = ids.ranges
    .filter((r) => r.count > 0)
    .map((r) => `${r.start}-${r.start + r.count - 1}`)
    .sort();
  const said = { ...where, said: `maps ${mapped.join(', ') || 'a single id'}` };
  const files = ids.ranges.length > 0 ? ids.ranges.map((r) => r.at) : ids.consulted;
  fact.set(matching, mapped.join() === wanted.join(), said, ...files.map((w) => ({ ...w, said: `gives ${wanted.join(', ') || 'none'}` })));
}
