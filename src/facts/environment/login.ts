/** What the files that a login reads set: PAM's, then those of shells. */
import { type Account, type Answer, type Asking, list, read, together } from '../ask.ts';
import { type Unknown, unknown, type Where } from '../fact.ts';
import type { Pattern } from '../pattern.ts';
import { source } from '../source.ts';
import { type Assignment, assignmentsIn, type Dialect, everyName, expand, type Wanted } from '../text/assignments.ts';
import { type Environment, EnvironmentBuilder } from './environment.ts';

interface Place {
  readonly path: string;
  readonly dialect: Dialect;
  /** A directory: its files with this ending. */
  readonly suffix?: string;
}

export const etcEnvironment = '/etc/environment';

/** In the order in which a login reads them; a later one wins. */
const places: readonly Place[] = [
  { path: etcEnvironment, dialect: 'pam' },
  { path: '/etc/profile.d', dialect: 'shell', suffix: '.sh' },
  { path: '~/.profile', dialect: 'shell' },
  { path: '~/.bash_profile', dialect: 'shell' },
  { path: '~/.bashrc', dialect: 'shell' },
  { path: '~/.zshenv', dialect: 'shell' },
  { path: '~/.zprofile', dialect: 'shell' },
  { path: '~/.zshrc', dialect: 'shell' },
];

const touches = places.flatMap((p): Pattern[] =>
  p.suffix
    ? [
        { do: 'list', path: p.path },
        { do: 'read', path: `${p.path}/*${p.suffix}` },
      ]
    : [{ do: 'read', path: p.path }],
);

interface LoginFile {
  readonly path: string;
  readonly dialect: Dialect;
  readonly text: Answer<string>;
}

/** The files of one place. `system`: those that lie in no home. */
export interface LoginFiles {
  readonly system: readonly LoginFile[];
  readonly home: readonly LoginFile[];
  /** Directories that were listed. */
  readonly looked: readonly Where[];
  readonly unseen?: Unknown;
}

/** Reads them for an account; with `home` off, only what lies outside homes. */
export const loginFiles = source(touches, readLoginFiles);

function* readLoginFiles(as: Account, home: boolean): Asking<LoginFiles> {
  const wanted = places.filter((p) => home || !p.path.startsWith('~'));
  const groups = yield* together(wanted.map((p) => readPlace(p, as)));
  const files = (own: boolean): LoginFile[] => groups.flatMap((g, at) => ((wanted[at] as Place).path.startsWith('~') === own ? g.files : []));
  const unseen = groups.find((g) => g.unseen)?.unseen;
  return { system: files(false), home: files(true), looked: groups.flatMap((g) => g.looked), ...(unseen ? { unseen } : {}) };
}

function* readPlace({ path: written, dialect, suffix }: Place, as: Account): Asking<{ files: LoginFile[]; looked: Where[]; unseen?: Unknown }> {
  const path = written.replace(/^~/, () => as.home);
  if (suffix === undefined) return { files: [{ path, dialect, text: yield* read(path) }], looked: [] };
  const names = yield* list(path);
  if (names.is === 'blocked') return { files: [], looked: [{ path }], unseen: unknown(names, path) };
  const paths = names.is === 'got' ? names.value.filter((n) => n.endsWith(suffix) && !n.includes('/')).map((n) => `${path}/${n}`) : [];
  const texts = yield* together(paths.map((p) => read(p)));
  return { files: paths.map((p, at) => ({ path: p, dialect, text: texts[at] ?? { is: 'absent' } })), looked: [{ path }] };
}

/** What these files set of the wanted names. What is set only under a condition, or expanded by a shell, cannot be told. */
export function setBy(files: readonly LoginFile[], wanted: Wanted, as: Account): Environment {
  const env = new EnvironmentBuilder(() => 'set again later');
  for (const file of files) {
    const { path, text } = file;
    env.looked({ path });
    if (text.is === 'blocked') env.missed(unknown(text, path));
    for (const a of assignmentsOf(file)) if (wanted.has(a.name)) put(env, a, as);
  }
  return env.build();
}

/** Each file is read through once, whatever names are wanted of it. */
const parsed = new WeakMap<LoginFile, readonly Assignment[]>();

function assignmentsOf(file: LoginFile): readonly Assignment[] {
  const known = parsed.get(file);
  if (known) return known;
  const found = file.text.is === 'got' ? assignmentsIn(file.text.value, file.path, everyName, file.dialect) : [];
  parsed.set(file, found);
  return found;
}

function put(env: EnvironmentBuilder, a: Assignment, as: Account): void {
  const { name, where } = a;
  if (!a.exported) return void env.remark({ said: `${name} is assigned here but not exported, so no program sees it`, where, name });
  const expanded = expand(a, as);
  const unsure = (said: string): unknown => env.unsure(name, { is: 'unknown', why: 'ambiguous', said, where: [where] });
  if (a.conditional) unsure(`${name} is set only under a condition`);
  else if (expanded.value === undefined) unsure(expanded.unknown);
  else env.set(name, expanded.value, [where]);
}
