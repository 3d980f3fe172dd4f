/** Kind `podman-firewall`: what the Podman of an account sets firewall rules with for its networks. */
import { type Asking, together } from '../../facts/ask.ts';
import { containersConf } from '../../facts/containers/containers-conf.ts';
import { lookup } from '../../facts/containers/lookup.ts';
import { type Fact, FactBuilder, type Unknown, type Where } from '../../facts/fact.ts';
import type { ToolVersion } from '../../facts/host/tool-version.ts';
import { defineKind } from '../../facts/kind.ts';
import { usualDrivers } from '../../facts/podman/firewall-driver.ts';
import { findHelper, type Helper } from '../../facts/podman/helpers.ts';
import { netavarkVersion } from '../../facts/podman/netavark.ts';
import { type AccountNetworks, accountNetworks } from '../../facts/quadlet/account-networks.ts';
import { boolean, record, says, string } from '../../facts/shape.ts';

/** The program that each driver runs (containers/netavark:src/firewall). */
const programs: Readonly<Record<string, string>> = { nftables: 'nft', iptables: 'iptables', firewalld: 'firewalld' };

export const podmanFirewall = defineKind({
  name: 'podman-firewall',
  noun: "netavark's firewall",
  describe: "The firewall driver in force for an account's networks, and whether its program is there. `podman info` does not show when it is missing.",
  fields: { networkComes: { type: 'boolean', describe: 'whether a network is expected although none exists yet (k3d makes one)' } },
  shape: record({
    used: says(boolean('the account has bridge networks, for which rules are set: root always, others with a network of their own'), {
      no: '{who} has no bridge network',
    }),
    driver: string('network.firewall_driver, else the default of this netavark'),
    valid: boolean('netavark knows the driver'),
    sets: boolean('it sets rules at all: the driver is not none'),
    program: string('the program that it needs'),
    present: boolean('that program is installed'),
  }),
  touches: () => [containersConf, accountNetworks, netavarkVersion, ...Object.values(programs).map((name) => findHelper.of(name, [], true))],
  *learn(q, as): Asking<Fact> {
    const names = Object.values(programs);
    const [conf, networks, netavark, ...found] = yield* together([
      containersConf(as),
      accountNetworks(as),
      netavarkVersion(as),
      ...names.map((name) => findHelper(name, [], true)),
    ]);
    if (conf.is === 'unknown') return conf;
    const set = lookup(conf, 'network', 'firewall_driver');
    if (set.gap) return set.gap;
    const drivers = typeof set.value === 'string' && set.value !== '' ? [set.value] : usualDrivers(netavark);
    const where: readonly Where[] =
      drivers.length === 1 && set.where.length > 0
        ? set.where
        : netavark.is === 'known'
          ? [netavark.where]
          : netavark.is === 'absent'
            ? netavark.consulted
            : netavark.where;
    const fact = new FactBuilder().consulted(...where);
    setUsed(fact, networks, as.uid === 0 || q.networkComes === true);
    const helper = (driver: string): Helper | undefined => found[names.indexOf(programs[driver] ?? '')];
    const [driver = '', other] = drivers;
    if (other !== undefined && helper(driver)?.is !== helper(other)?.is) return open(fact, netavark, where);
    if (other === undefined) fact.set('driver', driver, ...where.map((w) => (set.where.length > 0 ? w : { ...w, said: `the default of this netavark` })));
    fact.set('valid', driver === 'none' || Object.hasOwn(programs, driver), ...where);
    fact.set('sets', driver !== 'none', ...where);
    if (other !== undefined) fact.gap('driver', undecided(netavark, where)).gap('program', undecided(netavark, where));
    const needed = helper(driver);
    if (needed?.is === 'unknown') return fact.gap('present', needed).build();
    if (!needed)
      return fact
        .at('program', ...where)
        .set('present', driver === 'none', ...where)
        .build();
    return fact
      .set('program', other === undefined ? programs[driver] : undefined, ...where)
      .set('present', needed.is === 'found', ...(needed.is === 'found' ? [{ path: needed.path }] : needed.consulted), ...where)
      .build();
  },
});

/** The default network of root is a bridge; that of others is made by pasta or slirp4netns, without rules. */
function setUsed(fact: FactBuilder, { each, looked, unseen }: AccountNetworks, always: boolean): void {
  const bridges = each.filter((n) => n.bridge).map((n) => n.where);
  if (always || bridges.length > 0) fact.set('used', true, ...(bridges.length > 0 ? bridges : looked));
  else if (unseen) fact.gap('used', unseen);
  else fact.set('used', false, ...looked);
}

function undecided(netavark: ToolVersion, where: readonly Where[]): Unknown {
  const version = netavark.is === 'known' ? netavark.version : 'of an unknown version';
  return { is: 'unknown', why: 'ambiguous', said: `the default of netavark ${version} may be nftables or iptables`, where };
}

const open = (fact: FactBuilder, netavark: ToolVersion, where: readonly Where[]): Fact =>
  ['driver', 'valid', 'sets', 'program', 'present'].reduce((f, field) => f.gap(field, undecided(netavark, where)), fact).build();
