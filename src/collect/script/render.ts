/** Questions → one self-contained POSIX-sh script that asks them all, and smaller ones for what is asked later. Pure. */
import { type Ask, type AskOf, type FileSort, isOfPath, type Sort } from '../../facts/asks.ts';
import { databases } from '../../facts/packages.ts';
import type { Pattern } from '../../facts/pattern.ts';
import { limits } from '../disk/limits.ts';
import { everyName, type Items, itemsOf, type Paths, type Questions, type Run } from './items.ts';
import { library } from './library/library.ts';
import { patternWord, quote } from './quote.ts';

/** Bytes of one file that the first script brings; a larger one is asked for by name, if at all. */
const firstRead = 512 * 1024;

export interface Capture {
  /** Marks the frames; random, so that nothing on the host can know it. Letters and digits. */
  readonly nonce: string;
  /** pretrip's version. */
  readonly tool: string;
  /** Absolute paths given with --file. */
  readonly files: readonly string[];
  /** Names given with --account. */
  readonly accounts?: readonly string[];
  /** Paths of which an account that runs containers without root has one (`~`, `{uid}`, `{user}`). */
  readonly traces: readonly string[];
  /** Seconds that one program may take. */
  readonly seconds?: number;
  /** Asked by name, before all that the patterns name, and with the limits of a follow-up. */
  readonly asks?: readonly Ask[];
}

/**
 * The script for all that `patterns` name. Its output answers the asks of a probe without a further round,
 * apart from those that only an answer can lead to.
 */
export function captureScript(patterns: readonly Pattern[], capture: Capture): string {
  const items = itemsOf(patterns, capture.files);
  const { accounts = [] } = capture;
  const walks = [...items.walks.map(walkCall), ...walkCalls(capture.asks ?? [])];
  const body = [
    `  patience=${capture.seconds ?? limits.seconds}`,
    `  begin ${quote(capture.nonce)}`,
    `  hello ${quote(`tool=${capture.tool}${capture.files.map((f) => `\nfile=${f}`).join('')}${accounts.map((a) => `\naccount=${a}`).join('')}`)}`,
    `  meant=${quote(` ${accounts.join(' ')} `)}"\${SUDO_USER-} "`,
    ...(walks.length > 0 ? ['  walking walks'] : []),
    ...(capture.asks ? [`  max=${limits.read} max_out=${limits.output} max_names=${limits.names}`, ...askLines(capture.asks), ''] : []),
    `  max=${firstRead} max_out=${limits.output} max_names=${limits.names}`,
    ...items.variables.map((name) => `  ${variable(name)}`),
    '',
    '  # Programs, in the background while files are read.',
    ...items.packages.flatMap((of) => packagesCall(of)).map((call) => `  ${call}`),
    ...runLines(items.host.runs),
    '  accounts account_runs',
    ...items.host.gets.map((g) => `  G ${quote(g.socket)} ${quote(g.path)}`),
    '',
    '  # Files.',
    ...allPathLines(items.host),
    ...dropInLines(items.host),
    ...namingLines(items.host, '/root'),
    ...processLines(items),
    '  accounts account_files',
    ...(items.everyone.length > 0 ? ['  everyone account_traces'] : []),
    '  tell',
    '  finish',
  ];
  return `${[
    '#!/bin/sh',
    ...header(items, capture),
    library,
    ...chainFunctions(items),
    ...accountFunctions(items, capture.traces),
    ...walksFunction(walks),
    'capture() {',
    `  prepare ${quote(capture.nonce)}`,
    ...body,
    '}',
    '# Called on the last line, so that a script that was cut on its way does nothing.',
    'if [ -e /dev/null ]; then capture </dev/null; else echo "there is no /dev/null here: nothing was looked at" >&2; fi',
  ].join('\n')}\n`;
}

/** The script for a few asks, in a shell that has run a capture script. */
export function followUpScript(asks: readonly Ask[], nonce: string): string {
  const walks = walkCalls(asks);
  return `${[
    ...walksFunction(walks),
    'more() {',
    `  begin ${quote(nonce)}`,
    ...(walks.length > 0 ? ['  walking walks'] : []),
    `  max=${limits.read} max_out=${limits.output} max_names=${limits.names}`,
    ...askLines(asks),
    '  tell',
    '  finish',
    '}',
    'more </dev/null',
  ].join('\n')}\n`;
}

/** The calls for asks whose every word is known. */
function askLines(asks: readonly Ask[]): string[] {
  const of = (sort: FileSort): string[] => asks.flatMap((a) => (a.do === sort ? [a.path] : []));
  const { true: variables = [], false: others = [] } = Object.groupBy(asks, (a) => `${a.do === 'env'}`);
  return [
    ...[...variables, ...others].flatMap(callOf).map((call) => `  ${call}`),
    ...pathLines({ exact: { stat: of('stat'), read: of('read'), list: of('list') }, present: { stat: [], read: [], list: [] } }, quoteArgument),
  ];
}

/** How the library is called for an ask; paths are handed over by the hundred. */
const calls: { readonly [S in Exclude<Sort, FileSort>]: (ask: AskOf<S>) => readonly string[] } = {
  env: ({ name }) => (isName(name) ? [variable(name)] : []),
  get: ({ socket, path }) => [`G ${quote(socket)} ${quote(path)}`],
  // All walks of a script are called by one function.
  walk: () => [],
  packages: ({ of }) => packagesCall(of),
  run: ({ argv, user }) => {
    if (/[\n:]/.test(`${user?.name ?? ''}${user?.home ?? ''}`)) return [];
    const who = user ? quote(`${user.name}:${user.uid}:${user.gid}:${user.home}`) : "''";
    return [`X ${who} ${quote(JSON.stringify(argv))} ${argv.map(quoteArgument).join(' ')}`];
  },
};

/** How a database is asked for its packages. */
const packagesCall = (of: string): readonly string[] => (databases.some((d) => d === of) ? [`P ${of}`] : []);

const walksFunction = (walks: readonly string[]): string[] => (walks.length > 0 ? ['walks() {', '  walks=0', ...walks.map((w) => `  ${w}`), '}'] : []);

const walkCalls = (asks: readonly Ask[]): string[] => asks.flatMap((a) => (a.do === 'walk' && !a.top.includes('\n') ? [walkWords('W', a)] : []));

/** A directory that patterns name is walked where it is a file system of its own; the root is. */
const walkCall = (walk: { readonly top: string; readonly names: readonly string[] }): string => walkWords(walk.top === '/' ? 'W' : 'M', walk);

function walkWords(call: 'W' | 'M', { top, names }: { readonly top: string; readonly names: readonly string[] }): string {
  const [exact, patterns] = [names.filter((n) => !n.includes('*')), names.filter((n) => n.includes('*'))];
  const literal = (text: string): string => text.replace(/[^A-Za-z0-9_-]/g, (c) => (c === '^' || c === '\\' ? '.' : `[${c}]`));
  const all = patterns.map((p) => p.split('*').map(literal).join('.*')).join('|');
  const words = [top, JSON.stringify(names), `/${exact.join('/')}/`, patterns.length === 0 ? '^/$' : `^(${all})$`];
  return `${call} ${words.map(quoteArgument).join(' ')}`;
}

function callOf(ask: Ask): readonly string[] {
  if (isOfPath(ask)) return [];
  const call = calls[ask.do] as (ask: Ask) => readonly string[];
  return call(ask);
}

const isName = (name: string): boolean => /^[A-Za-z_][A-Za-z0-9_]*$/.test(name);
const quoteArgument = (text: string): string => (text === '' ? "''" : quote(text));

/** By now PATH, LC_ALL and TMPDIR are the script's own; it kept what they were. */
function variable(name: string): string {
  if (name === 'PATH') return 'E PATH 1 "$was_path"';
  if (name === 'LC_ALL') return 'E LC_ALL "$has_lc_all" "$was_lc_all"';
  if (name === 'TMPDIR') return 'E TMPDIR "$has_tmpdir" "$was_tmpdir"';
  return `E ${name} "\${${name}+x}" "\${${name}-}"`;
}

const letters: Record<FileSort, string> = { list: 'L', stat: 'S', read: 'R' };

function pathLines(paths: Paths, word: (path: string) => string = patternWord): string[] {
  const calls = (from: Paths['exact']): string[] =>
    (['list', 'stat', 'read'] as const).flatMap((sort) =>
      from[sort].length === 0 ? [] : [`  ${letters[sort]} \\`, ...from[sort].map((p, at) => `    ${word(p)}${at < from[sort].length - 1 ? ' \\' : ''}`)],
    );
  const present = calls(paths.present);
  return ['  some=', ...calls(paths.exact), ...(present.length > 0 ? ['  some=1', ...present, '  some='] : [])];
}

const allPathLines = ({ paths, ifThere }: Questions): string[] => [
  ...pathLines(paths),
  ...ifThere.flatMap((group) => where(group.there, pathLines(group.paths))),
];

const dropInLines = ({ dropIns }: Questions): string[] =>
  [...dropIns].map(([type, dirs]) => `  with_drop_ins ${quote(type)} ${dirs.map(patternWord).join(' ')}`);

const namingLines = ({ naming }: Questions, home: string): string[] =>
  naming.map(({ keys, below, files }) => `  named ${home} ${quote(keys)} ${quote(below)} ${files.map(patternWord).join(' ')}`);

/** One function for each command that others follow from. */
const chainName = (runs: readonly Run[], from: readonly string[]): string => `after_${Math.abs(hash(JSON.stringify([from, runs])))}`;
const hash = (text: string): number => [...text].reduce((h, c) => (h * 31 + c.charCodeAt(0)) | 0, 7);

interface Chain {
  readonly name: string;
  readonly from: readonly string[];
  readonly items: readonly Run[];
  /** Lines that an own question covers already. */
  readonly skip: readonly string[];
}

function chainsOf(runs: readonly Run[]): Chain[] {
  const froms = new Map(runs.flatMap((r) => (r.from ? [[JSON.stringify(r.from), r.from] as const] : [])));
  return [...froms.values()].map((from) => {
    const items = runs.filter((r) => r.from && JSON.stringify(r.from) === JSON.stringify(from));
    const [first] = items;
    const skip = items.length !== 1 || !first ? [] : runs.flatMap((r) => filling(first.argv, r));
    return { name: chainName(items, from), from, items, skip };
  });
}

/** What a plain command has in the place of the wildcard of `template`. */
function filling(template: readonly string[], run: Run): string[] {
  if (run.from || run.argv.length !== template.length || run.argv.some((w, at) => template[at] !== '*' && template[at] !== w)) return [];
  return [run.argv[template.indexOf('*')] as string];
}

function chainFunctions(items: Items): string[] {
  const chains = new Map([...chainsOf(items.host.runs), ...chainsOf(items.account.runs), ...chainsOf(items.asAccount)].map((c) => [c.name, c]));
  return [...chains.values()].flatMap((chain) => [
    `${chain.name}_item() {`,
    ...(chain.skip.length > 0 ? [`  case $3 in ${chain.skip.map(quote).join(' | ')}) return ;; esac`] : []),
    ...chain.items.map((r) => {
      const [before = '', after = ''] = JSON.stringify(r.argv).split('"*"');
      return `  job "$1" "$2" ${quote(`${before}"`)}"$3"${quote(`"${after}`)} ${r.argv.map((w) => (w === '*' ? '"$3"' : quoteArgument(w))).join(' ')}`;
    }),
    '}',
    `${chain.name}() {`,
    `  job "$1" "$2" ${quote(JSON.stringify(chain.from))} ${chain.from.map(quoteArgument).join(' ')}`,
    `  each "$1" "$2" ${chain.name}_item`,
    '}',
  ]);
}

/** Commands of the host or, with `who`, as the account at hand; those with one condition together. */
function runLines(runs: readonly Run[], who = "''"): string[] {
  const groups = Map.groupBy(runs, (r) => JSON.stringify(r.ifThere ?? []));
  return [...groups.values()].flatMap((group) => {
    const conditions = group[0]?.ifThere ?? [];
    return where(conditions, startLines(group, who));
  });
}

/** Lines that are only run where one path of each group is there. */
function where(groups: readonly (readonly string[])[], lines: readonly string[]): readonly string[] {
  if (groups.length === 0) return lines;
  const there = groups.map((paths) => `there ${paths.map(patternWord).join(' ')}`).join(' && ');
  return [`  if ${there}; then`, ...lines.map((l) => `  ${l}`), '  fi'];
}

function startLines(runs: readonly Run[], who: string): string[] {
  const chains = chainsOf(runs);
  const started = new Set(chains.map((c) => JSON.stringify(c.from)));
  return [
    ...runs
      .filter((r) => !r.from && !started.has(JSON.stringify(r.argv)))
      .map((r) => `  X ${who} ${jsonWord(r.argv)} ${r.argv.map((w) => (w === '' ? "''" : patternWord(w))).join(' ')}`),
    ...chains.map((c) => `  Y ${who} ${c.name}`),
  ];
}

/** The JSON of a command as a word of sh, the account's id and name filled in. */
function jsonWord(argv: readonly string[]): string {
  return JSON.stringify(argv)
    .split(/(\{uid\}|\{user\})/)
    .map((part, at) => (at % 2 === 0 ? quote(part) : part === '{uid}' ? '"$i"' : '"$u"'))
    .join('');
}

function processLines({ processes }: Items): string[] {
  if (processes.size === 0) return [];
  return [
    '  stats= reads= lists=',
    '  # A process may end or start another program at any moment: what its name leads to follows from one reading.',
    `  for f in ${everyName}; do`,
    '    name=',
    '    { IFS= read -r name <"$f"; } 2>/dev/null || continue',
    '    frame read "$f$nl$name$nl"',
    '    f=${f%/comm}',
    '    case $name in',
    ...[...processes].map(
      ([name, files]) =>
        `      ${quote(name.slice(0, 15))})${files.stat.length > 0 ? ' stats=$stats$f$nl' : ''}${files.list.length > 0 ? ' lists=$lists$f$nl' : ''}${files.read.map((f) => ` reads=$reads$f/${quote(f)}$nl`).join('')} ;;`,
    ),
    '    esac',
    '  done',
    '  [ -z "$stats" ] || slices plains "$stats"',
    '  [ -z "$reads" ] || slices reading "$reads"',
    '  [ -z "$lists" ] || slices L "$lists"',
  ];
}

function accountFunctions({ account, asAccount, everyone, host }: Items, traces: readonly string[]): string[] {
  const runs = [
    ...runLines(account.runs).map((l) => `  ${l}`),
    ...(asAccount.length > 0 ? ['    if [ "$i" != 0 ]; then as_account; elif [ "$uid" = 0 ]; then as_root; fi'] : []),
    ...account.gets.map((g) => `    G ${patternWord(g.socket)} ${quote(g.path)}`),
  ];
  // Root's own Podman is asked as whoever inspects.
  const asRoot = asAccount.filter((r) => !host.runs.some((h) => JSON.stringify(h.argv) === JSON.stringify(r.argv)));
  return [
    '# Whether the account at hand shows that it runs containers: of those of the system, only such are looked at.',
    'traced() {',
    `  for f in ${[...traces, '~/.config/systemd/user'].map(patternWord).join(' ')}; do`,
    '    if [ -e "$f" ] || [ -L "$f" ]; then return 0; fi',
    '  done',
    '  return 1',
    '}',
    '# Programs are started only for accounts that run containers without root, or will.',
    'account_runs() {',
    `  for f in ${traces.map(patternWord).join(' ')}; do`,
    '    if [ "$i" = "$uid" ] || meant_is "$u" || [ -e "$f" ] || [ -L "$f" ]; then',
    ...(runs.length > 0 ? runs.map((l) => `  ${l}`) : ['      :']),
    '      return',
    '    fi',
    '  done',
    '}',
    'as_account() {',
    ...(asAccount.length > 0 ? runLines(asAccount, '"$u:$i:$g:$h"') : ['  :']),
    '}',
    'as_root() {',
    ...(asRoot.length > 0 ? runLines(asRoot) : ['  :']),
    '}',
    'account_files() {',
    ...allPathLines(account),
    ...dropInLines(account),
    ...namingLines(account, '"$h"'),
    '}',
    'account_traces() {',
    '  some=',
    `  S ${everyone.map(patternWord).join(' ')}`,
    '}',
  ];
}

const walkHeader = [
  'It walks the file systems on the own disks, from / and from usual mount points, once: what container engines',
  'store is left out. It tells of files that run as their owner, that everybody may write to, and of certain names (written',
  'out below at "W"), how many files each owner has, and which files hold a private key, a kubeconfig, a token or a login:',
  'the path and the sort, never the content. For that it reads the first 4 KiB of every file, and text files of up to 256',
  'KiB whole. It takes no longer than 8 times what one program may take; what it did not get to is told as left out.',
];

/** For the person who is asked to approve the script. */
function header({ host, account, asAccount, processes, variables, walks, packages }: Items, capture: Capture): string[] {
  const count = ({ paths, ifThere }: Questions): number =>
    [paths, ...ifThere.map((group) => group.paths)].flatMap((p) => [p.exact, p.present]).reduce((n, p) => n + p.list.length + p.stat.length + p.read.length, 0);
  const named = (capture.asks ?? []).flatMap((a) => (a.do === 'run' ? [a] : []));
  const commands = [...named, ...host.runs, ...account.runs, ...asAccount].map((r) => r.argv.join(' '));
  const lines = [
    `pretrip ${capture.tool}: a capture script. Run it on the host to be inspected, as root or as the account`,
    'that runs the containers, and bring back what it prints:',
    '',
    '    sh capture.sh > host.raw        then, elsewhere:   pretrip scan host.raw',
    '',
    'It only reads. It writes to standard output and, while it runs, to one directory of its own on a',
    'memory file system, which it removes. It opens no network connection; local API sockets are asked',
    'with HTTP GET. Every command has a time limit, every file a size limit. Values that look like secrets',
    'are masked here, before anything is printed, and files that are secrets are not opened; keep it private.',
    '',
    ...(capture.asks ? [`It asks ${capture.asks.length} things that an earlier inspection could not learn, and what may follow from them.`] : []),
    `It looks at ${count(host)} paths of the host and ${count(account)} of each ordinary account, all written out below`,
    '("S" is stat, "R" read, "L" list; * stands for any name), and these programs, if they are installed:',
    ...[...new Set(commands)].sort().map((c) => `    ${c.length > 100 ? `${c.slice(0, 97)}...` : c}`),
    ...(processes.size > 0 ? [`Of processes it reads the names, and the command lines of these alone: ${[...processes.keys()].join(', ')}.`] : []),
    ...(packages.length > 0 ? [`It lists the installed packages: ${packages.join(', ')}.`] : []),
    ...(walks.length > 0 ? walkHeader : []),
    ...(variables.length > 0 ? [`Variables: ${variables.join(' ')}`] : []),
  ];
  return lines.flatMap((l) => l.split('\n')).map((l) => `# ${l}`.trimEnd());
}
