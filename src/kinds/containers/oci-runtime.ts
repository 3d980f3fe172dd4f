/** Kind `oci-runtime`: the program that starts an account's containers. */
import { type Asking, stat, together } from '../../facts/ask.ts';
import { containersConf } from '../../facts/containers/containers-conf.ts';
import { lookup, word, words } from '../../facts/containers/lookup.ts';
import { releaseOf, since } from '../../facts/containers/podman-release.ts';
import { type Fact, FactBuilder, type Known, type Unknown, unknown, type Where } from '../../facts/fact.ts';
import { endOf } from '../../facts/host/disk.ts';
import { programDirectories } from '../../facts/host/tool-table.ts';
import { defineKind } from '../../facts/kind.ts';
import { boolean, record, string } from '../../facts/shape.ts';

/** Where each runtime is looked for when the file does not say (containers/common:pkg/config/default.go). */
const directories = ['/usr/bin', '/usr/sbin', '/usr/local/bin', '/usr/local/sbin', '/sbin', '/bin', '/run/current-system/sw/bin'];
/** What NixOS links into /run at boot comes from there. Of another image nothing will lie at the linked place. */
const nixStore = '/nix/store';
const linkedAtBoot = '/run/current-system/';
const builtIn = ['crun', 'crun-vm', 'crun-wasm', 'krun', 'kata', 'ocijail', 'runc', 'runj', 'runsc', 'youki'];

export const ociRuntime = defineKind({
  name: 'oci-runtime',
  noun: 'the OCI runtime',
  describe: "The OCI runtime of an account's engine: engine.runtime, resolved through engine.runtimes and then PATH as Podman does it.",
  fields: {},
  shape: record({
    name: string('its name, crun or runc as a rule'),
    configured: boolean('a file names it; otherwise the first of crun and runc that is there counts'),
    found: boolean('there is a program; otherwise every command fails'),
    path: string('the program'),
    trusted: boolean("root's or the account's own, and writable by nobody else"),
  }),
  // A file may name any program; it is only looked up, never run.
  touches: () => [
    containersConf,
    ...[...directories, '/opt/bin', '/var/lib/rancher/k3s/data/current/bin'].flatMap((d) =>
      [`${d}/crun`, `${d}/runc`].map((path) => ({ do: 'stat', path }) as const),
    ),
    { do: 'stat', path: nixStore },
    { do: 'stat', named: 'the runtimes of containers.conf' },
  ],
  *learn(_, as): Asking<Fact> {
    const config = yield* containersConf(as);
    if (config.is === 'unknown') return config;
    const set = word(config, 'engine', 'runtime');
    if (set.gap) return set.gap;
    const lists = lookup(config, 'engine', 'runtimes');
    if (lists.gap) return lists.gap;
    const tried: Where[] = [];
    for (const name of set.value === undefined ? ['crun', 'runc'] : [set.value]) {
      const paths = candidates(config, name);
      if ('why' in paths) return paths;
      for (const path of paths) {
        const seen = yield* program(path);
        if ('why' in seen) return seen;
        if (seen.found) return located(name, set.value !== undefined, set.where, path, seen.uid === 0 || seen.uid === as.uid, seen.mode);
        tried.push({ path, said: 'not there' });
      }
    }
    const where = [...set.where.slice(0, 1), ...tried.slice(0, 6)];
    return new FactBuilder()
      .consulted(...where)
      .set('name', set.value ?? 'crun', ...where)
      .set('configured', set.value !== undefined, ...where)
      .set('found', false, ...where)
      .at('path', ...where)
      .build();
  },
});

/**
 * A name with a slash is the path; a name that is no key of engine.runtimes is "not found" whatever PATH holds.
 * A bare name in the list is searched in PATH by 5.4.2 and not by 4.3.1 (tried).
 */
function candidates(config: Known, name: string): readonly string[] | Unknown {
  if (name.startsWith('/')) return [name];
  const given = words(config, 'engine', 'runtimes', name);
  if (!given.set && !builtIn.includes(name)) return [];
  const listed = given.set ? given.values : directories.map((d) => `${d}/${name}`);
  const bare = listed.some((p) => p !== '' && !p.startsWith('/'));
  const version = releaseOf(String(config.value.version ?? ''));
  if (bare && !version)
    return {
      is: 'unknown',
      why: 'ambiguous',
      said: `whether Podman looks for the bare name in ${name} of [engine.runtimes] in PATH depends on its version, which is not known`,
      where: given.where,
    };
  const inPath = (program: string): string[] => programDirectories.map((d) => `${d}/${program}`);
  return [...new Set([...listed.flatMap((p) => (p.startsWith('/') ? [p] : p === '' || !version || !since(version, '5.0') ? [] : inPath(p))), ...inPath(name)])];
}

function* program(path: string): Asking<{ found: false } | { found: true; uid: number; mode: number } | Extract<Fact, { is: 'unknown' }>> {
  const [answer] = yield* together([stat(path)]);
  const real = answer?.is === 'got' ? answer.value.real : undefined;
  if (answer?.is === 'blocked' && answer.why === 'unsupported' && path.startsWith(linkedAtBoot)) {
    const nix = yield* stat(nixStore);
    if (nix.is === 'absent') return { found: false };
  }
  if (answer?.is === 'blocked') return unknown(answer, path);
  if (real?.is === 'blocked') return unknown(real, path);
  const end = answer ? endOf(answer) : undefined;
  // Podman checks that the path is a regular file and leaves the execute bit to the first container.
  return end?.type === 'file' ? { found: true, uid: end.uid, mode: end.mode } : { found: false };
}

function located(name: string, configured: boolean, from: readonly Where[], path: string, owned: boolean, mode: number): Fact {
  const here = { path, said: `mode ${mode.toString(8).padStart(4, '0')}` };
  const where = [...from.slice(0, 1), here];
  return new FactBuilder()
    .consulted(...where)
    .set('name', name, ...where)
    .set('configured', configured, ...where)
    .set('found', true, ...where)
    .set('path', path, ...where)
    .set('trusted', owned && (mode & 0o022) === 0, here, ...from.slice(0, 1))
    .build();
}
