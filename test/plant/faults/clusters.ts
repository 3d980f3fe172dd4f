/** Faults about K3s and CRI-O, which each of these faults brings along, set up as it has to be otherwise; and about accounts that run containers. */
import type { Fault } from '../fault.ts';
import { panel } from '../prepared.ts';
import type { Tree } from '../tree.ts';

const preparedOnly = true as const;
const unit = '/etc/systemd/system/k3s.service';
const config = '/etc/rancher/k3s/config.yaml';

/** A server of K3s as its installer sets it up, without the components that nobody uses. */
const k3s = (tree: Tree): Tree =>
  tree
    .write('/usr/local/bin/k3s', '\x7fELF', { mode: 0o755 })
    .write(unit, '[Service]\nType=notify\nLimitCORE=0\nExecStart=/usr/local/bin/k3s server\n[Install]\nWantedBy=multi-user.target\n')
    .link('/etc/systemd/system/multi-user.target.wants/k3s.service', unit)
    .write(config, 'disable: [traefik, servicelb, metrics-server]\n', { mode: 0o600 });

const registries = (endpoint: string): string => `mirrors:\n  docker.io:\n    endpoint: ["${endpoint}"]\n`;

const privileged = `apiVersion: v1
kind: Pod
metadata: { name: site, namespace: default }
spec:
  containers:
  - name: site
    image: registry.vehicle.example/site@sha256:5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03
    securityContext: { privileged: true }
`;

const k3sFaults: readonly Fault[] = [
  { rule: 'host.bin.required', what: 'no modprobe', plant: (t) => k3s(t).remove('/usr/sbin/modprobe') },
  {
    rule: 'vehicle.kube.pod-security',
    what: 'a privileged pod',
    also: { 'k3s.images.static-pods': 'nobody named the manifest' },
    plant: (t) => k3s(t).write('/var/lib/rancher/k3s/server/manifests/site.yaml', privileged, { mode: 0o600 }),
  },
  { rule: 'vehicle.containers.signed', what: 'K3s, which reads no policy', preparedOnly, plant: (t) => k3s(t) },
  { rule: 'k3s.components.minimal', what: 'all of them', plant: (t) => k3s(t).write(config, 'debug: false\n', { mode: 0o600 }) },
  { rule: 'k3s.limits.core', what: 'core dumps', plant: (t) => k3s(t).edit(unit, (text) => text.replace('LimitCORE=0', 'LimitCORE=infinity')) },
  { rule: 'k3s.binary.integrity', what: 'the program is not root’s', plant: (t) => k3s(t).own('/usr/local/bin/k3s', { uid: 1 }) },
  {
    rule: 'k3s.images.static-pods',
    what: 'a manifest',
    plant: (t) => k3s(t).write('/var/lib/rancher/k3s/server/manifests/site.yaml', 'kind: Pod\n', { mode: 0o600 }),
  },
  {
    rule: 'k3s.node-password',
    what: 'a password of the node',
    also: { 'vehicle.k3s.baked': 'it is an identity of K3s' },
    plant: (t) => k3s(t).write('/etc/rancher/node/password', 'aa\n', { mode: 0o600 }),
  },
  {
    rule: 'k3s.registries.secure',
    what: 'plain HTTP',
    also: { 'k3s.registries.fallback': 'the registry itself is asked, too' },
    plant: (t) => k3s(t).write('/etc/rancher/k3s/registries.yaml', registries('http://mirror.vehicle.example'), { mode: 0o600 }),
  },
  {
    rule: 'k3s.registries.fallback',
    what: 'the registry itself',
    plant: (t) => k3s(t).write('/etc/rancher/k3s/registries.yaml', registries('https://mirror.vehicle.example'), { mode: 0o600 }),
  },
  {
    rule: 'k3s.token.not-in-cmdline',
    what: 'a token',
    also: { 'k3s.token.perms': 'whoever gets the image has the token', 'vehicle.k3s.baked': 'it is an identity of K3s' },
    plant: (t) => k3s(t).edit(unit, (text) => text.replace('k3s server', 'k3s server --token abcdef')),
  },
  { rule: 'k3s.token.perms', what: 'a token', also: { 'vehicle.k3s.baked': 'it is an identity of K3s' }, plant: (t) => k3s(t).append(config, 'token: abcdef') },
];

const crio = (tree: Tree, runtime: string): Tree =>
  tree
    .write('/usr/bin/crio', '\x7fELF', { mode: 0o755 })
    .append(
      '/var/lib/dpkg/status',
      '\nPackage: cri-o\nStatus: install ok installed\nMaintainer: nobody\nArchitecture: amd64\nVersion: 1.34.2-1.1\nDescription: a runtime\n',
    )
    .write('/etc/crio/crio.conf.d/10-vehicle.conf', `[crio.image]\npause_image = "registry.vehicle.example/pause:3.10"\n[crio.runtime]\n${runtime}\n`);

const crioFaults: readonly Fault[] = [
  { rule: 'crio.caps', what: 'one more', preparedOnly, plant: (t) => crio(t, 'default_capabilities = ["CHOWN", "SYS_ADMIN"]') },
  { rule: 'crio.seccomp', what: 'none', preparedOnly, plant: (t) => crio(t, 'seccomp_profile = "unconfined"') },
  { rule: 'crio.runtime-handlers', what: 'a device', preparedOnly, plant: (t) => crio(t, 'allowed_devices = ["/dev/mem"]') },
  {
    rule: 'crio.pause-image',
    what: 'from the internet',
    preparedOnly,
    plant: (t) => crio(t, '').write('/etc/crio/crio.conf.d/10-vehicle.conf', '[crio.runtime]\n'),
  },
  {
    rule: 'crio.signature',
    what: 'anything',
    preparedOnly,
    also: { 'podman.policy.default': 'it tells of the policy of CRI-O, too', 'vehicle.containers.signed': 'it is the same, said of a vehicle' },
    plant: (t) =>
      crio(t, '')
        .write('/etc/crio/policy.json', '{ "default": [{ "type": "insecureAcceptAnything" }] }\n')
        .write('/etc/crio/crio.conf.d/20-policy.conf', '[crio.image]\nsignature_policy = "/etc/crio/policy.json"\n'),
  },
];

/** An account that runs containers of its own. */
const driver = (tree: Tree): Tree =>
  tree
    .append('/etc/passwd', 'driver:x:1000:1000::/home/driver:/bin/bash')
    .append('/etc/shadow', 'driver:!:20000:0:99999:7:::')
    .append('/etc/group', 'driver:x:1000:')
    .directory('/home/driver', { mode: 0o700, uid: 1000, gid: 1000 })
    .write('/etc/subuid', 'containers:2147483647:2147483648\ndriver:100000:65536\n')
    .write('/etc/subgid', 'containers:2147483647:2147483648\ndriver:100000:65536\n')
    .write('/var/lib/systemd/linger/driver', '');

const accountFaults: readonly Fault[] = [
  { rule: 'rootless.subid-overlap', what: 'a range of two', preparedOnly, plant: (t) => driver(t).append('/etc/subuid', 'guest:120000:65536') },
  {
    rule: 'rootless.linger',
    what: 'a service that ends at logout',
    preparedOnly,
    suites: ['trixie'],
    plant: (t) =>
      driver(t)
        .write('/etc/containers/systemd/users/1000/panel.container', panel.replace(/^(?:UserNS|User|Volume)=.*\n/gm, '').replace('multi-user', 'default'))
        .remove('/var/lib/systemd/linger/driver'),
  },
];

/** Its containerd reads no policy.json, and nothing here makes its API server refuse an image. */
const unsigned = { 'vehicle.containers.signed': 'K3s pulls images unsigned' };

export const clusterFaults: readonly Fault[] = [
  ...k3sFaults.map((fault) => (Object.hasOwn(unsigned, fault.rule) ? fault : { ...fault, also: { ...fault.also, ...unsigned } })),
  ...crioFaults,
  ...accountFaults,
];
