/** k3d's config files and containers: what Podman makes of the requests that k3d 5.9 sends, and who reaches what it publishes. */
import { type Claim, failIf, passIf, type State } from '../state.ts';
import { lines, put } from './shell.ts';

/** Podman 3.0 has no network of the name that k3d's requests need. */
const suites = ['bookworm', 'trixie'] as const;
const path = '/root/cluster.yaml';
const subject = `k3d-config:${path}`;
const config = (text: string): string => put(path, `apiVersion: k3d.io/v1alpha5\nkind: Simple\nmetadata:\n  name: lab\n${text}`);

/** POST /containers/create, as k3d's docker client sends it for a node, and what became of it. */
const create = (more: object, network: string): string => {
  const body = JSON.stringify({
    Image: 'localhost/node:1',
    Cmd: ['/bin/sleep', '100'],
    ...more,
    NetworkingConfig: { EndpointsConfig: { [network]: {} } },
  });
  return `curl -s -m 60 --unix-socket /run/podman/podman.sock -H 'Content-Type: application/json' -d '${body}' 'http://d/v1.41/containers/create?name=asked'; echo`;
};
const mounts = `podman inspect asked | jq -r '.[0].Mounts[] | "\\(.Type) \\(.Source) on \\(.Destination)"'`;
const image =
  'systemctl start podman.socket; root /root/node; tar -C /root/node -c . | podman import -q - localhost/node:1 >/dev/null 2>&1; podman network create cluster >/dev/null';
const undo = 'podman rm -fa >/dev/null 2>&1; podman rmi -f localhost/node:1 >/dev/null 2>&1; podman network rm -f cluster >/dev/null 2>&1; rm -rf /root/node';

/** A registry is put on bridge when it comes with the cluster, else on the network that is named. */
const registry = (network: string): Claim => ({
  rule: 'k3d.registry.create',
  subject,
  ask: create({ HostConfig: { NetworkMode: 'bridge' } }, network),
  says: passIf(/"Id": *"[0-9a-f]{12}/),
});

const volume = (text: string): Claim => ({
  rule: 'k3d.config.volumes',
  subject,
  ask: lines(create({ HostConfig: { NetworkMode: 'bridge', Binds: [text] } }, 'cluster'), mounts),
  says: failIf(/^bind \/etc on /m),
});

/** Whether another machine in the network would get through: asked by the address that the host has there. */
const reach =
  'timeout 10 bash -c "exec 3<>/dev/tcp/$(ip -4 -o addr show scope global | grep -o "inet 10[.]0[.][0-9.]*" | cut -d" " -f2 | head -n 1)/6550" && echo reached';
const publish = (address: string): State => ({
  name: `k3d: API of a rootless engine on ${address}`,
  suites,
  by: 'driver',
  setUp: lines(
    'root /home/driver/lb; as driver podman network create cluster >/dev/null',
    `as driver podman run -d -q --name k3d-lab-serverlb --label app=k3d --network cluster -p ${address}:6550:6443 --rootfs /home/driver/lb /bin/busybox nc -ll -p 6443 -e /bin/true >/dev/null`,
  ),
  claims: [{ rule: 'k3d.api.bind', subject: 'api:k3d-node:k3d-lab-serverlb', ask: reach, says: failIf(/reached/) }],
  undo: 'as driver podman rm -f -t 0 k3d-lab-serverlb >/dev/null; as driver podman network rm -f cluster >/dev/null; rm -rf /home/driver/lb',
});

export const k3dStates: readonly State[] = [
  {
    name: 'k3d: a registry made with the cluster',
    suites,
    setUp: lines(image, config('registries:\n  create:\n    name: reg')),
    files: [path],
    claims: [registry('bridge')],
    undo,
  },
  {
    name: 'k3d: a registry made before, on podman',
    suites,
    setUp: lines(image, config('registries:\n  use: [k3d-reg:5000]')),
    files: [path],
    claims: [registry('podman')],
    undo,
  },
  { name: 'k3d: volume of /etc', suites, setUp: lines(image, config('volumes:\n  - volume: /etc:/x')), files: [path], claims: [volume('/etc:/x')], undo },
  { name: 'k3d: volume without a source', suites, setUp: lines(image, config('volumes:\n  - volume: /etc')), files: [path], claims: [volume('/etc')], undo },
  publish('0.0.0.0'),
  publish('127.0.0.1'),
];
