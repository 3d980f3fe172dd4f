/** The environment that a unit's files give its processes: `Environment=`, then `EnvironmentFile=`, less `UnsetEnvironment=`. */

import { type Account, type Asking, read, together } from '../ask.ts';
import { type Unknown, unknown, type Where } from '../fact.ts';
import { holdsPlaceholder } from '../redacted.ts';
import type { Touches } from '../source.ts';
import type { Settings } from '../systemd/merge.ts';
import { environmentFiles, mergeEnvironment, parseEnvironmentFile, type Variable } from './environment.ts';

export interface UnitVariables {
  readonly variables: ReadonlyMap<string, Variable>;
  /** Near misses, by variable name; without one, about the whole environment. */
  readonly remarks: readonly { readonly said: string; readonly where: Where; readonly name?: string }[];
  /** A file that could not be read, or was not: it may set anything. */
  readonly unseen?: Unknown;
}

/** The values by name that are sure: not those that were masked, and none at all where a file that was not seen may set any. */
export const sureValues = ({ variables, unseen }: UnitVariables): ReadonlyMap<string, string> =>
  new Map(unseen ? [] : [...variables].flatMap(([name, { value }]) => (holdsPlaceholder(value) ? [] : [[name, value] as const])));

/** Files are read after `Environment=`, in order, and win (systemd.exec(5)). With `readFiles` off, any file that is named is unseen. */
export function* unitVariables(settings: Pick<Settings, 'counting'>, expand: (v: string) => string, readFiles: boolean, as: Account): Asking<UnitVariables> {
  const own = mergeEnvironment(settings.counting('Environment'), expand);
  const variables = new Map<string, Variable>(own.variables);
  const remarks = [...own.remarks];
  const files = environmentFiles(settings.counting('EnvironmentFile'), expand);
  const readable = files.map((f) => readFiles && mayRead(f.path, as));
  const texts = yield* together(files.filter((_, at) => readable[at]).map((f) => read(f.path)));
  let next = 0;
  let unseen: Unknown | undefined;
  for (const [at, file] of files.entries()) {
    const text = readable[at] ? texts[next++] : undefined;
    if (text?.is === 'absent') continue;
    if (text?.is !== 'got') {
      unseen ??=
        text?.is === 'blocked'
          ? unknown(text, file.path)
          : { is: 'unknown', why: 'unsupported', said: `${file.path}, which EnvironmentFile= names, was not read`, where: [file.where] };
      continue;
    }
    const parsed = parseEnvironmentFile(text.value, file.path);
    for (const [name, v] of parsed.variables) variables.set(name, { value: v.value, where: [...v.where, ...(variables.get(name)?.where ?? [])] });
    for (const { said, where } of parsed.remarks) remarks.push({ said, where });
  }
  for (const a of settings.counting('UnsetEnvironment'))
    for (const name of a.value.split(/\s+/)) if (variables.delete(name)) remarks.push({ said: `UnsetEnvironment= takes ${name} away`, where: a.where, name });
  return { variables, remarks, ...(unseen ? { unseen } : {}) };
}

const environmentRoots = ['/etc', '/run', '/usr', '/opt', '/var/lib'];

export const environmentTouches: Touches = [...environmentRoots, '~'].map((root) => ({ do: 'read', path: `${root}/**`, later: true }));

function mayRead(path: string, as: Account): boolean {
  return !path.includes('/../') && !/[*?[]/.test(path) && [...environmentRoots, as.home].some((root) => path.startsWith(`${root}/`));
}
