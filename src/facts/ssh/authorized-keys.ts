/** The files in which sshd finds the keys of accounts, as far as a walk found them, and how many keys they hold (sshd(8) AUTHORIZED_KEYS FILE FORMAT). */
import { type Asking, read, together } from '../ask.ts';
import { type Unknown, unknown, type Where } from '../fact.ts';
import { walkedHost } from '../host/walked.ts';
import { nameIn } from '../walk.ts';
import { source } from '../source.ts';

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

export const authorizedKeys = source([walkedHost, { do: 'read', named: 'the files authorized_keys that the walk found' }], readAuthorized);

function* readAuthorized(): Asking<Authorized> {
  const walked = yield* walkedHost();
  if (walked.is === 'unknown') return walked;
  const paths = walked.found.filter((f) => f.type === 'file' && f.size > 0 && names.includes(nameIn(f.path))).map((f) => f.path);
  const texts = yield* together(paths.map((path) => read(path)));
  let incomplete = walked.incomplete;
  const each = texts.flatMap((text, at): AuthorizedFile[] => {
    const path = paths[at] ?? '';
    if (text.is === 'blocked') incomplete ??= unknown(text, path);
    if (text.is !== 'got') return [];
    const lines = text.value.split('\n').map((line, index) => ({ line: line.trim(), at: { path, line: index + 1 } }));
    const keys = lines.filter(({ line }) => line !== '' && !line.startsWith('#'));
    return keys.length === 0 ? [] : [{ path, keys: keys.map((k) => k.at), authorities: keys.filter(({ line }) => /^(?:\S*,)?cert-authority[, \t]/.test(line)).length }];
  });
  return { is: 'known', each, consulted: walked.consulted, ...(incomplete ? { incomplete } : {}) };
}
