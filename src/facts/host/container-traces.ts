/** What shows that an account runs containers or K3s without root: files, units and processes of its own. */
import { type Account, type Answer, type Asking, list, read, type Stat, stat, together } from '../ask.ts';
import { type Unknown, unknown, type Where } from '../fact.ts';
import { addTo } from '../grouped.ts';
import { source, type Touches } from '../source.ts';

/** Paths that only a user who runs containers or K3s without root has. `{uid}` and `~` as in patterns. */
export const rootlessTraces = [
  '~/.local/share/containers',
  '~/.config/containers',
  '~/.config/systemd/user/sockets.target.wants/podman.socket',
  '~/.config/systemd/user/k3s-rootless.service',
  '/etc/containers/systemd/users/{uid}',
  '/run/user/{uid}/libpod',
] as const;

/** Directories that hold something of an account under its uid: one that is not listed there has nothing below. */
const byUid = ['/etc/containers/systemd/users', '/run/user'] as const;

const k3sPaths = ['~/.config/systemd/user/k3s-rootless.service', '~/.config/systemd/user/default.target.wants/k3s-rootless.service', '~/.rancher/k3s'] as const;

/** The units of an account's own manager, as a person writes them. */
const ownUnits = '~/.config/systemd/user';
const systemUnits = '/etc/systemd/system';

/** Places of the system and of root, where the home of another account is none: it keeps no configuration of its own there. */
const unreal = /^\/(?:$|(?:nonexistent|root|var\/root|dev|proc|sys|run|usr|bin|sbin|lib\w*|etc|boot|tmp|var\/run|var\/empty)(?:\/|$))/;

/** Whether files of an account may lie in its home: not in `/`, `/nonexistent`, `/usr/sbin`. */
export const hasRealHome = ({ home }: Account): boolean => home.startsWith('/') && !unreal.test(home);

/** What was found of one thing that was looked for, and the first that could not be looked at. */
export interface Traces {
  readonly found: readonly Where[];
  readonly blocked?: Unknown;
}

const stats = [...new Set([...rootlessTraces, ...k3sPaths, ownUnits])];

/** What {@link tracesOf} asks. */
export const traceTouches: Touches = [
  ...stats.map((path) => ({
    do: 'stat' as const,
    path: path.replace('{uid}', '*').replace(/^~/, '**'),
    ...(path.includes('{uid}') ? { first: [path] } : {}),
  })),
  ...byUid.map((path) => ({ do: 'list', path }) as const),
  { do: 'list', path: `**${ownUnits.slice(1)}` },
  ...(['stat', 'read'] as const).map((sort) => ({ do: sort, path: `**${ownUnits.slice(1)}/*.service` })),
];

/** What of accounts lies where their uids are the names, looked up once for all of them. */
export type ByUid = readonly Answer<readonly string[]>[];

export const listByUid = (): Asking<ByUid> => together(byUid.map((path) => list(path)));

/** What shows that an account runs containers, and K3s. */
export interface AccountTraces {
  readonly rootless: Traces;
  readonly k3s: Traces;
}

/** Looks for the files of an account. */
export const filesOf = source(traceTouches, function* findFiles(account: Account): Asking<AccountTraces> {
  const found = tracesOf(account, yield* listByUid());
  return 'rootless' in found ? found : yield* found;
});

const noTraces: AccountTraces = { rootless: { found: [] }, k3s: { found: [] } };

/**
 * Looks for the files of an account. Where its home is none, only for what lies elsewhere. `guest`: another account comes
 * first with the same home, in which only what belongs to this one is its own.
 */
export function tracesOf(account: Account, listed: ByUid, guest = false): Asking<AccountTraces> | AccountTraces {
  const atHome = hasRealHome(account);
  const elsewhere = listed.some((names) => names.is === 'blocked' || (names.is === 'got' && names.value.includes(String(account.uid))));
  return atHome || elsewhere ? lookFor(account, listed, guest) : noTraces;
}

function* lookFor(account: Account, listed: ByUid, guest: boolean): Asking<AccountTraces> {
  const atHome = hasRealHome(account);
  const mayHold = (pattern: string): boolean => {
    if (pattern.startsWith('~')) return atHome;
    const names = listed[byUid.findIndex((d) => pattern.startsWith(`${d}/`))];
    return names?.is === 'blocked' || (names?.is === 'got' && names.value.includes(String(account.uid)));
  };
  const wanted = stats.filter(mayHold);
  const answers = yield* together(wanted.map((p) => stat(forAccount(p, account))));
  const its = (pattern: string, answer: Answer<Stat>): boolean => !guest || !pattern.startsWith('~') || answer.is !== 'got' || answer.value.uid === account.uid;
  const seen = new Map(wanted.map((p, at) => [p, answers[at] as Answer<Stat>] as const).filter(([p, answer]) => its(p, answer)));
  const [rootless, k3s] = [rootlessTraces, k3sPaths].map((paths) => tracesIn(paths, seen, account));
  const units = seen.get(ownUnits)?.is === 'got' ? yield* unitsIn(forAccount(ownUnits, account)) : tracesIn([], seen, account);
  return { rootless: joined(rootless as Traces, units), k3s: k3s as Traces };
}

function tracesIn(paths: readonly string[], seen: ReadonlyMap<string, Answer<Stat>>, account: Account): Traces {
  const found: Where[] = [];
  let blocked: Unknown | undefined;
  for (const pattern of paths) {
    const answer = seen.get(pattern);
    const path = forAccount(pattern, account);
    if (answer?.is === 'got') found.push({ path });
    // Of an image nobody expects what only a running host has.
    if (answer?.is === 'blocked' && !(answer.why === 'unsupported' && path.startsWith('/run/'))) blocked ??= unknown(answer, path);
  }
  return { found, ...(blocked ? { blocked } : {}) };
}

const joined = (...all: readonly Traces[]): Traces => {
  const blocked = all.find((t) => t.blocked)?.blocked;
  return { found: all.flatMap((t) => t.found), ...(blocked ? { blocked } : {}) };
};

/** A unit that starts Podman. */
const startsPodman = /^[ \t]*Exec\w+=.*\bpodman\b/m;

function* unitsIn(directory: string): Asking<Traces> {
  const [found, unseen] = yield* textsIn(directory);
  const own = found.filter(({ text }) => startsPodman.test(text)).map(({ path }) => ({ path, said: 'starts Podman' }));
  return { found: own, ...(unseen ? { blocked: unseen } : {}) };
}

/** The services in a directory of units, and the first that could not be read. What links to elsewhere is no unit of its own. */
function* textsIn(directory: string): Asking<[{ readonly path: string; readonly text: string }[], Unknown | undefined]> {
  const names = yield* list(directory);
  if (names.is === 'absent') return [[], undefined];
  if (names.is === 'blocked') return [[], unknown(names, directory)];
  const all = names.value.filter((n) => n.endsWith('.service')).map((n) => `${directory}/${n}`);
  const found = yield* together(all.map((p) => stat(p)));
  const paths = all.filter((_, at) => found[at]?.is === 'got' && found[at].value.type === 'file');
  const texts = yield* together(paths.map((p) => read(p)));
  return [texts.flatMap((t, at) => (t.is === 'got' ? [{ path: paths[at] as string, text: t.value }] : [])), unseenIn(found, all) ?? unseenIn(texts, paths)];
}

function unseenIn(answers: readonly Answer<unknown>[], paths: readonly string[]): Unknown | undefined {
  const at = answers.findIndex((t) => t.is === 'blocked' && t.why !== 'failed' && t.why !== 'not-text');
  const answer = answers[at];
  return answer?.is === 'blocked' ? unknown(answer, paths[at] as string) : undefined;
}

/** Whose units and processes of Podman there are beside an account's own files: by login name or by uid. */
export interface Elsewhere {
  readonly by: ReadonlyMap<string, readonly Where[]>;
  readonly blocked?: Unknown;
}

/** Accounts as which the system's own units start Podman (`User=`). */
export const unitUsers = source(
  [{ do: 'list', path: systemUnits }, ...(['stat', 'read'] as const).map((sort) => ({ do: sort, path: `${systemUnits}/*.service` }))],
  readUnitUsers,
);

function* readUnitUsers(): Asking<Elsewhere> {
  const [units, unseen] = yield* textsIn(systemUnits);
  const by = new Map<string, Where[]>();
  for (const { path, text } of units) {
    const user = /^[ \t]*User=[ \t]*(\S+)[ \t]*$/m.exec(text)?.[1];
    if (user !== undefined && startsPodman.test(text)) addTo(by, user, { path, said: `starts Podman as ${user}` });
  }
  return { by, ...(unseen ? { blocked: unseen } : {}) };
}

/** conmon watches a container; Podman's own program runs as long as a command or the API. */
const programs = ['conmon', 'podman'] as const;

/** Accounts as which containers or Podman run now. An image has no processes. */
export const processUsers = source(
  [
    { do: 'list', path: '/proc' },
    { do: 'read', path: '/proc/*/comm' },
    ...programs.map((process) => ({ do: 'read' as const, path: '/proc/*/status', process })),
  ],
  readProcessUsers,
);

function* readProcessUsers(): Asking<Elsewhere> {
  const entries = yield* list('/proc');
  if (entries.is === 'blocked' && entries.why !== 'unsupported') return { by: new Map(), blocked: unknown(entries, '/proc') };
  const ids = entries.is === 'got' ? entries.value.filter((e) => /^\d+$/.test(e)) : [];
  const names = yield* together(ids.map((id) => read(`/proc/${id}/comm`)));
  const at = names.findIndex((n) => n.is === 'blocked' && n.why !== 'failed');
  const hidden = names[at];
  const ours = ids.filter((_, i) => (programs as readonly string[]).includes(textOfName(names[i])));
  const texts = yield* together(ours.map((id) => read(`/proc/${id}/status`)));
  const by = new Map<string, Where[]>();
  let blocked = hidden?.is === 'blocked' ? unknown(hidden, `/proc/${ids[at]}/comm`) : undefined;
  for (const [i, text] of texts.entries()) {
    const path = `/proc/${ours[i]}/status`;
    if (text.is === 'blocked') blocked ??= unknown(text, path);
    const uid = text.is === 'got' ? /^Uid:\s+(\d+)/m.exec(text.value)?.[1] : undefined;
    if (uid !== undefined) addTo(by, uid, { path, said: 'Podman runs' });
  }
  return { by, ...(blocked ? { blocked } : {}) };
}

const textOfName = (answer: Answer<string> | undefined): string => (answer?.is === 'got' ? answer.value.trim() : '');

/** A pattern path for one account. */
function forAccount(path: string, account: Account): string {
  return path.replace(/^~(?=\/|$)/, account.home).replaceAll('{uid}', String(account.uid));
}
