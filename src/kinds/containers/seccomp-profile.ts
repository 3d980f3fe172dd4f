/** Kind `seccomp-profile`: which system calls containers are kept from by default. */
import { type Account, type Asking, stat } from '../../facts/ask.ts';
import { containersConf } from '../../facts/containers/containers-conf.ts';
import { lookup } from '../../facts/containers/lookup.ts';
import { type Fact, FactBuilder, type Unknown, unknown, type Where } from '../../facts/fact.ts';
import { endOf } from '../../facts/host/disk.ts';
import { defineKind } from '../../facts/kind.ts';
import { boolean, record, string } from '../../facts/shape.ts';

const etc = '/etc/containers/seccomp.json';
const usr = '/usr/share/containers/seccomp.json';

/**
 * Unset or empty: /etc/containers/seccomp.json if it is there, else the vendor's file, else the
 * profile that is compiled in (containers/podman:libpod/util_linux.go DefaultSeccompPath; tried
 * with 4.3.1). A configured file that is missing stops every container.
 */
export const seccompProfile = defineKind({
  name: 'seccomp-profile',
  noun: 'the default seccomp profile',
  describe: 'The seccomp profile that containers of an account get when nothing else is said.',
  fields: {},
  shape: record({
    source: string('where it comes from', ['built-in', 'vendor', 'custom', 'unconfined', 'missing']),
    path: string('the file'),
    confines: boolean("containers start, under Podman's own profile; for a profile of somebody else nobody can tell"),
  }),
  touches: () => [
    containersConf,
    ...[etc, usr].map((path) => ({ do: 'stat' as const, path })),
    { do: 'stat', named: 'the seccomp_profile of containers.conf' },
  ],
  *learn(_, as): Asking<Fact> {
    const config = yield* containersConf(as);
    if (config.is === 'unknown') return config;
    const { value, where, gap } = lookup(config, 'containers', 'seccomp_profile');
    if (gap) return gap;
    if (value === 'unconfined') return decided('unconfined', undefined, where);
    if (typeof value === 'string' && value !== '') return yield* configured(value, where);
    return yield* usual(as, config.consulted);
  },
});

function* configured(path: string, where: readonly Where[]): Asking<Fact> {
  if (!path.startsWith('/')) return decided('custom', path, where);
  const found = yield* stat(path);
  const blocked = found.is === 'blocked' ? found : found.is === 'got' && found.value.real?.is === 'blocked' ? found.value.real : undefined;
  if (blocked) return unknown(blocked, path);
  if (!endOf(found)) return decided('missing', path, [...where, { path, said: 'not there' }]);
  return decided(path === usr ? 'vendor' : 'custom', path, where);
}

function* usual(_as: Account, consulted: readonly Where[]): Asking<Fact> {
  for (const path of [etc, usr]) {
    const found = yield* stat(path);
    if (found.is === 'blocked') return unknown(found, path);
    if (endOf(found))
      return decided(path === usr ? 'vendor' : 'custom', path, [{ path, ...(path === usr ? {} : { said: 'is used although no key names it' }) }]);
  }
  return decided('built-in', undefined, [...consulted, { path: usr, said: 'not there: the profile compiled into Podman counts' }]);
}

function decided(source: 'built-in' | 'vendor' | 'custom' | 'unconfined' | 'missing', path: string | undefined, where: readonly Where[]): Fact {
  const fact = new FactBuilder()
    .consulted(...where)
    .set('source', source, ...where)
    .set('path', path, ...where)
    .at('path', ...where);
  if (source !== 'custom') return fact.set('confines', source === 'built-in' || source === 'vendor', ...where).build();
  const gap: Unknown = { is: 'unknown', why: 'unsupported', said: `${path} is a profile of its own, which has to be reviewed by a person`, where };
  return fact.gap('confines', gap).build();
}
