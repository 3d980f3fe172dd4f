/** Kind `vxlan-offload`: whether the network card of a virtual machine is one that was seen to spoil what VXLAN sends. */
import { type Answer, type Asking, run, type Stat, stat, together } from '../../facts/ask.ts';
import { commandPlace } from '../../facts/asks.ts';
import { type Fact, FactBuilder, missing, unknown, type Where } from '../../facts/fact.ts';
import { routes } from '../../facts/host/routes.ts';
import { podNetwork } from '../../facts/k3s/pod-network.ts';
import { defineKind } from '../../facts/kind.ts';
import { list, record, string } from '../../facts/shape.ts';

const tunnel = '/sys/class/net/flannel.1';
const driverOf = (device: string): string => `/sys/class/net/${device}/device/driver`;
const argv = ['ethtool', '-k', 'flannel.1'];

export const vxlanOffload = defineKind({
  name: 'vxlan-offload',
  noun: 'flannel.1',
  absent: 'flannel has no VXLAN here',
  describe:
    'Network cards of the default route with the driver vmxnet3, and whether flannel.1 leaves checksums to them. Some releases of host and driver send what VXLAN wraps with wrong ones; which do, no host tells. Of a running host.',
  fields: {},
  shape: record({
    cards: list(string('an interface'), 'those with that driver'),
    checksums: string('tx-checksum-ip-generic of flannel.1: on or off', ['on', 'off']),
  }),
  touches: () => [podNetwork, routes, { do: 'stat', path: tunnel }, { do: 'stat', path: driverOf('*') }, { do: 'run', argv, ifThere: [[tunnel]] }],
  *learn(): Asking<Fact> {
    const pods = yield* podNetwork();
    if (pods.is === 'none') return missing(...pods.consulted);
    if (pods.is === 'plugin' && pods.name !== 'flannel') return missing(...pods.where);
    const [there, ways] = yield* together([stat(tunnel), routes()]);
    if (there.is === 'absent') return missing({ path: tunnel });
    if (there.is === 'blocked') return unknown(there, tunnel);
    if (ways.is === 'unknown') return ways;
    const devices = [...new Set(ways.each.filter(({ to }) => /^(?:0\.0\.0\.0|::)\/0$/.test(to)).map(({ device }) => device))];
    const drivers: Answer<Stat>[] = yield* together(devices.map((d) => stat(driverOf(d))));
    const shut = drivers.findIndex((d) => d.is === 'blocked');
    const refused = drivers[shut];
    if (refused?.is === 'blocked') return unknown(refused, driverOf(devices[shut] ?? ''));
    const cards = devices.filter((_, at) => isVmxnet3(drivers[at]));
    const where: Where[] = (cards.length > 0 ? cards : devices).map((d) => ({ path: driverOf(d) }));
    const fact = new FactBuilder().consulted({ path: tunnel }).set('cards', cards, ...where);
    if (cards.length === 0) return fact.at('checksums', ...where).build();
    const answer = yield* run(argv);
    const place = { path: commandPlace(argv) };
    if (answer.is === 'blocked') return fact.gap('checksums', unknown(answer, place.path)).build();
    const said = answer.is === 'got' ? /^\s*tx-checksum-ip-generic:\s+(on|off)\b/m.exec(answer.value.stdout)?.[1] : undefined;
    if (said === undefined)
      return fact
        .gap('checksums', {
          is: 'unknown',
          why: 'failed',
          said: 'ethtool, which tells what flannel.1 leaves to the card, is not there or does not say',
          where: [place],
        })
        .build();
    return fact.set('checksums', said, place).build();
  },
});

const isVmxnet3 = (driver: Answer<Stat> | undefined): boolean => driver?.is === 'got' && /\/vmxnet3$/.test(driver.value.target ?? '');
