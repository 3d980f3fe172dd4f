/** Kind `firewalld-ports`: what firewalld does to the ports that containers of root publish. */
import { type Asking, together } from '../../facts/ask.ts';
import { containersConf } from '../../facts/containers/containers-conf.ts';
import { lookup } from '../../facts/containers/lookup.ts';
import { type Fact, FactBuilder, missing, type Unknown, type Where } from '../../facts/fact.ts';
import { firewalldOptions, type Option, optionsPath } from '../../facts/firewall/options.ts';
import { rootAccount } from '../../facts/host/accounts.ts';
import { seeTool, toolVersion } from '../../facts/host/tool-version.ts';
import { defineKind } from '../../facts/kind.ts';
import { usualDrivers } from '../../facts/podman/firewall-driver.ts';
import { netavarkVersion } from '../../facts/podman/netavark.ts';
import { ofRoot } from '../../facts/podman/patterns.ts';
import { type AllWorkloads, allWorkloads } from '../../facts/quadlet/all-workloads.ts';
import { boolean, list, record, string } from '../../facts/shape.ts';
import { releaseOf, since } from '../../facts/text/version.ts';

const option = 'StrictForwardPorts';

export const firewalldPorts = defineKind({
  name: 'firewalld-ports',
  noun: 'firewalld',
  absent: 'firewalld is not enabled',
  describe: 'What firewalld does to the ports that containers of root publish: closes them, or forgets the rules of netavark at a reload.',
  fields: {},
  shape: record({
    strict: boolean(`it lets through only what it forwards itself (${option}, from 2.3.0 on)`),
    driver: string('what netavark sets its rules with'),
    outside: boolean('netavark sets rules that firewalld knows nothing of'),
    published: list(string('PORT/PROTOCOL by CONTAINER'), 'ports that containers of root publish'),
  }),
  touches: () => [firewalldOptions, seeTool.of('firewalld'), ...ofRoot([containersConf, allWorkloads, netavarkVersion])],
  *learn(): Asking<Fact> {
    const conf = yield* firewalldOptions();
    if (conf.is === 'unknown') return conf;
    if (conf.is === 'off') return missing(...conf.consulted);
    const fact = new FactBuilder().consulted(...conf.where);
    const workloads = yield* allWorkloads(rootAccount);
    setPublished(fact, workloads);
    yield* setDriver(fact);
    yield* setStrict(fact, conf.options.get(option));
    return fact.build();
  },
});

/** firewalld/firewalld:src/firewall/core/fw.py: whatever is not no or false. A release that does not know the option ignores it. */
function* setStrict(fact: FactBuilder, told: Option | undefined): Asking<void> {
  const at: Where = told ? { path: optionsPath, line: told.line } : { path: optionsPath, said: `does not set ${option}` };
  if (!told || /^(?:no|false)$/i.test(told.value)) return void fact.set('strict', false, at);
  const version = yield* toolVersion('firewalld');
  // Where nobody tells the version, whoever wrote the option had one that knows it.
  if (version.is === 'unknown' && version.why !== 'failed') return void fact.gap('strict', version);
  const release = version.is === 'known' ? releaseOf(version.version) : undefined;
  fact.set('strict', !release || since(release, '2.3.0'), at, ...(version.is === 'known' ? [version.where] : []));
}

function* setDriver(fact: FactBuilder): Asking<void> {
  const [conf, netavark] = yield* together([containersConf(rootAccount), netavarkVersion(rootAccount)]);
  const gap = conf.is === 'unknown' ? conf : lookup(conf, 'network', 'firewall_driver').gap;
  if (gap) return void fact.gap('driver', gap).gap('outside', gap);
  const set = lookup(conf as Exclude<typeof conf, Unknown>, 'network', 'firewall_driver');
  const named = typeof set.value === 'string' && set.value !== '';
  const drivers = named ? [String(set.value)] : usualDrivers(netavark);
  const where: readonly Where[] = named
    ? set.where
    : netavark.is === 'known'
      ? [netavark.where]
      : netavark.is === 'absent'
        ? netavark.consulted
        : netavark.where;
  const [driver = ''] = drivers;
  fact.set('outside', driver !== 'firewalld' && driver !== 'none', ...where);
  if (drivers.length === 1) return void fact.set('driver', driver, ...where);
  const said = 'whether this netavark sets its rules with nftables or iptables depends on its build';
  fact.gap('driver', { is: 'unknown', why: 'ambiguous', said, where });
}

function setPublished(fact: FactBuilder, { each, release }: AllWorkloads): void {
  const all = each.map(({ ports }) => ports);
  const unseen = all.find((p) => p.unseen)?.unseen;
  const most = all.reduce((a, b) => (b.each.length > a.each.length ? b : a), all[0] ?? { each: [] });
  if (most.each.length === 0 && (unseen ?? release)) return void fact.gap('published', (unseen ?? release) as Unknown);
  const names = most.each.map((p) => `${p.port}/${p.protocol} by ${p.by}`);
  fact.set('published', names, ...(most.each.length > 0 ? most.each.map((p) => p.where) : [{ path: '/etc/containers/systemd' }]));
}
