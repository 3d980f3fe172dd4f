/** Whether PAM lets an account in that has an empty password: pam_unix(8) does so with `nullok` alone. */
import { type Answer, type Asking, list, read, together } from '../ask.ts';
import { type Unknown, unknown, type Where } from '../fact.ts';
import { addTo } from '../grouped.ts';
import { pamDirectories as directories } from '../pam-directories.ts';
import { source, type Touches } from '../source.ts';

/** What asks for a password at the console, on a screen, or of another account. sshd refuses an empty one by itself. */
const services = ['login', 'su', 'su-l', 'gdm-password', 'lightdm', 'sddm', 'greetd'] as const;
const deepest = 8;

const touches: Touches = directories.flatMap(
  (path): Touches => [
    { do: 'list', path },
    { do: 'read', path: `${path}/*`, first: [...services, 'common-auth', 'system-auth'].map((name) => `${path}/${name}`) },
  ],
);

/** `admits` is where `nullok` stands; none: an empty password is refused. Without PAM nothing refuses it. */
export type Nullok = { readonly is: 'known'; readonly admits: boolean; readonly where: readonly Where[] } | Unknown;

export const nullok = source(touches, seekNullok);

function* seekNullok(): Asking<Nullok> {
  const lists = yield* together(directories.map((d) => list(d)));
  for (const [at, answer] of lists.entries()) if (answer.is === 'blocked') return unknown(answer, directories[at] ?? '');
  const where = new Map<string, string[]>();
  for (const [at, answer] of lists.entries()) for (const name of answer.is === 'got' ? answer.value : []) addTo(where, name, `${directories[at]}/${name}`);
  if (where.size === 0) return { is: 'known', admits: true, where: [{ path: directories[0], said: 'no PAM, which could refuse it' }] };
  const stacks = services.filter((name) => where.has(name));
  if (stacks.length === 0)
    return { is: 'unknown', why: 'ambiguous', said: 'no stack of PAM is there by which somebody logs in', where: [{ path: directories[0] }] };
  const found = yield* together(stacks.map((name) => nullokIn(name, where, 0)));
  const admits = found.flatMap((f) => (Array.isArray(f) ? f : []));
  if (admits.length > 0) return { is: 'known', admits: true, where: admits };
  return (
    found.find((f): f is Unknown => !Array.isArray(f)) ?? {
      is: 'known',
      admits: false,
      where: stacks.flatMap((name) => where.get(name)?.slice(0, 1) ?? []).map((path) => ({ path })),
    }
  );
}

/** By the name of a stack its files, the one that counts first. */
type Files = Map<string, readonly string[]>;

/** The first file that can be opened: a link that leads nowhere hides nothing. */
function* stackOf(paths: readonly string[]): Asking<[path: string, Answer<string>]> {
  for (const path of paths) {
    const text = yield* read(path);
    if (text.is !== 'absent') return [path, text];
  }
  return ['', { is: 'absent' }];
}

/** Where a stack, or one that it includes, says `nullok` for authentication. */
function* nullokIn(name: string, files: Files, depth: number): Asking<Where[] | Unknown> {
  if (depth > deepest) return [];
  const [path, text] = yield* stackOf(files.get(name) ?? []);
  if (text.is === 'blocked') return unknown(text, path);
  const found: Where[] = [];
  let open: Unknown | undefined;
  for (const [index, line] of (text.is === 'got' ? text.value : '').replace(/\\\n/g, ' ').split('\n').entries()) {
    const [kind = '', control = '', module = '', ...args] = line.replace(/(^|\s)#.*/, '').match(/\[[^\]]*\]|\S+/g) ?? [];
    const included = kind === '@include' ? control : /^-?auth$/.test(kind) && /^(?:include|substack)$/.test(control) ? module : undefined;
    if (included !== undefined) {
      const inside: Where[] | Unknown = yield* nullokIn(included, files, depth + 1);
      if (Array.isArray(inside)) found.push(...inside);
      else open ??= inside;
    } else if (/^-?auth$/.test(kind) && /(?:^|\/)pam_unix2?\.so$/.test(module) && args.some((a) => a === 'nullok' || a === 'nullok_secure'))
      found.push({ path, line: index + 1, said: 'lets empty passwords in' });
  }
  return found.length > 0 ? found : (open ?? found);
}
