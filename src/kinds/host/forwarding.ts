/** Kind `forwarding`: whether the host passes packets on, for all of its interfaces and for those that lead outside. */
import { type Answer, type Asking, read, type Stat, stat, together } from '../../facts/ask.ts';
import { type Fact, FactBuilder, type Unknown, unknown, type Where } from '../../facts/fact.ts';
import { kernelPath, runs } from '../../facts/host/running.ts';
import { effective, type SysctlFiles, sysctlFiles } from '../../facts/host/sysctl-d.ts';
import { whetherEnabled } from '../../facts/host/whether-enabled.ts';
import { k3sModel } from '../../facts/k3s/k3s-model.ts';
import { clusterCidr } from '../../facts/k3s/node-settings.ts';
import { defineKind } from '../../facts/kind.ts';
import { boolean, list, record, string } from '../../facts/shape.ts';

const routes = '/proc/net/route';
const all = { v4: '/proc/sys/net/ipv4/ip_forward', v6: '/proc/sys/net/ipv6/conf/all/forwarding' } as const;
/** The kernel has one value for both names of IPv4 (Documentation/networking/ip-sysctl.rst). */
const keys = { v4: ['net/ipv4/ip_forward', 'net/ipv4/conf/all/forwarding'], v6: ['net/ipv6/conf/all/forwarding'] } as const;
const ofDevice = (name: string): string => `/proc/sys/net/ipv4/conf/${name}/forwarding`;
/** Bridges and tunnels that K3s' plugins and netavark make when the first container starts. */
const bridges = ['cni0', 'flannel.1', 'kube-bridge', 'cilium_host', 'podman0', 'podman1'].map((name) => `/sys/class/net/${name}`);

export const forwarding = defineKind({
  name: 'forwarding',
  noun: 'forwarding',
  describe:
    'Whether the kernel forwards packets, now and by the files of sysctl.d, whether the interface of the default route does, and whether containers have a network yet.',
  fields: {},
  shape: record({
    live: string('net.ipv4.ip_forward of the running kernel'),
    persistent: string('what sysctl.d sets at boot'),
    live6: string('net.ipv6.conf.all.forwarding of the running kernel'),
    dualStack: boolean('K3s has a network of pods with IPv6'),
    off: list(string('an interface'), 'interfaces of default routes that do not forward IPv4 although all others do'),
    started: boolean('a bridge of K3s or Podman is there: whoever makes one has had its chance to switch forwarding on'),
    wicked: boolean('wicked manages the interfaces, and applies the files anew to each of them at ifreload'),
  }),
  touches: () => [
    sysctlFiles,
    k3sModel,
    whetherEnabled.of('wicked.service'),
    { do: 'stat', path: kernelPath },
    ...[routes, all.v4, all.v6, ofDevice('*')].map((path) => ({ do: 'read', path }) as const),
    ...bridges.map((path) => ({ do: 'stat', path }) as const),
  ],
  *learn(): Asking<Fact> {
    const [kernel, files, model, wicked, v4, v6] = yield* together([
      stat(kernelPath),
      sysctlFiles(),
      k3sModel(),
      whetherEnabled('wicked.service'),
      read(all.v4),
      read(all.v6),
    ]);
    const fact = new FactBuilder().consulted({ path: all.v4 });
    setPersistent(fact, files);
    if (wicked.is === 'unknown') fact.gap('wicked', wicked);
    else fact.set('wicked', wicked.enabled, ...wicked.where);
    if (model.is === 'unknown') fact.gap('dualStack', model);
    else fact.set('dualStack', model.is === 'model' && clusterCidr(model).value.includes(':'), ...model.consulted);
    if (!runs(kernel)) return fact.set('started', false, { path: kernelPath, said: 'no running kernel' }).set('off', [], { path: routes }).build();
    setLive(fact, 'live', v4, all.v4);
    setLive(fact, 'live6', v6, all.v6);
    yield* setOff(fact, v4);
    yield* setStarted(fact);
    return fact.build();
  },
});

function setLive(fact: FactBuilder, field: string, answer: Answer<string>, path: string): void {
  if (answer.is === 'blocked') return void fact.gap(field, unknown(answer, path));
  fact.at(field, { path });
  if (answer.is === 'got') fact.set(field, answer.value.trim(), { path });
}

function setPersistent(fact: FactBuilder, files: SysctlFiles): void {
  if (files.incomplete) return void fact.gap('persistent', files.incomplete);
  const found = keys.v4.map((key) => effective(files.assignments, key)).filter((e) => e.winner && e.value !== undefined);
  const order = (e: (typeof found)[number]): number => files.assignments.indexOf(e.winner as NonNullable<typeof e.winner>);
  const last = found.sort((a, b) => order(a) - order(b)).at(-1);
  fact.at('persistent', ...(files.files.length > 0 ? files.files : [{ path: '/etc/sysctl.d' }]));
  if (last?.winner) fact.set('persistent', last.value?.trim(), last.winner.at);
}

/** proc(5) /proc/net/route: destination and mask 00000000 is the default route. */
function* setOff(fact: FactBuilder, v4: Answer<string>): Asking<void> {
  const table = yield* read(routes);
  if (table.is === 'blocked') return void fact.gap('off', unknown(table, routes));
  const lines = table.is === 'got' ? table.value.split('\n').map((l) => l.trim().split(/\s+/)) : [];
  const names = [...new Set(lines.filter((l) => l[1] === '00000000' && l[7] === '00000000').map((l) => l[0] ?? ''))];
  const values = yield* together(names.map((n) => read(ofDevice(n))));
  const refused = values.findIndex((v) => v.is === 'blocked');
  const answer = values[refused];
  if (answer?.is === 'blocked') return void fact.gap('off', unknown(answer, ofDevice(names[refused] ?? '')));
  const on = v4.is === 'got' && v4.value.trim() === '1';
  const off = names.filter((_, at) => on && values[at]?.is === 'got' && (values[at] as { value: string }).value.trim() === '0');
  const where: Where[] = (off.length > 0 ? off : names).map((n) => ({ path: ofDevice(n) }));
  fact.set('off', off, ...(where.length > 0 ? where : [{ path: routes }]));
}

function* setStarted(fact: FactBuilder): Asking<void> {
  const seen: readonly Answer<Stat>[] = yield* together(bridges.map((b) => stat(b)));
  const at = seen.findIndex((s) => s.is === 'got');
  const refused = seen.findIndex((s) => s.is === 'blocked');
  const answer = seen[refused];
  const why: Unknown | undefined = answer?.is === 'blocked' ? unknown(answer, bridges[refused] ?? '') : undefined;
  if (at < 0 && why) return void fact.gap('started', why);
  fact.set('started', at >= 0, { path: bridges[at] ?? bridges[0] ?? '' });
}
