/** Kind `runtime-dir`: the directory /run/user/UID of an account, and the variable that should name it. */
import { type Asking, read, stat, together } from '../../facts/ask.ts';
import { envPlace } from '../../facts/asks.ts';
import { gapOf, sameDirectory } from '../../facts/environment/environment.ts';
import { ownSession } from '../../facts/environment/inspection.ts';
import { type Fact, FactBuilder, missing, unknown } from '../../facts/fact.ts';
import { kernelPath, runs } from '../../facts/host/running.ts';
import { defineKind } from '../../facts/kind.ts';
import { boolean, mode, record, string } from '../../facts/shape.ts';
import { inQuestion } from '../../facts/source.ts';

const mountsPath = '/proc/self/mountinfo';
const variable = 'XDG_RUNTIME_DIR';

/**
 * XDG_RUNTIME_DIR belongs to a session: it is known only when the account itself inspects,
 * neither through sudo nor su. Otherwise only the directory, computed from the uid, is judged.
 */
export const runtimeDir = defineKind({
  name: 'runtime-dir',
  noun: 'the runtime directory',
  absent: '{who} has no runtime directory: a login makes it, and lingering keeps it',
  describe: 'The runtime directory /run/user/UID of the account in question, and XDG_RUNTIME_DIR if the account itself inspects.',
  fields: {},
  shape: record({
    path: string('/run/user/UID'),
    directory: boolean('it is a directory, not a link'),
    owned: boolean('its owner is the account'),
    mode: mode('its permission bits'),
    filesystem: string('the file system mounted there, such as tmpfs; unset when it is no mount of its own'),
    variable: record(
      { value: string('XDG_RUNTIME_DIR'), right: boolean('it names the directory of the account; unset when the inspection runs in another session') },
      'the variable in the session of the inspection',
    ),
  }),
  touches: () => [
    { do: 'stat', path: '/run/user/{uid}' },
    { do: 'stat', path: kernelPath },
    { do: 'read', path: mountsPath },
    ownSession.of([variable], inQuestion),
  ],
  *learn(_query, as): Asking<Fact> {
    const path = `/run/user/${as.uid}`;
    const [inode, kernel, mounts, session] = yield* together([stat(path), stat(kernelPath), read(mountsPath), ownSession([variable], as)]);
    if (inode.is === 'blocked') return unknown(inode, path);
    if (inode.is === 'absent') {
      return !runs(kernel)
        ? { is: 'unknown', why: 'unsupported', said: `${path} is made at login, and nobody logs in to an image`, where: [{ path }] }
        : missing({ path });
    }
    const { type, mode: bits, uid } = inode.value;
    const fact = new FactBuilder()
      .consulted({ path })
      .set('path', path, { path })
      .set('directory', type === 'directory', { path })
      .set('owned', uid === as.uid, { path, said: `owner ${uid}` })
      .set('mode', bits, { path });
    if (mounts.is === 'blocked') fact.gap('filesystem', unknown(mounts, mountsPath));
    else
      fact.set('filesystem', mounts.is === 'got' ? filesystemAt(mounts.value, path) : undefined, { path: mountsPath }).at('filesystem', { path: mountsPath });
    if (!session) return fact.at('variable', { path: envPlace(variable), said: 'of another session' }).build();
    if ('is' in session) return fact.gap('variable', session).build();
    const hidden = gapOf(session, variable);
    if (hidden) return fact.gap('variable', hidden).build();
    const value = session.variables.get(variable)?.value;
    const at = { path: envPlace(variable), said: value === undefined || value === '' ? 'not set' : `is ${value}` };
    return fact
      .set(['variable', 'value'], value, at)
      .set(['variable', 'right'], value !== undefined && sameDirectory(value, path), at)
      .build();
  },
});

/** The type of the last mount at a path: proc_pid_mountinfo(5). */
function filesystemAt(mountinfo: string, path: string): string | undefined {
  const line = mountinfo.split('\n').findLast((l) => l.split(' ')[4] === path);
  const fields = line?.split(' ') ?? [];
  return fields[fields.indexOf('-', 6) + 1];
}
