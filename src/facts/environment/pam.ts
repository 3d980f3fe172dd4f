/**
 * What PAM adds to a user manager: user@.service runs through the stack `systemd-user`, and pam_env(8) there reads
 * /etc/environment, whether it stands among the session or the auth modules (pam_setcred(3) runs the latter).
 */
import { type Account, type Answer, type Asking, read } from '../ask.ts';
import { type Unknown, unknown, type Where } from '../fact.ts';
import { pamDirectories as directories } from '../pam-directories.ts';
import type { Pattern } from '../pattern.ts';
import { source } from '../source.ts';
import { everyName } from '../text/assignments.ts';
import { type Environment, EnvironmentBuilder } from './environment.ts';
import { etcEnvironment, setBy } from './login.ts';

const stack = 'systemd-user';

/** Whether the stack of user managers reads the file; unknown where it could not be followed. */
const readsEtcEnvironment = source(
  directories.map((d): Pattern => ({ do: 'read', path: `${d}/*`, first: [`${d}/${stack}`] })),
  followStack,
);

/** The variables of /etc/environment, as far as they reach the manager. The stack is looked at only where one is set. */
export const pamEnvironment = source([{ do: 'read', path: etcEnvironment }, readsEtcEnvironment], readPamEnvironment);

function* readPamEnvironment(as: Account): Asking<Environment> {
  const env = new EnvironmentBuilder().looked({ path: etcEnvironment });
  const text = yield* read(etcEnvironment);
  if (text.is === 'absent') return env.build();
  const found = setBy([{ path: etcEnvironment, dialect: 'pam', text }], everyName, as);
  if (found.variables.size === 0 && !found.unseen) return env.build();
  const reads = yield* readsEtcEnvironment();
  if (reads === true) return env.over(found).build();
  if (reads === false) {
    for (const [name, { where }] of found.variables)
      env.remark({ said: `${name} is set here, and PAM does not hand it to the user manager`, where: where[0] ?? { path: etcEnvironment }, name });
    return env.build();
  }
  for (const [name, { where }] of found.variables)
    env.unsure(name, {
      ...reads,
      said: `${name} is set in ${etcEnvironment}, which reaches user services only where PAM reads it for ${stack} (${reads.said})`,
      where: [...where, ...reads.where],
    });
  return env.missed(found.unseen).build();
}

function* followStack(): Asking<boolean | Unknown> {
  return yield* follow(stack, 0);
}

/** Deeper than any real stack: a circle of includes ends here. */
const deepest = 8;

function* follow(service: string, depth: number): Asking<boolean | Unknown> {
  const [path, text] = yield* serviceFile(service);
  const where: Where = { path };
  if (text.is === 'blocked') return unknown(text, path);
  if (text.is === 'absent') return { is: 'unknown', why: 'ambiguous', said: `there is no stack ${service}`, where: [where] };
  let open: Unknown | undefined;
  for (const [index, line] of text.value.replace(/\\\n/g, ' ').split('\n').entries()) {
    const [kind = '', control = '', module = '', ...args] = wordsOf(line);
    const at = { path, line: index + 1 };
    const included = kind === '@include' ? control : /^(?:include|substack)$/.test(control) ? module : undefined;
    // pam_setcred(3) and pam_open_session(3) are what systemd calls, besides the account modules.
    const counts = kind === '@include' || /^-?(?:auth|session)$/.test(kind);
    if (!counts || kind === '') continue;
    if (included !== undefined) {
      const inside: boolean | Unknown =
        depth >= deepest || !/^[\w.-]+$/.test(included)
          ? { is: 'unknown', why: 'unsupported', said: `the stack ${included} was not followed`, where: [at] }
          : yield* follow(included, depth + 1);
      if (inside === true) return true;
      if (inside !== false) open ??= inside;
    } else if (/(?:^|\/)pam_env\.so$/.test(module)) {
      const file = args.find((a) => a.startsWith('envfile='))?.slice('envfile='.length) ?? etcEnvironment;
      if (!args.includes('readenv=0') && file === etcEnvironment) return true;
    }
  }
  return open ?? false;
}

function* serviceFile(service: string): Asking<[string, Answer<string>]> {
  const paths = directories.map((d) => `${d}/${service}`);
  for (const path of paths) {
    const text = yield* read(path);
    if (text.is !== 'absent') return [path, text];
  }
  return [paths[0] as string, { is: 'absent' }];
}

/** `[value=action …]` is one word, and a comment ends the line (pam.conf(5)). */
const wordsOf = (line: string): readonly string[] => line.replace(/(^|\s)#.*/, '').match(/\[[^\]]*\]|\S+/g) ?? [];
