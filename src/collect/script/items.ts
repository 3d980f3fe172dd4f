/** The patterns of a plan, sorted into what one script asks of the host, of each account, and of single processes. Pure. */
import { type FileSort, isOfPath } from '../../facts/asks.ts';
import { givenFile, isNamed, isTold, type Pattern, type Told } from '../../facts/pattern.ts';

/** Path patterns that sh can expand. */
export interface Paths {
  /** Every one is answered, absent or not. */
  readonly exact: Readonly<Record<FileSort, readonly string[]>>;
  /** Wildcards, and names in directories that are listed anyway: an absence need not be told. */
  readonly present: Readonly<Record<FileSort, readonly string[]>>;
}

export interface Run {
  readonly argv: readonly string[];
  /** The one `*` in `argv` stands for each line that this command prints. */
  readonly from?: readonly string[];
  /** Run only where one path of each group is there. */
  readonly ifThere?: readonly (readonly string[])[];
}

/** What a script asks once, or for each account. */
export interface Questions {
  readonly paths: Paths;
  /** Paths that are looked at only where one path of each group is there. */
  readonly ifThere: readonly { readonly there: readonly (readonly string[])[]; readonly paths: Paths }[];
  readonly runs: readonly Run[];
  /** Directories by unit type: what has a drop-in directory in one of them is looked at in all. */
  readonly dropIns: ReadonlyMap<string, readonly string[]>;
  readonly gets: readonly { readonly socket: string; readonly path: string }[];
  /** Files whose keys (with a bar between them) name paths, or names below directories: where these lead is looked at. */
  readonly naming: readonly { readonly keys: string; readonly below: string; readonly files: readonly string[] }[];
}

export interface Items {
  readonly host: Questions;
  /** With `~`, `{uid}` and `{user}`. */
  readonly account: Questions;
  /** Paths (`~`) that are looked at in the home of every account, however ordinary: the traces of users of containers. */
  readonly everyone: readonly string[];
  /** Commands run as the account itself. */
  readonly asAccount: readonly Run[];
  /** Files of /proc/PID of processes of a name. */
  readonly processes: ReadonlyMap<string, Readonly<Record<FileSort, readonly string[]>>>;
  readonly variables: readonly string[];
  /** Directories from which file systems are walked, all for the same names: the first of all, the others where they are mounts. */
  readonly walks: readonly { readonly top: string; readonly names: readonly string[] }[];
  /** Databases of packages. */
  readonly packages: readonly string[];
}

/** How deep a tree (`/**` at the end of a pattern) is looked into at once; one as wide as /var is not. */
const depth = 3;

/** A plain path below any home. */
const everyHome = /^\/?\*\*\/\.(?=[^*]*$)/;

const ofAccount = (text: string): boolean => /^~(?=\/|$)|\{uid\}|\{user\}/.test(text);

/** Sorts patterns. What only `later` patterns name, or what sh cannot expand, is left out; `files` stands for `{files}`. */
export function itemsOf(patterns: readonly Pattern[], files: readonly string[]): Items {
  const now = patterns.filter((p) => !p.later);
  const told = now.filter(isTold);
  const paths = told.flatMap((p) =>
    isOfPath(p) && !p.process
      ? (p.first ?? [p.path]).flatMap((path) => expanded(path, files)).map((path): Path => ({ sort: p.do, path, there: JSON.stringify(p.ifThere ?? []) }))
      : [],
  );
  // Names are read where processes are looked for by name.
  const byName = told.some((p) => 'process' in p && p.process !== undefined && !p.process.includes('*'));
  const listed = new Set(paths.filter((p) => p.sort === 'list').map((p) => p.path));
  const runs = told.filter((p) => p.do === 'run');
  const gets = told.filter((p) => p.do === 'get').filter((p) => !`${p.socket}${p.path}`.includes('*'));
  const questions = (account: boolean): Questions => ({
    ...conditional(
      paths.filter((p) => ofAccount(p.path) === account && !(byName && p.sort === 'read' && p.path === everyName)),
      listed,
    ),
    runs: usable(runs.filter((r) => !r.asUser && r.argv.some(ofAccount) === account)),
    dropIns: dropInsOf(told, account),
    naming: namingOf(now, account),
    gets: gets.filter((g) => ofAccount(g.socket) === account).map(({ socket, path }) => ({ socket, path })),
  });
  const processes = new Map<string, Record<FileSort, string[]>>();
  for (const p of told) {
    if (!isOfPath(p) || !p.process) continue;
    // A process of any name: too many to ask about beforehand.
    if (p.process.includes('*')) continue;
    const files = processes.get(p.process) ?? { stat: [], read: [], list: [] };
    const below = p.path.replace(/^\/proc\/\*\/?/, '');
    if (!files[p.do].includes(below)) files[p.do].push(below);
    processes.set(p.process, files);
  }
  return {
    host: questions(false),
    account: questions(true),
    everyone: unique(told.flatMap((p) => (p.do === 'stat' && everyHome.test(p.path) ? [p.path.replace(everyHome, '~/.')] : []))),
    asAccount: usable(runs.filter((r) => r.asUser)),
    processes,
    walks: told.flatMap((p) => (p.do === 'walk' && !/[*\n]/.test(p.top) ? [{ top: p.top, names: p.names }] : [])),
    packages: unique(told.flatMap((p) => (p.do === 'packages' ? [p.of] : []))),
    variables: unique(told.flatMap((p) => (p.do === 'env' && !p.name.includes('*') ? [p.name] : []))),
  };
}

function dropInsOf(patterns: readonly Told[], account: boolean): Map<string, readonly string[]> {
  const found = new Map<string, Set<string>>();
  for (const p of patterns) {
    const m = p.do === 'stat' && p.withDropIns ? /^(.*)\/\*\.([a-z]+)$/.exec(p.path) : null;
    const dir = m?.[1]?.replace(/^\/?\*\*\/(?=\.)/, '~/');
    if (!dir || dir.includes('*') || (!account && ofAccount(dir))) continue;
    const type = m?.[2] as string;
    found.set(type, (found.get(type) ?? new Set()).add(dir));
  }
  return new Map([...found].map(([type, dirs]) => [type, [...dirs].filter((d) => !account || /\/user(?:\.|\/|$)|^~|\{uid\}/.test(d)).sort()]));
}

function namingOf(patterns: readonly Pattern[], account: boolean): Questions['naming'] {
  const found = patterns.flatMap((p) => {
    if (!isNamed(p) || p.do === 'get' || !p.namedIn) return [];
    const { files, keys, below = [] } = p.namedIn;
    const own = files.flatMap((f) => expanded(f, [])).filter((f) => ofAccount(f) === account);
    return own.length > 0 ? [{ keys: keys.join('|'), below: below.join(' '), files: own }] : [];
  });
  return [...new Map(found.map((naming) => [JSON.stringify(naming), naming])).values()];
}

/** The names of all processes, as sh finds them. */
export const everyName = '/proc/[0-9]*/comm';

/** The paths of a pattern with `**` taken out, none where sh could not follow. */
function expanded(path: string, files: readonly string[]): string[] {
  if (path === givenFile) return [...files];
  const home = path.replace(/^\/?\*\*\/(?=\.)/, '~/').replace(/^\/proc\/\*\//, '/proc/[0-9]*/');
  const deep = /\/[^/]+\/.*[^*]\/\*\*$/.test(home)
    ? Array.from({ length: depth }, (_, n) => `${home.slice(0, -2)}${Array.from({ length: n + 1 }, () => '*').join('/')}`)
    : [home];
  return deep.filter((p) => !p.includes('**') && !p.includes('\n') && (p.startsWith('/') || p.startsWith('~')));
}

interface Path {
  readonly sort: FileSort;
  readonly path: string;
  /** The groups of paths on which it depends, as JSON. */
  readonly there: string;
}

/** Paths that are looked at in any case, and by condition those that no other pattern names. */
function conditional(paths: readonly Path[], listed: ReadonlySet<string>): Pick<Questions, 'paths' | 'ifThere'> {
  const { [always]: plain = [], ...others } = Object.groupBy(paths, (p) => p.there);
  const known = new Set(plain.map((p) => `${p.sort} ${p.path}`));
  const groups = Object.entries(others).map(([there, of = []]) => ({
    there: JSON.parse(there) as string[][],
    paths: sorted(
      of.filter((p) => !known.has(`${p.sort} ${p.path}`)),
      listed,
    ),
  }));
  return { paths: sorted(plain, listed), ifThere: groups };
}

const always = '[]';

function sorted(paths: readonly Path[], listed: ReadonlySet<string>): Paths {
  const known = (path: string): boolean => path.includes('*') || listed.has(path.slice(0, path.lastIndexOf('/')));
  const pick = (present: boolean) => (sort: FileSort) => unique(paths.filter((p) => p.sort === sort && known(p.path) === present).map((p) => p.path));
  const all = (present: boolean): Paths['exact'] => ({ stat: pick(present)('stat'), read: pick(present)('read'), list: pick(present)('list') });
  return { exact: all(false), present: all(true) };
}

/** Commands without wildcards, and those whose one wildcard another command fills. */
function usable(runs: readonly Run[]): Run[] {
  const seen = new Set<string>();
  return runs.flatMap(({ argv, from, ifThere }) => {
    const key = JSON.stringify([argv, from]);
    const fits = from ? argv.filter((w) => w === '*').length === 1 && !argv.some((w) => w !== '*' && w.includes('*')) : !argv.some((w) => w.includes('*'));
    if (!fits || seen.has(key)) return [];
    seen.add(key);
    return [{ argv, ...(from ? { from } : {}), ...(ifThere ? { ifThere } : {}) }];
  });
}

const unique = (texts: readonly string[]): string[] => [...new Set(texts)].sort();
