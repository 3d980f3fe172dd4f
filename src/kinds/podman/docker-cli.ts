/** Kind `docker-cli`: what runs under the name `docker`. */

import { type Answer, type Asking, type Output, read, run, stat, together } from '../../facts/ask.ts';
import { commandPlace } from '../../facts/asks.ts';
import { type Fact, FactBuilder, missing, unknown } from '../../facts/fact.ts';
import { defineKind } from '../../facts/kind.ts';
import { boolean, record, string } from '../../facts/shape.ts';

const paths = ['/usr/local/bin/docker', '/usr/bin/docker', '/bin/docker'];
const quietFile = '/etc/containers/nodocker';
const argv = ['docker', '--version'];
/** podman-docker's script is a few lines; anything larger is a program. */
const scriptLimit = 4096;

export const dockerCli = defineKind({
  name: 'docker-cli',
  noun: 'the command docker:',
  describe: 'The program named docker: Podman in disguise (package podman-docker), or Docker itself.',
  fields: {},
  shape: record({
    provider: string('who stands behind the name', ['podman', 'docker', 'other']),
    path: string('where it lies'),
    quiet: boolean('/etc/containers/nodocker silences the note that Podman answers'),
  }),
  touches: () => [
    ...paths.flatMap((path) => [{ do: 'stat', path } as const, { do: 'read', path } as const]),
    { do: 'stat', path: quietFile },
    { do: 'run', argv },
  ],
  *learn(): Asking<Fact> {
    const [quiet, ...stats] = yield* together([stat(quietFile), ...paths.map((p) => stat(p))]);
    const fact = new FactBuilder().consulted(...paths.map((path) => ({ path })));
    if (quiet.is === 'blocked') fact.gap('quiet', unknown(quiet, quietFile));
    else fact.set('quiet', quiet.is === 'got', { path: quietFile });
    const at = stats.findIndex((s) => s.is === 'blocked' || (s.is === 'got' && s.value.real?.is !== 'absent'));
    const found = stats[at];
    const path = paths[at];
    if (!found || path === undefined || found.is === 'absent') return missing(...paths.map((p) => ({ path: p })));
    if (found.is === 'blocked') return unknown(found, path);
    fact.set('path', path, { path });
    const real = found.value.real?.is === 'got' ? found.value.real.value : { ...found.value, path };
    if (/\/podman(-remote)?$/.test(real.path)) return fact.set('provider', 'podman', { path, said: `leads to ${real.path}` }).build();
    const script = real.size <= scriptLimit ? yield* read(path) : undefined;
    if (script?.is === 'got' && script.value.startsWith('#!')) {
      const line = script.value.split('\n').findIndex((l) => /^\s*exec\s+\S*podman\b/.test(l));
      if (line >= 0) return fact.set('provider', 'podman', { path, line: line + 1 }).build();
    }
    const said = (yield* run(argv)) as Answer<Output>;
    const where = { path: commandPlace(argv) };
    if (said.is === 'got' && /^podman version /m.test(said.value.stdout)) return fact.set('provider', 'podman', where).build();
    if (said.is === 'got' && /^Docker version /m.test(said.value.stdout)) return fact.set('provider', 'docker', where).build();
    return fact
      .gap(
        'provider',
        said.is === 'blocked'
          ? { ...unknown(said, where.path), where: [{ path }] }
          : { is: 'unknown', why: 'failed', said: `what ${path} is cannot be told`, where: [{ path }] },
      )
      .build();
  },
});
