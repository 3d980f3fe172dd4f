/** Kind `passwords`: how the accounts of a host may prove themselves by a password, by class. */
import type { Asking } from '../../facts/ask.ts';
import { type Fact, FactBuilder, type Json, type Unknown, type Where } from '../../facts/fact.ts';
import { nullok } from '../../facts/host/nullok.ts';
import { type Password, passwords as read } from '../../facts/host/passwords.ts';
import { defineKind } from '../../facts/kind.ts';
import { boolean, list, record, type Shape, string } from '../../facts/shape.ts';

const account = (describe: string): Shape =>
  list(
    record({
      name: string('login name'),
      method: string('how the password is hashed: yescrypt, SHA-512, MD5, DES'),
      shell: string('login shell'),
      file: string('the file that says so'),
    }),
    describe,
  );

export const passwords = defineKind({
  name: 'passwords',
  noun: 'the passwords of accounts',
  describe:
    'Passwords of the accounts by class (passwd(5), shadow(5), crypt(5)): empty, weakly hashed, set, locked. Hashes are masked before anything sees them.',
  fields: {},
  shape: record({
    empty: account('accounts into which anybody gets without a password: it is empty, PAM lets it in, and the shell opens a session'),
    emptyIdle: account('accounts with an empty password that lets nobody in as the host is: PAM refuses it, or the shell opens no session'),
    weak: account('accounts with a password under DES, MD5 or the like'),
    usable: account('accounts with a password, and a shell that opens a session'),
    root: record(
      {
        state: string('of root’s password', ['empty', 'locked', 'set']),
        opens: boolean('its shell opens a session'),
      },
      'root; unset where there is no such account',
    ),
  }),
  touches: () => [read, nullok],
  *learn(): Asking<Fact> {
    const found = yield* read();
    if (found.is === 'unknown') return found;
    const fact = new FactBuilder().consulted(...found.consulted);
    const all = (field: string, those: readonly Password[], extra: readonly Where[] = []): void =>
      setAll(fact, field, those, found.consulted, extra, found.unread);
    const empty = found.each.filter((p) => p.is === 'empty');
    const admitted = empty.some((p) => p.opens) ? yield* nullok() : undefined;
    if (admitted?.is === 'unknown') {
      for (const field of ['empty', 'emptyIdle']) fact.gap(field, admitted);
    } else {
      const inside = (p: Password): boolean => p.opens && admitted?.admits === true;
      all('empty', empty.filter(inside), admitted?.where);
      all(
        'emptyIdle',
        empty.filter((p) => !inside(p)),
      );
    }
    all(
      'weak',
      found.each.filter((p) => p.is === 'set' && p.weak),
    );
    all(
      'usable',
      found.each.filter((p) => p.is === 'set' && p.opens),
    );
    const root = found.each.find((p) => p.uid === 0);
    if (root?.is === 'unread' && found.unread) fact.gap('root', found.unread);
    else if (root && root.is !== 'unread') fact.set(['root', 'state'], root.is, root.at).set(['root', 'opens'], root.opens, root.at);
    return fact.build();
  },
});

/** The accounts with their lines. Where the shadow file may not be read, one more is unknown. */
function setAll(
  fact: FactBuilder,
  field: string,
  those: readonly Password[],
  consulted: readonly Where[],
  extra: readonly Where[],
  unread: Unknown | undefined,
): void {
  const values = those.map(({ name, method, shell, at }): Json => ({ name, shell, file: at.path, ...(method === undefined ? {} : { method }) }));
  fact.set(field, [...values, ...(unread ? [{}] : [])], ...(those.length > 0 ? those.map((p) => p.at) : consulted));
  for (const [index, { at }] of those.entries()) fact.at([field, String(index)], at, ...extra);
  if (unread) fact.gap([field, String(those.length)], unread);
}
