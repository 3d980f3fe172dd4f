/** Kind `pasta-apparmor`: whether AppArmor lets pasta reach what it connects containers through. */
import { type Account, type Asking, read, stat, together } from '../../facts/ask.ts';
import { type Fact, FactBuilder, missing, type Unknown, unknown, type Where } from '../../facts/fact.ts';
import { bootProfiles } from '../../facts/host/apparmor-boot.ts';
import { deciding, rulesOf } from '../../facts/host/apparmor-grants.ts';
import { attachesTo, type Profile } from '../../facts/host/apparmor-profiles.ts';
import { helperDirectories } from '../../facts/host/tool-table.ts';
import { defineKind } from '../../facts/kind.ts';
import { findHelper } from '../../facts/podman/helpers.ts';
import { settings } from '../../facts/podman/settings.ts';
import { boolean, list, record, string } from '../../facts/shape.ts';

const enabled = '/sys/module/apparmor/parameters/enabled';
const inForce = '/sys/kernel/security/apparmor/profiles';

export const pastaApparmor = defineKind({
  name: 'pasta-apparmor',
  noun: "pasta's AppArmor profile",
  describe:
    "The AppArmor profile that confines pasta, and whether it grants what pasta needs of Podman's containers. It is not there where nothing confines pasta.",
  fields: {},
  shape: record({
    profile: string('name of the profile'),
    enforced: boolean('what it does not grant is refused'),
    refused: list(string('a path'), 'what pasta needs and the profile does not grant'),
  }),
  touches: () => [
    settings,
    findHelper.of('pasta', helperDirectories, true),
    { do: 'stat', path: '/usr/bin/pasta' },
    { do: 'read', path: enabled },
    { do: 'read', path: inForce },
    bootProfiles,
    rulesOf,
  ],
  *learn(_, as): Asking<Fact> {
    const [on, set] = yield* together([read(enabled), settings(as)]);
    if (on.is === 'blocked' && on.why !== 'unsupported') return unknown(on, enabled);
    if (on.is === 'absent' || (on.is === 'got' && on.value.trim() !== 'Y')) return missing({ path: enabled, said: 'AppArmor is not in use' });
    if ('is' in set) return set;
    const pasta = yield* findHelper('pasta', set.helperDirectories.value, true);
    if (pasta.is === 'unknown') return pasta;
    if (pasta.is === 'absent') return missing(...pasta.consulted);
    const [profiles, path, live] = yield* together([bootProfiles(), programBehind(pasta.path), read(inForce)]);
    if ('is' in profiles) return profiles;
    if (typeof path !== 'string') return path;
    const profile = profiles.find((p) => attachesTo(p, path));
    if (!profile) return missing({ path: '/etc/apparmor.d', said: `no profile attaches to ${path}` });
    const mode = live.is === 'got' ? modeOf(live.value, profile.name) : undefined;
    const fact = new FactBuilder().consulted(profile.at).set('profile', profile.name, profile.at);
    if (live.is === 'got') fact.set('enforced', mode === 'enforce', { path: inForce, said: `${profile.name} (${mode ?? 'not loaded'})` }, profile.at);
    else if (profile.enforces && live.is === 'blocked' && live.why !== 'unsupported') fact.gap('enforced', unknown(live, inForce));
    else fact.set('enforced', profile.enforces, profile.at);
    yield* setRefused(fact, profile, as);
    return fact.build();
  },
});

/** AppArmor attaches by the program that a link leads to. */
function* programBehind(path: string): Asking<string | Unknown> {
  const found = yield* stat(path);
  if (found.is === 'blocked') return unknown(found, path);
  const real = found.is === 'got' ? found.value.real : undefined;
  if (real?.is === 'blocked') return unknown(real, path);
  return real?.is === 'got' ? real.value.path : path;
}

/** `NAME (MODE)` a line; undefined: not loaded. */
const modeOf = (text: string, name: string): string | undefined =>
  text
    .split('\n')
    .find((line) => line.startsWith(`${name} (`))
    ?.slice(name.length + 2, -1);

/** A network namespace that Podman made for a container, and the device (containers/common:libnetwork/pasta/pasta_linux.go). */
const needs = ({ uid }: Account) =>
  [
    { path: `/run/user/${uid}/netns/netns-0a1b2c3d`, permission: 'r', own: true, said: `/run/user/${uid}/netns/*` },
    { path: '/dev/net/tun', permission: 'r', own: false, said: '/dev/net/tun' },
    { path: '/dev/net/tun', permission: 'w', own: false, said: '/dev/net/tun' },
  ] as const;

function* setRefused(fact: FactBuilder, profile: Profile, as: Account): Asking<void> {
  const { rules, unseen } = yield* rulesOf(profile);
  const judged = needs(as).map((need) => ({ need, rule: deciding(rules, need.path, need.permission, need.own) }));
  const refused = judged.filter(({ rule }) => rule === undefined || rule.deny);
  // What was not seen may grant as well as deny.
  if (unseen && !refused.some(({ rule }) => rule?.deny)) return void fact.gap('refused', unseen);
  const where: Where[] =
    refused.length > 0
      ? refused.map(({ need, rule }) => rule?.at ?? { ...profile.at, said: `grants no ${need.said}` })
      : judged.flatMap(({ rule }) => rule?.at ?? []);
  fact.set('refused', [...new Set(refused.map(({ need }) => need.said))], ...where);
}
