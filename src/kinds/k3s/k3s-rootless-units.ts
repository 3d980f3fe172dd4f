/** Kind `k3s-rootless-units`: every place of a host where a k3s-rootless unit lies. */
import { type Answer, type Asking, type Stat, stat, together } from '../../facts/ask.ts';
import { type Fact, FactBuilder, type Unknown, unknown, type Where } from '../../facts/fact.ts';
import { passwd } from '../../facts/host/passwd.ts';
import { defineKind } from '../../facts/kind.ts';
import { boolean, list, record, string } from '../../facts/shape.ts';

const unitName = 'k3s-rootless.service';
const homePlaces = ['.config/systemd/user', '.local/share/systemd/user'] as const;
const everyonePlaces = ['/etc/systemd/user', '/run/systemd/user', '/usr/local/lib/systemd/user', '/usr/lib/systemd/user'] as const;
const systemPlaces = ['/etc/systemd/system', '/usr/local/lib/systemd/system', '/usr/lib/systemd/system'] as const;

/** Only a unit of a user manager can work: the system manager would start rootless K3s as root. */
export const k3sRootlessUnits = defineKind({
  name: 'k3s-rootless-units',
  noun: 'the rootless K3s units',
  describe: 'Where k3s-rootless.service is installed: for accounts, for all users, or for the system manager.',
  fields: {},
  shape: record({
    installed: boolean('some user manager has the unit'),
    users: list(string('login name'), 'accounts with the unit in their home'),
    everyone: list(string('path'), 'unit files that the managers of all users read'),
    system: list(string('path'), 'unit files of the system manager, which K3s does not support'),
  }),
  touches: () => [
    passwd,
    ...homePlaces.map((p) => ({ do: 'stat' as const, path: `/**/${p}/${unitName}` })),
    ...[...everyonePlaces, ...systemPlaces].map((p) => ({ do: 'stat' as const, path: `${p}/${unitName}` })),
  ],
  *learn(): Asking<Fact> {
    const accounts = yield* passwd();
    if (accounts.is === 'unknown') return accounts;
    const people = accounts.entries.filter((e) => e.uid !== 0 && e.home !== '/' && e.home.startsWith('/'));
    const homes = people.flatMap((e) => homePlaces.map((p) => ({ name: e.name, path: `${e.home}/${p}/${unitName}` })));
    const shared = [...everyonePlaces, ...systemPlaces].map((p) => ({ name: '', path: `${p}/${unitName}` }));
    const places = [...homes, ...shared];
    const answers: Answer<Stat>[] = yield* together(places.map((p) => stat(p.path)));
    // A link that leads nowhere is no unit; one to /dev/null is, if a masked one.
    const dangling = places.filter((_, at) => leadsNowhere(answers[at]));
    const found = places.filter((p, at) => answers[at]?.is === 'got' && !dangling.includes(p));
    const inSystem = (path: string): boolean => systemPlaces.some((s) => path.startsWith(`${s}/`));
    const system = found.filter((p) => inSystem(p.path));
    const user = found.filter((p) => !inSystem(p.path));
    const fact = new FactBuilder().consulted(...places.map((p) => ({ path: p.path })));
    const at = (of: readonly { path: string }[]): Where[] => (of.length > 0 ? of : places).map((p) => ({ path: p.path }));
    const hidden = (of: (path: string) => boolean): Unknown | undefined =>
      places.flatMap((p, i): Unknown[] => (answers[i]?.is === 'blocked' && of(p.path) ? [unknown(answers[i], p.path)] : []))[0];
    const blocked = hidden((path) => !inSystem(path));
    const systemBlocked = hidden(inSystem);
    if (user.length === 0 && blocked) fact.gap('installed', blocked);
    else
      fact.set(
        'installed',
        user.length > 0,
        ...(user.length > 0
          ? at(user)
          : [
              ...dangling.map((d) => ({ path: d.path, said: 'a link that leads nowhere' })),
              ...system.map((s) => ({ path: s.path, said: 'a system unit' })),
              ...places.filter((p) => !system.includes(p) && !dangling.includes(p)).map((p) => ({ path: p.path })),
            ]),
      );
    if (blocked) for (const part of ['users', 'everyone']) fact.gap(part, blocked);
    else
      fact.set('users', [...new Set(user.map((p) => p.name).filter((n) => n !== ''))], ...at(user)).set(
        'everyone',
        user.filter((p) => p.name === '').map((p) => p.path),
        ...at(user),
      );
    if (systemBlocked) fact.gap('system', systemBlocked);
    else
      fact.set(
        'system',
        system.map((p) => p.path),
        ...at(system),
      );
    return fact.build();
  },
});

const leadsNowhere = (answer: Answer<Stat> | undefined): boolean =>
  answer?.is === 'got' && (answer.value.real?.is === 'absent' || answer.value.type === 'directory');
