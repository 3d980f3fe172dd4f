/** Kind `default-mounts`: what an account's engine puts into every container without being asked. */
import { type Account, type Answer, type Asking, list, read, stat, together } from '../../facts/ask.ts';
import { containersConf } from '../../facts/containers/containers-conf.ts';
import { words } from '../../facts/containers/lookup.ts';
import { type Fact, FactBuilder, type Known, type Unknown, unknown, type Where } from '../../facts/fact.ts';
import { unreadableBy } from '../../facts/host/disk.ts';
import { defineKind } from '../../facts/kind.ts';
import { list as listOf, record, string } from '../../facts/shape.ts';

const etcMounts = '/etc/containers/mounts.conf';
const usrMounts = '/usr/share/containers/mounts.conf';
const hooksDirectory = '/usr/share/containers/oci/hooks.d';

/**
 * containers/common:pkg/subscriptions (mounts.conf: the account's own file, else /etc, else
 * /usr/share) and pkg/hooks; without hooks_dir only the vendor's directory is read.
 */
export const defaultMounts = defineKind({
  name: 'default-mounts',
  noun: 'the default mounts',
  describe: "What an account's engine adds to every container: containers.volumes and .mounts, mounts.conf, OCI hooks.",
  fields: {},
  shape: record({
    mounts: listOf(string('a host path'), 'host paths that are mounted into every container; named volumes and tmpfs are none'),
    hooks: listOf(string('a path'), 'OCI hooks: programs that run when a container starts'),
  }),
  touches: () => [
    containersConf,
    ...[etcMounts, usrMounts, '~/.config/containers/mounts.conf'].flatMap((path) => [{ do: 'stat', path } as const, { do: 'read', path } as const]),
    ...['/usr/share/containers/oci/hooks.d', '/etc/containers/oci/hooks.d'].map((path) => ({ do: 'list', path }) as const),
    { do: 'list', named: 'the directories of hooks_dir in containers.conf' },
  ],
  *learn(_, as): Asking<Fact> {
    const config = yield* containersConf(as);
    if (config.is === 'unknown') return config;
    const fact = new FactBuilder().consulted(...config.consulted);
    const found: Mount[] = [];
    for (const key of ['volumes', 'mounts']) {
      const { values, where, gap } = words(config, 'containers', key);
      if (gap) return fact.gap('mounts', gap).gap('hooks', gap).build();
      found.push(...values.flatMap((text) => hostPath(text, where[0] ?? { path: 'containers.conf' })));
    }
    const file = yield* mountsFile(as);
    if ('is' in file) fact.gap('mounts', file);
    const mounts = [...found, ...('is' in file ? [] : file.mounts)];
    fact.set(
      'mounts',
      mounts.map((m) => m.text),
      ...(mounts.length > 0 ? mounts.map((m) => m.where) : [...config.consulted, { path: etcMounts }]),
    );
    yield* setHooks(fact, config);
    return fact.build();
  },
});

interface Mount {
  readonly text: string;
  readonly where: Where;
}

/** The source of `SOURCE:DESTINATION[:OPTIONS]` or of `type=bind,source=SOURCE,…`, if it is a path. */
function hostPath(written: string, where: Where): readonly Mount[] {
  const text = /(?:^|,)type=/.test(written) ? (/(?:^|,)(?:source|src)=([^,]*)/.exec(written)?.[1] ?? '') : (written.split(':')[0] ?? '');
  return /^[/.~]/.test(text) ? [{ text, where: { ...where, said: written } }] : [];
}

/** The first mounts.conf that is there counts; blank lines and comments do not. */
function* mountsFile(as: Account): Asking<{ mounts: readonly Mount[] } | Unknown> {
  for (const path of [...(as.uid === 0 ? [] : [`${as.home}/.config/containers/mounts.conf`]), etcMounts, usrMounts]) {
    const inode = yield* stat(path);
    const text: Answer<string> = yield* read(path);
    const shut = unreadableBy(as, path, inode);
    if (shut) return shut;
    if (text.is === 'blocked') return unknown(text, path);
    if (text.is === 'absent') continue;
    return {
      mounts: text.value.split('\n').flatMap((line, index) => {
        const entry = line.trim();
        return entry === '' || entry.startsWith('#') ? [] : hostPath(entry, { path, line: index + 1 });
      }),
    };
  }
  return { mounts: [] };
}

function* setHooks(fact: FactBuilder, config: Known): Asking<void> {
  const set = words(config, 'engine', 'hooks_dir');
  if (set.gap) return void fact.gap('hooks', set.gap);
  const directories = (set.set ? set.values : [hooksDirectory]).filter((d) => d.startsWith('/'));
  const listings = yield* together(directories.map((d) => list(d)));
  const hooks: string[] = [];
  for (const [at, names] of listings.entries()) {
    const directory = directories[at] as string;
    if (names.is === 'blocked') return void fact.gap('hooks', unknown(names, directory));
    if (names.is === 'got') hooks.push(...names.value.filter((n) => n.endsWith('.json')).map((n) => `${directory}/${n}`));
  }
  fact.set('hooks', hooks, ...(hooks.length > 0 ? hooks : directories).map((path) => ({ path })), ...set.where.slice(0, 1));
}
