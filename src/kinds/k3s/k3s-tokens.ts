/**
 * Kind `k3s-tokens`: where the tokens lie with which nodes join the cluster, who may read them, and how long the secret
 * part is. Values are never looked at: a length follows from the size of a file (k3s-io/k3s:pkg/server/server.go,
 * pkg/clientaccess/token.go).
 */
import { type Answer, type Asking, list, type Stat, stat, together } from '../../facts/ask.ts';
import { type Fact, FactBuilder, missing, type Unknown, unknown, type Where } from '../../facts/fact.ts';
import { endOf } from '../../facts/host/disk.ts';
import { commandArguments } from '../../facts/k3s/command-arguments.ts';
import { configPlaces } from '../../facts/k3s/config-files.ts';
import { flagNamed } from '../../facts/k3s/flag-table.ts';
import { placeText } from '../../facts/k3s/given.ts';
import { type K3sModel, k3sModel } from '../../facts/k3s/k3s-model.ts';
import { usualDataDir } from '../../facts/k3s/node-settings.ts';
import { type Start, startOfK3s } from '../../facts/k3s/started-by.ts';
import { defineKind } from '../../facts/kind.ts';
import { boolean, list as listOf, mode, number, record, string } from '../../facts/shape.ts';

const usual = `${usualDataDir}/server`;
const own = ['token', 'node-token', 'agent-token'];
/** Flags whose value is a token, and those that name a file with one. */
const tokenFlags = ['token', 'agent-token', 'cluster-secret'];
const fileFlags = ['token-file', 'agent-token-file'];

export const k3sTokens = defineKind({
  name: 'k3s-tokens',
  noun: "K3s's tokens",
  absent: 'no service here starts K3s',
  describe:
    'The tokens with which nodes join the cluster: the files that hold them, those that stand in a command or unit, and how long they are. Never a value.',
  fields: {},
  shape: record({
    role: string('what this node is', ['server', 'agent']),
    inline: listOf(string('a flag or variable, and its place'), 'tokens that stand in the command of K3s or in its unit'),
    files: listOf(
      record({
        path: string('the file; of a link, what it leads to'),
        mode: mode('its permission bits'),
        uid: number('its owner'),
        open: boolean('others than root may read it'),
      }),
      'the files with a token that are there: those of K3s, what token-file and agent-token-file name, and environment files',
    ),
    kept: listOf(string('a place'), 'everything here that holds a token: such files, arguments, and configuration'),
    characters: number('how long the secret part of the token of the servers is'),
    generated: boolean('nothing gives one, and K3s makes one up: 32 hexadecimal digits'),
    agents: string('of a server: with which token agents join', ['own', 'that of the servers']),
  }),
  touches: () => [
    startOfK3s,
    k3sModel,
    configPlaces,
    { do: 'list', path: usual },
    ...own.map((name) => ({ do: 'stat' as const, path: `${usual}/${name}` })),
    { do: 'stat', named: 'files that token-file, agent-token-file and EnvironmentFile= name', later: true },
    { do: 'list', named: 'the data directory of K3s', later: true, unasked: 'only where data-dir moves it' },
  ],
  *learn(): Asking<Fact> {
    const [start, model] = yield* together([startOfK3s(), k3sModel()]);
    if (start.is === 'unknown') return start;
    if (start.is === 'not-started') return missing(...start.consulted);
    const fact = new FactBuilder().consulted(start.command.where).set('role', start.command.role, start.command.where);
    const inline = inlineOf(start);
    setList(fact, 'inline', inline, inline.length === 0 ? start.environment.unseen : undefined, start.command.where);
    if (model.is !== 'model') {
      const why = model.is === 'unknown' ? model : undefined;
      for (const part of why ? ['files', 'kept', 'characters', 'generated', 'agents'] : []) fact.gap(part, why as Unknown);
      return fact.build();
    }
    yield* filesOf(fact, start, model, inline);
    return fact.build();
  },
});

interface Named {
  readonly text: string;
  readonly where: Where;
}

function setList(fact: FactBuilder, name: string, found: readonly Named[], open: Unknown | undefined, otherwise: Where): void {
  if (open) return void fact.gap(name, open);
  fact.set(
    name,
    found.map((f) => f.text),
    ...(found.length > 0 ? found.map((f) => f.where) : [otherwise]),
  );
  for (const [at, { where }] of found.entries()) fact.at([name, String(at)], where);
}

const variablesOf: Readonly<Record<string, string>> = { K3S_TOKEN: 'token', K3S_AGENT_TOKEN: 'agent-token' };
const isUnitFile = (path: string): boolean => /\.(service|conf)$/.test(path) && path.includes('/systemd/');

/** Tokens among the words of the command, and those that Environment= of the unit sets. */
function inlineOf({ command, environment }: Start): Named[] {
  const words = commandArguments(command).filter(({ flag, value }) => tokenFlags.includes(flagNamed(flag)) && value !== '');
  const given = Object.keys(variablesOf).flatMap((name) => {
    const where = environment.variables.get(name)?.where[0];
    return where && isUnitFile(where.path) ? [{ text: `${name} in ${placeText(where)}`, where }] : [];
  });
  return [...words.map(({ flag, where }) => ({ text: `${flag.length === 1 ? '-' : '--'}${flag} in ${placeText(where)}`, where })), ...given];
}

/** Where a token stands in environment files and in the configuration. */
function elsewhereOf({ environment }: Start, { flags }: K3sModel): { files: Where[]; configured: Where[] } {
  const files = Object.keys(variablesOf).flatMap((name) => {
    const variable = environment.variables.get(name);
    const where = variable && variable.value !== '' ? variable.where[0] : undefined;
    return where && !isUnitFile(where.path) && where.path.startsWith('/') ? [where] : [];
  });
  const configured = tokenFlags.flatMap((flag) => flags.all(flag).filter(({ value }) => value !== '')).map((a) => a.where);
  return { files, configured };
}

interface Seen {
  readonly path: string;
  readonly stat: Answer<Stat>;
}

function* filesOf(fact: FactBuilder, start: Start, model: K3sModel, inline: readonly Named[]): Asking<void> {
  const names = yield* serverNames(model.dataDir.value);
  const server = `${model.dataDir.value}/server`;
  const kept = Array.isArray(names) ? own.filter((name) => names.includes(name)).map((name) => `${server}/${name}`) : [];
  const { files, configured } = elsewhereOf(start, model);
  const named = fileFlags.flatMap((flag) => model.flags.one(flag)?.value ?? []).filter((path) => path.startsWith('/'));
  const paths = [...new Set([...kept, ...named, ...files.map(({ path }) => path)])];
  const answers = yield* together(paths.map((path) => stat(path)));
  const seen = paths.map((path, at): Seen => ({ path, stat: answers[at] as Answer<Stat> })).filter((s) => s.stat.is !== 'absent');
  const gap = [...tokenFlags, ...fileFlags].map((flag) => model.flags.gap(flag)).find((why) => why) ?? (Array.isArray(names) ? undefined : (names as Unknown));
  whoReads(fact, seen, gap, model.where);
  // An argument of the command is told by its name, and an empty file holds no token.
  const others = configured.filter((where) => !inline.some((i) => placeText(i.where) === placeText(where)));
  const full = seen.filter(({ stat: there }) => endOf(there)?.size !== 0);
  const places = [...full.map(({ path }) => ({ text: path, where: { path } })), ...others.map((where) => ({ text: placeText(where), where })), ...inline];
  setList(fact, 'kept', places, places.length === 0 ? gap : undefined, model.where);
  lengthOf(fact, seen, { server, named, given: configured.length + files.length > 0, gap, where: model.where });
  if (model.role === 'server')
    agentsOf(
      fact,
      seen.find(({ path }) => path === `${server}/agent-token`),
      model,
      gap,
    );
}

/** What is in the directory of the server; empty where there is none. */
function* serverNames(dataDir: string): Asking<readonly string[] | Unknown> {
  const above = dataDir === usualDataDir ? undefined : yield* list(dataDir);
  if (above?.is === 'blocked') return unknown(above, dataDir);
  if (above && !(above.is === 'got' && above.value.includes('server'))) return [];
  const names = yield* list(`${dataDir}/server`);
  return names.is === 'blocked' ? unknown(names, `${dataDir}/server`) : names.is === 'got' ? names.value : [];
}

/** A link is judged by what it leads to; one file is told of once. */
function whoReads(fact: FactBuilder, seen: readonly Seen[], gap: Unknown | undefined, where: Where): void {
  const ends = new Map<string, Seen>();
  for (const one of seen) {
    const real = one.stat.is === 'got' && one.stat.value.real?.is === 'got' ? one.stat.value.real.value.path : one.path;
    if (!ends.has(real) || one.path === real) ends.set(real, one);
  }
  const files = [...ends.keys()].sort();
  if (gap && files.every((path) => !isOpen(ends.get(path)))) return void fact.gap('files', gap);
  fact.set(
    'files',
    files.map((path) => ({ path })),
    ...(files.length > 0 ? files.map((path) => ({ path })) : [where]),
  );
  for (const [at, path] of files.entries()) {
    const one = ends.get(path) as Seen;
    const segments = ['files', String(at)];
    fact.at(segments, { path });
    const inode = endOf(one.stat);
    const refused = one.stat.is === 'blocked' ? one.stat : one.stat.is === 'got' && one.stat.value.real?.is === 'blocked' ? one.stat.value.real : undefined;
    if (refused) for (const part of ['mode', 'uid', 'open']) fact.gap([...segments, part], unknown(refused, path));
    else
      fact
        .set([...segments, 'mode'], inode?.mode ?? 0, { path })
        .set([...segments, 'uid'], inode?.uid ?? 0, { path })
        .set([...segments, 'open'], isOpen(one), { path });
  }
}

function isOpen(one: Seen | undefined): boolean {
  const inode = one && endOf(one.stat);
  return inode !== undefined && (inode.uid !== 0 || (inode.mode & 0o077) !== 0);
}

interface Around {
  readonly server: string;
  readonly named: readonly string[];
  readonly given: boolean;
  readonly gap: Unknown | undefined;
  readonly where: Where;
}

/** `K10`, 64 digits, `::server:` stand in front of the secret in full tokens, of which K3s keeps one once it ran. */
const before = 'K10'.length + 64 + '::server:'.length;

function lengthOf(fact: FactBuilder, seen: readonly Seen[], { server, named, given, gap, where }: Around): void {
  const file = [`${server}/token`, ...named].flatMap((path) => seen.filter((s) => s.path === path))[0];
  const inode = file && endOf(file.stat);
  if (file && inode) {
    const length = Math.max(0, inode.size - 1);
    const at = { path: file.path, said: `${inode.size} bytes` };
    return void fact.set('characters', length > before ? length - before : length, at).set('generated', false, at);
  }
  const masked: Unknown = { is: 'unknown', why: 'redacted', said: 'how long a token is that stands in a configuration is not recorded', where: [where] };
  const why = gap ?? (file?.stat.is === 'blocked' ? unknown(file.stat, file.path) : given || named.length > 0 ? masked : undefined);
  if (why) fact.gap('characters', why).gap('generated', why);
  else fact.set('generated', true, { ...where, said: 'no token is given' });
}

/** K3s keeps a link where agents have no token of their own. */
function agentsOf(fact: FactBuilder, file: Seen | undefined, { flags, where }: K3sModel, gap: Unknown | undefined): void {
  const flag = flags.one('agent-token') ?? flags.one('agent-token-file');
  const isFile = file?.stat.is === 'got' && file.stat.value.type !== 'link';
  if (flag || isFile) return void fact.set('agents', 'own', flag?.where ?? { path: file?.path ?? '' });
  const why = gap ?? (file?.stat.is === 'blocked' ? unknown(file.stat, file.path) : undefined);
  if (why) return void fact.gap('agents', why);
  fact.set('agents', 'that of the servers', file ? { path: file.path, said: 'a link' } : where);
}
