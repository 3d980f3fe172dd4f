/** Quadlet files that are fine each, and claim the same: started one after the other, do both run? */
import { passIf, type State } from '../state.ts';
import { lines, put } from './shell.ts';
import { container, driversOwn, networked, system } from './started.ts';

/** Starts both, and tells of each whether it runs then. */
const both = (first: string, second: string): string =>
  [
    `for unit in ${first} ${second}; do timeout 150 systemctl start $unit 2>/dev/null; done; sleep 1`,
    `for unit in ${first} ${second}; do systemctl is-active $unit; done | xargs`,
    `journalctl -q -b -o cat -n 40 -u ${second} | grep -i -m 1 '^error'`,
    `systemctl stop ${second} ${first} 2>/dev/null; systemctl reset-failed ${first} ${second} 2>/dev/null || true`,
  ].join('\n');
const run = passIf(/^active active$/m);

interface Pair {
  readonly what: string;
  readonly ending?: 'network';
  readonly one: string;
  readonly other: string;
  readonly services?: readonly [string, string];
  readonly undo?: string;
}
const pair = (what: string, one: string, other: string, more: Partial<Pair> = {}): Pair => ({
  what,
  one: `${container}${one}\n`,
  other: `${container}${other}\n`,
  ...more,
});
const onNetwork = (what: string, one: string, other: string): Pair => ({ what, one: `${networked}${one}\n`, other: `${networked}${other}\n` });
const networks = (what: string, one: string, other: string): Pair => ({
  what,
  ending: 'network',
  one: `[Network]\n${one}\n`,
  other: `[Network]\n${other}\n`,
  undo: 'podman network prune -f >/dev/null 2>&1',
});

const pairs: readonly Pair[] = [
  pair('one name', 'ContainerName=lab-same', 'ContainerName=lab-same'),
  pair('two names', 'ContainerName=lab-one', 'ContainerName=lab-two'),
  pair('one name of two that conflict', '[Unit]\nConflicts=labc3b.service\n[Container]\nContainerName=lab-either', 'ContainerName=lab-either', {
    // Never together: each alone has to run.
    services: ['labc3b', 'labc3b'],
  }),
  pair('the usual name of the other', '', 'ContainerName=systemd-labc4a'),
  onNetwork('one port', 'PublishPort=18200:80', 'PublishPort=18200:81'),
  onNetwork('two ports', 'PublishPort=18210:80', 'PublishPort=18211:80'),
  onNetwork('one port of two addresses', 'PublishPort=127.0.0.1:18220:80', 'PublishPort=127.0.0.2:18220:80'),
  onNetwork('one port of one address, and of all', 'PublishPort=127.0.0.1:18230:80', 'PublishPort=18230:80'),
  onNetwork('one port of TCP and of UDP', 'PublishPort=18240:80/tcp', 'PublishPort=18240:80/udp'),
  onNetwork('a port within a range', 'PublishPort=18250-18259:80-89', 'PublishPort=18255:80'),
  onNetwork('a port below a range', 'PublishPort=18270-18279:80-89', 'PublishPort=18269:80'),
  networks('one subnet', 'Subnet=10.93.0.0/24', 'Subnet=10.93.0.0/24'),
  networks('a subnet within another', 'Subnet=10.94.0.0/16', 'Subnet=10.94.7.0/24'),
  networks('two subnets', 'Subnet=10.95.0.0/24', 'Subnet=10.95.1.0/24'),
  networks("Podman's own subnet", 'Subnet=10.96.0.0/24', 'Subnet=10.88.0.0/24'),
  pair('one service', 'ServiceName=labcommon', 'ServiceName=labcommon', { services: ['labc16a', 'labc16b'] }),
  pair('two services', 'ServiceName=labcommon1', 'ServiceName=labcommon2', { services: ['labcommon1', 'labcommon2'] }),
];

const colliding: readonly State[] = pairs.map((p, at): State => {
  const { ending = 'container' } = p;
  const name = `labc${at + 1}`;
  const units = p.services ?? (ending === 'network' ? [`${name}a-network`, `${name}b-network`] : [`${name}a`, `${name}b`]);
  return {
    name: `collisions ${at + 1}: ${p.what}`,
    round: 'collisions',
    apart: true,
    suites: ['trixie'],
    setUp: lines(put(`${system}/${name}a.${ending}`, p.one.trimEnd()), put(`${system}/${name}b.${ending}`, p.other.trimEnd())),
    settle: 'tiny\nsystemctl daemon-reload',
    claims: [{ rule: 'quadlet.collisions', subject: `quadlet:${system}/${name}b.${ending}`, ask: both(units[0], units[1]), says: run }],
    ...(p.undo ? { undo: p.undo } : {}),
  };
});

/** Root's and the account's: all ports of the host are one verdict, so each is a round of its own. */
const across: readonly (readonly [what: string, roots: string, users: string])[] = [
  ['one port', 'PublishPort=18300:80', 'PublishPort=18300:80'],
  ['two ports', 'PublishPort=18310:80', 'PublishPort=18311:80'],
  ['one port of two addresses', 'PublishPort=127.0.0.1:18320:80', 'PublishPort=127.0.0.2:18320:80'],
  ['one port of all addresses, and of one', 'PublishPort=18330:80', 'PublishPort=127.0.0.1:18330:80'],
  ['one port of TCP and of UDP', 'PublishPort=18340:80', 'PublishPort=18340:80/udp'],
  ["one port, on the host's network", 'PublishPort=18350:80', 'Network=host\nPublishPort=18350:80'],
];
const acrossStates: readonly State[] = across.map(
  ([what, roots, users]): State => ({
    name: `across: ${what}`,
    suites: ['trixie'],
    setUp: lines(put(`${system}/labacross.container`, `${networked}${roots}`), put(`${driversOwn}/labacross.container`, `${networked}${users}`)),
    settle: 'tiny\nsystemctl daemon-reload\ntiny driver\nas driver systemctl --user daemon-reload',
    claims: [
      {
        rule: 'quadlet.ports-across',
        ask: [
          'timeout 150 systemctl start labacross 2>/dev/null; as driver timeout 150 systemctl --user start labacross 2>/dev/null; sleep 1',
          'echo $(systemctl is-active labacross; as driver systemctl --user is-active labacross)',
          'journalctl -q -b -o cat -n 40 _SYSTEMD_USER_UNIT=labacross.service | grep -i -m 1 "^error"',
          'systemctl stop labacross 2>/dev/null; as driver systemctl --user stop labacross 2>/dev/null; as driver systemctl --user reset-failed; systemctl reset-failed labacross 2>/dev/null || true',
        ].join('\n'),
        says: run,
      },
    ],
  }),
);

export const collisionStates: readonly State[] = [...colliding, ...acrossStates];
