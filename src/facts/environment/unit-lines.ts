/**
 * What the files of a unit themselves give its processes: `Environment=`, then `EnvironmentFile=`, less
 * `UnsetEnvironment=` (systemd.exec(5) "Environment"). Not what its manager hands on: see unit.ts.
 */
import { type Asking, read, together } from '../ask.ts';
import { unknown, type Where } from '../fact.ts';
import { source } from '../source.ts';
import { type Assignment, sinceReset } from '../systemd/syntax.ts';
import { splitWords } from '../systemd/words.ts';
import { remembered } from '../text/remembered.ts';
import { readEnvFile } from './env-file.ts';
import { type Environment, EnvironmentBuilder, validName } from './environment.ts';

/** The `[Service]` lines that count, by key, after all drop-ins; and how their specifiers are resolved. */
export interface UnitLines {
  readonly counting: (key: string) => readonly Assignment[];
  readonly expand: (value: string) => string;
}

/** Adds up `Environment=` lines; later ones win, an empty one clears all. A value with a specifier that `expand` leaves as it is cannot be told. */
export function mergeEnvironment(assignments: readonly Assignment[], expand: (v: string) => string): Environment {
  let env = new EnvironmentBuilder();
  for (const { value, where } of assignments) {
    if (value === '') {
      const { variables, remarks } = env.build();
      env = new EnvironmentBuilder().remark(...remarks);
      for (const [name, old] of variables)
        env.remark({ said: `had set ${name}=${old.value}, then Environment= was reset`, where: old.where[0] ?? where, name });
      if (variables.size > 0) env.remark({ said: 'resets the list', where });
      continue;
    }
    const { words, broken } = splitWords(value, true);
    for (const word of words) put(env, expand(word), where, expand(word.replaceAll('%%', '')).includes('%'));
    if (broken) env.remark({ said: 'ignored: a quote or escape is left open', where });
  }
  return env.build();
}

function put(env: EnvironmentBuilder, word: string, where: Where, specifier = false): void {
  const at = word.indexOf('=');
  const name = word.slice(0, Math.max(at, 0));
  const value = word.slice(at + 1);
  if (at < 1 || !validName.test(name))
    return void env.remark({ said: `ignored: ${JSON.stringify(word)} is not NAME=value`, where, ...(at > 0 ? { name } : {}) });
  env.set(name, value, [{ ...where, said: `sets ${value}` }]);
  if (specifier)
    env.unsure(name, { is: 'unknown', why: 'ambiguous', said: `${name} holds a specifier that only the running manager can expand`, where: [where] });
}

/** One `EnvironmentFile=` entry: `-` in front means that it may be missing. */
interface EnvironmentFile {
  readonly path: string;
  /** Before specifiers are resolved. */
  readonly written: string;
  readonly where: Where;
}

/** The entries of `EnvironmentFile=`, in order; an empty assignment clears the list. */
function environmentFiles(assignments: readonly Assignment[], expand: (v: string) => string): EnvironmentFile[] {
  let files: EnvironmentFile[] = [];
  for (const { value, where } of assignments) {
    if (value === '') files = [];
    else {
      const written = value.replace(/^-/, '');
      const path = expand(written);
      if (path.startsWith('/')) files.push({ path, written, where });
    }
  }
  return files;
}

/** Parses an environment file; an assignment without a value sets an empty one. */
export const parseEnvironmentFile = remembered((text: string, path: string): Environment => {
  const env = new EnvironmentBuilder().looked({ path });
  for (const { name, value = '', line, doubtful } of readEnvFile(text)) {
    const where = { path, line };
    if (doubtful && validName.test(name))
      env.unsure(name, { is: 'unknown', why: 'ambiguous', said: 'systemd before 254 takes the line for a part of the comment above it', where: [where] });
    else put(env, `${name}=${value}`, where);
  }
  return env.build();
});

/** Where files of variables usually lie, whatever they are called. */
const folders = ['/etc/default', '/etc/sysconfig'];

/** Files are read after `Environment=`, in order, and win. With `readFiles` off, any file that is named is unseen. */
export const unitLines = source(
  [
    { do: 'read', path: '/etc/default/*', later: true },
    { do: 'read', path: '/etc/sysconfig/*', later: true, unasked: 'the same as /etc/default, elsewhere' },
    { do: 'read', named: 'what EnvironmentFile= names', later: true },
  ],
  readUnitLines,
);

function* readUnitLines({ counting, expand }: UnitLines, readFiles = true): Asking<Environment> {
  const env = new EnvironmentBuilder().over(mergeEnvironment(counting('Environment'), expand));
  const files = environmentFiles(counting('EnvironmentFile'), expand);
  const readable = files.map((f) => readFiles && mayRead(f));
  const texts = yield* together(files.filter((_, at) => readable[at]).map((f) => read(f.path)));
  let next = 0;
  for (const [at, file] of files.entries()) {
    const text = readable[at] ? texts[next++] : undefined;
    if (text?.is === 'got') env.over(parseEnvironmentFile(text.value, file.path));
    else if (text?.is === 'blocked') env.missed(unknown(text, file.path));
    else if (!text) env.missed({ is: 'unknown', why: 'unsupported', said: `${file.path}, which EnvironmentFile= names, was not read`, where: [file.where] });
  }
  takeAway(env, counting('UnsetEnvironment'));
  return env.build();
}

/** `UnsetEnvironment=` names variables, or assignments that go only if they are the very same; an empty one clears the list. */
export function takeAway(env: EnvironmentBuilder, assignments: readonly Assignment[]): void {
  for (const { value, where } of sinceReset(assignments))
    for (const word of splitWords(value, true).words) {
      const at = word.indexOf('=');
      const name = at < 0 ? word : word.slice(0, at);
      if (env.remove(name, at < 0 ? undefined : word.slice(at + 1))) env.remark({ said: `UnsetEnvironment= takes ${name} away`, where, name });
    }
}

/** Globs are not followed, nor is a name that stands in no file because specifiers make it up, where it may lie anywhere. */
function mayRead({ path, written }: EnvironmentFile): boolean {
  if (/[*?[%]|\/\/|\/\.\.?(?:\/|$)/.test(path)) return false;
  const at = path.lastIndexOf('/');
  return folders.includes(path.slice(0, at)) || !/%[^/]*$/.test(written);
}
