/** Networks: what Podman says about them, and whether containers really get through and find each other. */
import { type Claim, failIf, passIf, type State } from '../state.ts';
import { lines, put } from './shell.ts';

const driver = 'user:driver';
const notOnBullseye = ['bookworm', 'trixie'] as const;
const conf = (text: string): string => put('/etc/containers/containers.conf.d/net.conf', text);

/** The first line names the back end, or says why there is none. */
const info = `podman info --format json >/tmp/info 2>/tmp/info.err && jq -r '.host.networkBackend // "no field: CNI"' /tmp/info || tail -n 1 /tmp/info.err`;
const backend: Claim = { rule: 'podman.net.backend', ask: info, says: passIf(/^netavark/) };
const userBackend: Claim = { ...backend, subject: driver, ask: info.replace('podman', 'as driver podman') };

/** Whether a container on that network finds another by its name. */
export const lookup = (network: string): string =>
  lines(
    'root /root/rootfs; root /root/rootfs2',
    `podman run -d -q --name found --network ${network} --rootfs /root/rootfs /bin/sleep 100 >/dev/null || echo cannot start`,
    `timeout 40 podman run --rm --network ${network} --rootfs /root/rootfs2 /bin/nslookup found 2>&1 | tail -n 4; podman rm -f -t 0 found >/dev/null 2>&1 || podman rm -f found >/dev/null`,
  );
export const found = passIf(/^Address(?: 1)?: *10\.[\d.]+(?!.*:53)/m);
export const remove = (network: string): string =>
  `podman rm -fa >/dev/null 2>&1; podman network rm -f ${network} >/dev/null 2>&1; rm -rf /root/rootfs /root/rootfs2`;
const aardvark: Claim = { rule: 'podman.net.aardvark', ask: lookup('named'), says: found };
const named: Claim = { rule: 'podman.net.named-k3d', ask: lookup('k3d'), says: found };
const defaults: Claim = { rule: 'podman.net.default-dns', ask: lookup('podman'), says: (answer) => (found(answer, 'bookworm') === 'pass' ? 'fail' : 'pass') };
const inspect = `podman network inspect podman | jq -r '.[0].dns_enabled'`;

const k3d = (network: string): string => put('/root/k3d.yaml', `apiVersion: k3d.io/v1alpha5\nkind: Simple\nmetadata:\n  name: lab\nnetwork: ${network}`);
const cluster = (network: string, says: Claim['says']): Claim => ({
  rule: 'podman.net.cluster-dns',
  subject: 'k3d-config:/root/k3d.yaml',
  ask: `podman network inspect ${network} | jq -r '.[0].dns_enabled'`,
  says,
});
const files = ['/root/k3d.yaml'];

/** Whether a container of the user starts with the network command in force. */
const tool: Claim = {
  rule: 'podman.net.rootless-tool',
  subject: driver,
  ask: 'root /home/driver/netfs; as driver timeout 60 podman run --rm --rootfs /home/driver/netfs /bin/true && echo started; rm -rf /home/driver/netfs',
  says: passIf(/^started$/m),
};
const programs = {
  pasta: '$(readlink -f /usr/bin/pasta) /usr/bin/pasta',
  slirp4netns: '/usr/bin/slirp4netns',
  netavark: '/usr/lib/podman/netavark',
  aardvark: '/usr/lib/podman/aardvark-dns',
};

export const netStates: readonly State[] = [
  { name: 'net: as installed', claims: [backend, userBackend, { ...defaults, ask: inspect, says: failIf(/^true/) }, tool] },
  {
    name: 'net: a network with DNS',
    suites: notOnBullseye,
    setUp: 'podman network create named >/dev/null',
    claims: [aardvark, backend],
    undo: remove('named'),
  },
  {
    name: 'net: a network with DNS, no aardvark-dns',
    alone: true,
    suites: notOnBullseye,
    setUp: lines('podman network create named >/dev/null', `hide ${programs.aardvark}`),
    claims: [aardvark],
    undo: remove('named'),
  },
  {
    name: 'net: no network with DNS, no aardvark-dns',
    suites: notOnBullseye,
    setUp: `hide ${programs.aardvark}`,
    claims: [
      {
        ...aardvark,
        ask: 'podman run --rm --network none --rootfs /root/none /bin/true; podman network ls -q | xargs podman network inspect | jq -r .[].dns_enabled',
        says: failIf(/^true/m),
      },
    ],
  },
  { name: 'net: network k3d', setUp: 'podman network create k3d >/dev/null', claims: [named], undo: remove('k3d') },
  {
    name: 'net: network k3d without DNS',
    suites: notOnBullseye,
    setUp: 'podman network create --disable-dns k3d >/dev/null',
    claims: [named],
    undo: remove('k3d'),
  },
  {
    name: 'net: network k3d internal',
    suites: notOnBullseye,
    setUp: 'podman network create --internal k3d >/dev/null',
    claims: [{ ...named, ask: 'root /root/rootfs; podman run --rm --network k3d --rootfs /root/rootfs /bin/busybox ip route', says: passIf(/^default/m) }],
    undo: remove('k3d'),
  },
  {
    name: 'net: default network overridden with DNS',
    suites: notOnBullseye,
    setUp: put(
      '/etc/containers/networks/podman.json',
      '{"name":"podman","id":"2f259bab93aaaaa2542ba43ef33eb990d0999ee1b9924b557b7be53c0b7a1bb9","driver":"bridge","network_interface":"podman0","created":"2024-01-01T00:00:00Z","subnets":[{"subnet":"10.88.0.0/16","gateway":"10.88.0.1"}],"ipv6_enabled":false,"internal":false,"dns_enabled":true,"ipam_options":{"driver":"host-local"}}',
    ),
    claims: [defaults],
    undo: 'podman rm -fa >/dev/null 2>&1; rm -rf /root/rootfs /root/rootfs2',
  },
  {
    name: 'net: default network unparsable',
    alone: true,
    suites: notOnBullseye,
    setUp: put('/etc/containers/networks/podman.json', '{'),
    claims: [{ ...defaults, ask: 'podman network inspect podman 2>&1 | tail -n 1', says: () => 'unknown' }],
  },
  {
    name: 'net: cluster on a network with DNS',
    suites: notOnBullseye,
    files,
    setUp: lines(k3d('lab1'), 'podman network create lab1 >/dev/null'),
    claims: [cluster('lab1', passIf(/^true/))],
    undo: remove('lab1'),
  },
  {
    name: 'net: cluster on a network without DNS',
    suites: notOnBullseye,
    files,
    setUp: lines(k3d('lab1'), 'podman network create --disable-dns lab1 >/dev/null'),
    claims: [cluster('lab1', passIf(/^true/))],
    undo: remove('lab1'),
  },
  { name: 'net: cluster on the default network', files, setUp: k3d('podman'), claims: [cluster('podman', passIf(/^true/))] },
  { name: 'net: network_backend cni', alone: true, suites: notOnBullseye, setUp: conf('[network]\nnetwork_backend = "cni"'), claims: [backend, userBackend] },
  {
    name: 'net: back end frozen to cni',
    alone: true,
    suites: notOnBullseye,
    setUp: put('/var/lib/containers/storage/defaultNetworkBackend', 'cni'),
    claims: [backend],
  },
  {
    name: 'net: back end frozen to a misspelt one',
    alone: true,
    suites: notOnBullseye,
    setUp: put('/var/lib/containers/storage/defaultNetworkBackend', 'netavrak'),
    claims: [backend],
  },
  { name: 'net: netavark gone', alone: true, suites: notOnBullseye, setUp: `podman info >/dev/null; hide ${programs.netavark}`, claims: [backend] },
  { name: 'net: slirp4netns gone', alone: true, setUp: `hide ${programs.slirp4netns}`, claims: [tool] },
  { name: 'net: pasta gone', alone: true, suites: ['trixie'], setUp: `hide ${programs.pasta}`, claims: [tool] },
  {
    name: 'net: slirp4netns wanted and gone',
    alone: true,
    suites: ['trixie'],
    setUp: lines(conf('[network]\ndefault_rootless_network_cmd = "slirp4netns"'), `hide ${programs.slirp4netns}`),
    claims: [tool],
  },
];
