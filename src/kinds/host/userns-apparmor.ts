/** Kind `userns-apparmor`: whether AppArmor lets programs create user namespaces for ordinary users. */
import { type Asking, stat, together } from '../../facts/ask.ts';
import { type Fact, FactBuilder, type Unknown, unknown, type Where } from '../../facts/fact.ts';
import { rootAccount, rootlessUse } from '../../facts/host/accounts.ts';
import { bootProfiles } from '../../facts/host/apparmor-boot.ts';
import { attachesTo, type Profile } from '../../facts/host/apparmor-profiles.ts';
import { kernelValue } from '../../facts/host/kernel-value.ts';
import { programDirectories } from '../../facts/host/tool-table.ts';
import { sameUsr } from '../../facts/host/tool-version.ts';
import { defineKind } from '../../facts/kind.ts';
import { boolean, list as listOf, record, string } from '../../facts/shape.ts';

const key = 'kernel.apparmor_restrict_unprivileged_userns';
/** Where programs of these names are looked for. A name with a slash is none. */
const placesOf = (programs: readonly string[]): { name: string; path: string }[] =>
  programs.filter((name) => !name.includes('/')).flatMap((name) => programDirectories.map((d) => ({ name, path: `${d}/${name}` })));

export const usernsApparmor = defineKind({
  name: 'userns-apparmor',
  noun: 'AppArmor',
  describe: "AppArmor's restriction of user namespaces (kernel.apparmor_restrict_unprivileged_userns), and the profiles that except programs from it.",
  main: 'programs',
  fields: { programs: { type: 'strings', required: true, describe: 'names of the programs; k3s counts where an account runs it without root' } },
  shape: record({
    restricted: boolean('an ordinary user may create one only in a program whose profile grants it'),
    granted: listOf(string('a path'), 'programs that are there, with such a profile; looked at only under the restriction'),
    uncovered: listOf(string('a path'), 'those without'),
  }),
  touches: (q) => [
    kernelValue.of(key),
    rootlessUse,
    ...placesOf(Array.isArray(q.programs) ? q.programs : ['*']).map(({ path }) => ({ do: 'stat' as const, path })),
    bootProfiles,
  ],
  *learn(q): Asking<Fact> {
    const value = yield* kernelValue(key);
    if (value.is === 'unknown') return value;
    if (value.value === undefined && !value.live)
      return { is: 'unknown', why: 'unsupported', said: `no sysctl.d file sets ${key}; the default of the kernel that boots decides`, where: value.where };
    const restricted = value.value !== undefined && value.value !== '0';
    const at = value.where.map((w) => ({ ...w, said: value.value === undefined ? 'this kernel has no such restriction' : `is ${value.value}` }));
    const fact = new FactBuilder().consulted(...at).set('restricted', restricted, ...at);
    if (!restricted)
      return fact
        .set('granted', [], ...at)
        .set('uncovered', [], ...at)
        .build();
    const [found, profiles] = yield* together([installed(placesOf(q.programs)), bootProfiles()]);
    const hidden = 'is' in found ? found : 'is' in profiles ? profiles : undefined;
    if (hidden || 'is' in found || 'is' in profiles) return hidden ? fact.gap('granted', hidden).gap('uncovered', hidden).build() : fact.build();
    const profileOf = (path: string): Profile | undefined => profiles.find((p) => p.grantsUserns && attachesTo(p, path));
    const uncovered = found.filter((path) => !profileOf(path));
    const granted = found.flatMap((path) => ((p) => (p ? [{ path, where: p.at }] : []))(profileOf(path)));
    return fact
      .set(
        'granted',
        granted.map((g) => g.path),
        ...granted.map((g): Where => g.where),
        ...at,
      )
      .set('uncovered', uncovered, ...uncovered.map((path) => ({ path, said: 'no profile grants it userns' })), ...granted.map((g): Where => g.where), ...at)
      .build();
  },
});

/** Where the programs lie, each place once. K3s counts where an account runs it without root. */
function* installed(places: ReturnType<typeof placesOf>): Asking<readonly string[] | Unknown> {
  const [uses, ...answers] = yield* together([rootlessUse(rootAccount), ...places.map(({ path }) => stat(path))]);
  if (uses.is === 'unknown') return uses;
  const k3s = uses.each.map((u) => u.k3sRootless);
  const open = k3s.find((u) => typeof u === 'object') ?? uses.elsewhere;
  // AppArmor goes by the path behind links; /bin/podman of a merged /usr is no second program.
  const found = new Map<string, string>();
  for (const [at, answer] of answers.entries()) {
    const { name, path } = places[at] as { name: string; path: string };
    if (answer.is === 'blocked') return unknown(answer, path);
    if (answer.is === 'absent') continue;
    if (name === 'k3s' && !k3s.includes(true)) {
      if (open) return open;
      continue;
    }
    const real = answer.value.real;
    if (real?.is === 'blocked') return unknown(real, path);
    if (real?.is === 'absent') continue;
    const end = real?.is === 'got' ? real.value.path : path;
    if (!found.has(sameUsr(end))) found.set(sameUsr(end), end);
  }
  return [...found.values()];
}
