/** Kind `quadlet-generator`: the program that turns Quadlet files of an account into services. */
import { type Asking, type Stat, stat, together } from '../../facts/ask.ts';
import { type Fact, FactBuilder, unknown, type Where } from '../../facts/fact.ts';
import { defineKind } from '../../facts/kind.ts';
import { hiddenFrom, type QuadletHost, quadletFiles, quadletHosts } from '../../facts/quadlet/quadlet-units.ts';
import { boolean, list, record, string } from '../../facts/shape.ts';

/** systemd.generator(7): the first directory that has the name counts. */
const directories = (manager: 'system' | 'user'): string[] =>
  ['/run/systemd', '/etc/systemd', '/usr/local/lib/systemd', '/usr/lib/systemd', '/lib/systemd'].map((d) => `${d}/${manager}-generators`);
const pathsOf = (manager: 'system' | 'user'): string[] => directories(manager).map((d) => `${d}/podman-${manager}-generator`);

export const quadletGenerator = defineKind({
  name: 'quadlet-generator',
  noun: 'the Quadlet generator',
  describe: 'The systemd generator that turns Quadlet files into services, for root or for a user, and the files that wait for it.',
  fields: {},
  shape: record({
    files: list(string('a path'), "Quadlet files in the account's directories"),
    present: boolean('the generator is an executable file'),
    path: string('where it lies'),
    dangling: boolean('what lies there is a link to nothing'),
  }),
  touches: () => [quadletHosts, ...[...pathsOf('system'), ...pathsOf('user')].map((path) => ({ do: 'stat', path }) as const)],
  *learn(_, as): Asking<Fact> {
    const manager = as.uid === 0 ? 'system' : 'user';
    const paths = pathsOf(manager);
    const [hosts, ...stats] = yield* together([quadletHosts(), ...paths.map((p) => stat(p))]);
    if (hosts.is === 'unknown') return hosts;
    const host = hosts.each.at(-1) as QuadletHost;
    const instance = as.uid === 0 ? host.system : host.users.find((u) => u.account?.uid === as.uid);
    const files = quadletFiles(host)
      .filter((f) => instance?.directories.includes(f.directory))
      .map((f) => f.path);
    const fact = new FactBuilder().consulted(...paths.map((path) => ({ path })));
    const moved = as.uid === 0 ? host.systemMoved : host.usersMoved.get(as.uid);
    const open = moved ?? (files.length === 0 ? hiddenFrom(hosts, as) : undefined);
    if (open) fact.gap('files', open);
    else fact.set('files', files, ...(files.length > 0 ? files : (instance?.directories ?? [])).map((path) => ({ path })));
    const at = stats.findIndex((s) => s.is !== 'absent');
    const found = stats[at];
    const path = paths[at];
    if (!found || path === undefined) return fact.set('present', false, ...paths.map((p) => ({ path: p }))).build();
    if (found.is === 'blocked') return fact.gap('present', unknown(found, path)).build();
    return present(fact, path, found as Extract<typeof found, { is: 'got' }>).build();
  },
});

function present(fact: FactBuilder, path: string, { value }: { value: Stat }): FactBuilder {
  if (value.real?.is === 'blocked') return fact.gap('present', unknown(value.real, path));
  const end = value.real?.is === 'absent' ? undefined : (value.real?.value ?? value);
  const runs = end !== undefined && end.type === 'file' && (end.mode & 0o111) !== 0;
  const where: Where = { path, ...(end === undefined ? { said: `a dangling link to ${value.target ?? ''}` } : runs ? {} : { said: 'not an executable file' }) };
  return fact
    .set('path', path, where)
    .set('dangling', end === undefined, where)
    .set('present', runs, where);
}
