/** The files in which sshd finds the keys of accounts, as far as a walk found them, and how many keys they hold (sshd(8) AUTHORIZED_KEYS FILE FORMAT). */
import { type Asking, read, together } from '../ask.ts';
import { type Unknown, unknown, type Where } from '../fact.ts';
import { passwd } from '../host/passwd.ts';
import { walkedHost } from '../host/walked.ts';
import { source } from '../source.ts';
import { nameIn } from '../walk.ts';
import { type ServerConfig, serverConfig } from './server-config.ts';

export interface AuthorizedFile {
  readonly path: string;
  /** Lines with a key. */
  readonly keys: readonly Where[];
  /** Of these, lines that name an authority for certificates. */
  readonly authorities: number;
}

export type Authorized =
  | { readonly is: 'known'; readonly each: readonly AuthorizedFile[]; readonly incomplete?: Unknown; readonly consulted: readonly Where[] }
  | Unknown;

/** The default of AuthorizedKeysFile (sshd_config(5)). */
const names = ['authorized_keys', 'authorized_keys2'];

export const authorizedKeys = source(
  [
    walkedHost,
    serverConfig,
    passwd,
    { do: 'read', named: 'the files authorized_keys that the walk found' },
    { do: 'read', named: 'the files that AuthorizedKeysFile= names', later: true, unasked: 'only where sshd_config moves them' },
  ],
  readAuthorized,
);

function* readAuthorized(): Asking<Authorized> {
  const [walked, config] = yield* together([walkedHost(), serverConfig()]);
  if (walked.is === 'unknown') return walked;
  const usual = walked.found.filter((f) => f.type === 'file' && f.size > 0 && names.includes(nameIn(f.path))).map((f) => f.path);
  const moved = yield* movedFiles(config);
  const paths = [...new Set([...usual, ...moved.paths])];
  const texts = yield* together(paths.map((path) => read(path)));
  let incomplete = walked.incomplete ?? moved.incomplete;
  const each = texts.flatMap((text, at): AuthorizedFile[] => {
    const path = paths[at] ?? '';
    if (text.is === 'blocked' && !text.said?.startsWith('is a ')) incomplete ??= unknown(text, path);
    if (text.is !== 'got') return [];
    const lines = text.value.split('\n').map((line, index) => ({ line: line.trim(), at: { path, line: index + 1 } }));
    const keys = lines.filter(({ line }) => line !== '' && !line.startsWith('#'));
    return keys.length === 0
      ? []
      : [{ path, keys: keys.map((k) => k.at), authorities: keys.filter(({ line }) => /^(?:\S*,)?cert-authority[, \t]/.test(line)).length }];
  });
  return { is: 'known', each, consulted: walked.consulted, ...(incomplete ? { incomplete } : {}) };
}

/** Files that AuthorizedKeysFile names for each account, outside of Match blocks and in them (sshd_config(5) TOKENS). */
function* movedFiles(config: ServerConfig | Unknown): Asking<{ readonly paths: readonly string[]; readonly incomplete?: Unknown }> {
  if (config.is === 'unknown') return { paths: [], incomplete: config };
  const patterns = config.settings.flatMap(({ keyword, args }) => (keyword === 'authorizedkeysfile' ? args : [])).filter((a) => a.toLowerCase() !== 'none');
  const others = patterns.filter((pattern) => !names.includes(nameIn(pattern)));
  const open = config.incomplete ? { incomplete: config.incomplete } : {};
  if (others.length === 0) return { paths: [], ...open };
  const accounts = yield* passwd();
  if (accounts.is === 'unknown') return { paths: [], incomplete: accounts };
  const paths = others.flatMap((pattern) => accounts.entries.map((account) => fileOf(pattern, account)));
  return { paths, ...open };
}

function fileOf(pattern: string, { name, uid, home }: { readonly name: string; readonly uid: number; readonly home: string }): string {
  const tokens: Readonly<Record<string, string>> = { '%%': '%', '%h': home, '%u': name, '%U': String(uid) };
  const path = pattern.replace(/%[%huU]/g, (token) => tokens[token] ?? token);
  return path.startsWith('/') ? path : `${home}/${path}`;
}
