/** Kind `oci-runtime`: the program that starts an account's containers. */
import type { Asking } from '../../facts/ask.ts';
import { containersConf } from '../../facts/containers/containers-conf.ts';
import { lookup, word } from '../../facts/containers/lookup.ts';
import { runtimeDirectories, runtimePaths, runtimePatterns, runtimeProgram } from '../../facts/containers/oci-runtime-program.ts';
import { type Fact, FactBuilder, type Where } from '../../facts/fact.ts';
import { defineKind } from '../../facts/kind.ts';
import { boolean, record, string } from '../../facts/shape.ts';

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
    ...[...runtimeDirectories, '/opt/bin', '/var/lib/rancher/k3s/data/current/bin'].flatMap((d) =>
      [`${d}/crun`, `${d}/runc`].map((path) => ({ do: 'stat', path }) as const),
    ),
    ...runtimePatterns,
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
      const paths = runtimePaths(config, name);
      if ('why' in paths) return paths;
      for (const path of paths) {
        const seen = yield* runtimeProgram(path);
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
