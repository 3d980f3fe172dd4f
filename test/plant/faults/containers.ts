/** Faults about Podman's configuration, and about Quadlet files. */
import type { Fault, Suite } from '../fault.ts';
import { panel } from '../prepared.ts';
import type { Tree } from '../tree.ts';

const preparedOnly = true as const;
const suites: readonly Suite[] = ['trixie'];
const conf = (rule: string, what: string, text: string, more: Partial<Fault> = {}): Fault => ({
  rule,
  what,
  plant: (t) => t.write('/etc/containers/containers.conf.d/50-fault.conf', `[containers]\n${text}\n`),
  ...more,
});

/** What is on for every container is on for each that a file starts. */
const inherited = (rule: string): Pick<Fault, 'also'> => ({ also: { [rule]: 'each Quadlet container has it, too' } });

const file = '/etc/containers/systemd/hmi.container';
const edit = (tree: Tree, from: string | RegExp, to: string): Tree => tree.edit(file, (was) => was.replace(from, to));
/** A line more in [Container], or another one in its place. */
const hmi = (rule: string, what: string, from: string | RegExp, to: string, also?: Fault['also']): Fault => ({
  rule,
  what,
  preparedOnly,
  suites,
  ...(also ? { also } : {}),
  plant: (t) => edit(t, from, to),
});
const more = '[Container]\n';

export const containerFaults: readonly Fault[] = [
  conf('podman.config.caps', 'a capability more', 'default_capabilities = ["CHOWN", "SYS_ADMIN"]'),
  conf('podman.config.host-ns', "the host's network", 'netns = "host"', inherited('quadlet.host-namespaces')),
  conf('podman.config.host-ns', "the host's processes", 'pidns = "host"', inherited('quadlet.host-namespaces')),
  conf('podman.config.logging', 'files without a bound', 'log_driver = "k8s-file"\nlog_size_max = -1'),
  conf('podman.config.pids-limit', 'no limit', 'pids_limit = 0'),
  conf('podman.config.privileged-default', 'privileged', 'privileged = true', inherited('quadlet.privileged')),
  conf('podman.config.seccomp', 'unconfined', 'seccomp_profile = "unconfined"', inherited('quadlet.privileged')),
  conf('podman.config.lsm-label', 'no profile', 'apparmor_profile = "unconfined"'),
  conf('podman.config.volumes-default', 'a path of the host', 'volumes = ["/etc:/host"]', inherited('quadlet.host-mounts')),
  {
    rule: 'podman.registries.insecure',
    what: 'a registry without TLS',
    plant: (t) => t.write('/etc/containers/registries.conf.d/50-fault.conf', '[[registry]]\nlocation = "registry.vehicle.example"\ninsecure = true\n'),
  },
  {
    rule: 'podman.registries.short-name',
    what: 'no check',
    plant: (t) => t.write('/etc/containers/registries.conf.d/50-fault.conf', 'short-name-mode = "disabled"\n'),
  },
  {
    rule: 'podman.registries.unqualified',
    what: 'where anybody may push',
    also: { 'podman.registries.short-name': 'a short name is tried there without a question' },
    plant: (t) => t.write('/etc/containers/registries.conf.d/50-fault.conf', 'unqualified-search-registries = ["docker.io"]\n'),
  },
  {
    rule: 'podman.policy.default',
    what: 'anything',
    preparedOnly,
    also: { 'vehicle.containers.signed': 'it is the same, said of a vehicle' },
    plant: (t) => t.write('/etc/containers/policy.json', '{ "default": [{ "type": "insecureAcceptAnything" }] }\n'),
  },
  { rule: 'podman.policy.keys', what: 'a key that is not there', preparedOnly, plant: (t) => t.remove('/usr/share/keyrings/vehicle-images.gpg') },
  {
    rule: 'podman.policy.keys',
    what: 'a key of everybody',
    preparedOnly,
    also: { 'vehicle.fs.world-writable': 'everybody may write to the key' },
    plant: (t) => t.own('/usr/share/keyrings/vehicle-images.gpg', { mode: 0o666 }),
  },
  {
    rule: 'podman.policy.transport-bypass',
    what: 'archives',
    preparedOnly,
    also: {},
    plant: (t) =>
      t.edit('/etc/containers/policy.json', (text) =>
        text.replace('"transports": {', '"transports": {\n    "docker-archive": { "": [{ "type": "insecureAcceptAnything" }] },'),
      ),
  },
  {
    rule: 'podman.policy.lookaside',
    what: 'signatures over plain HTTP',
    preparedOnly,
    plant: (t) =>
      t.write('/etc/containers/registries.d/vehicle.yaml', 'docker:\n  registry.vehicle.example:\n    lookaside: http://signatures.vehicle.example\n'),
  },
  {
    rule: 'podman.policy.user-override',
    what: "root's own policy",
    preparedOnly,
    also: { 'podman.policy.default': 'the policy that counts lets in everything', 'vehicle.containers.signed': 'it is the same, said of a vehicle' },
    plant: (t) => t.write('/root/.config/containers/policy.json', '{ "default": [{ "type": "insecureAcceptAnything" }] }\n'),
  },
  {
    rule: 'podman.registries.auth-perms',
    what: 'a login that others may read',
    also: { 'vehicle.podman.baked': 'it is a login that comes with the image' },
    plant: (t) => t.write('/root/.config/containers/auth.json', '{"auths":{"registry.vehicle.example":{"auth":"dTpw"}}}\n', { mode: 0o644 }),
  },
  {
    rule: 'podman.storage.additional-stores',
    what: 'a store that is not there',
    plant: (t) =>
      t.write(
        '/etc/containers/storage.conf',
        '[storage]\ndriver = "overlay"\nrunroot = "/run/containers/storage"\ngraphroot = "/var/lib/containers/storage"\n[storage.options]\nadditionalimagestores = ["/usr/share/images"]\n',
      ),
  },
  {
    rule: 'podman.api.tcp-exposed',
    what: 'a socket for everybody',
    plant: (t) =>
      t
        .write('/etc/systemd/system/podman.socket.d/tcp.conf', '[Socket]\nListenStream=0.0.0.0:2375\n')
        .link('/etc/systemd/system/sockets.target.wants/podman.socket', '/usr/lib/systemd/system/podman.socket'),
  },
  {
    rule: 'podman.api.socket-perms',
    what: 'a socket of everybody',
    plant: (t) =>
      t
        .write('/etc/systemd/system/podman.socket.d/mode.conf', '[Socket]\nSocketMode=0666\nDirectoryMode=0755\n')
        .link('/etc/systemd/system/sockets.target.wants/podman.socket', '/usr/lib/systemd/system/podman.socket'),
  },
  hmi('quadlet.privileged', 'all of it', more, `${more}PodmanArgs=--privileged\n`, {
    'vehicle.can-access': 'a privileged container reaches the CAN interface',
  }),
  hmi('quadlet.privileged', 'seccomp', more, `${more}SeccompProfile=unconfined\n`),
  hmi('quadlet.caps', 'SYS_ADMIN', more, `${more}AddCapability=SYS_ADMIN\n`),
  hmi('quadlet.caps', 'those of Podman', 'DropCapability=all\n', ''),
  hmi('quadlet.host-mounts', 'the shadow file', more, `${more}Volume=/etc/shadow:/shadow:ro\n`),
  hmi('podman.api.socket-in-container', "the engine's socket", more, `${more}Volume=/run/podman/podman.sock:/podman.sock\n`, {
    'quadlet.host-mounts': 'the socket leads out of the container',
  }),
  hmi('quadlet.host-namespaces', 'the network', more, `${more}Network=host\n`, { 'vehicle.can-access': 'the CAN interface belongs to the network' }),
  hmi('vehicle.can-access', 'a serial line', more, `${more}AddDevice=/dev/ttyS1\n`),
  hmi('vehicle.containers.root', 'root', /UserNS=auto\nUser=1000\n/, '', { 'quadlet.userns': 'it is the same, said of any host' }),
  hmi('quadlet.userns', 'root', /UserNS=auto\nUser=1000\n/, '', { 'vehicle.containers.root': 'it is the same, said of a vehicle' }),
  hmi('quadlet.nonewprivs', 'set-id programs', 'NoNewPrivileges=true\n', ''),
  hmi('quadlet.readonly', 'a root that can be written to', 'ReadOnly=true\n', ''),
  hmi('quadlet.resources', 'no limit', 'MemoryMax=512M\n', ''),
  hmi('quadlet.health-restart', 'no restart', 'Restart=always\n', ''),
  hmi('quadlet.image-pinned', 'a tag', /@sha256:\w+/, ':latest'),
  hmi('quadlet.secrets-env', 'a password', more, `${more}Environment=DB_PASSWORD=abcd1234\n`),
  hmi('quadlet.references', 'a file that is missing', more, `${more}EnvironmentFile=/etc/hmi.env\n`),
  hmi('quadlet.service-user', 'a user', '[Service]\n', '[Service]\nUser=nobody\n'),
  hmi('quadlet.service-hardening', 'a sandbox', '[Service]\n', '[Service]\nPrivateNetwork=true\n'),
  hmi('quadlet.starts', 'no [Install]', /\[Install\][\s\S]*/, '', { 'quadlet.health-restart': 'nothing starts it at boot' }),
  hmi('quadlet.unknown-key', 'a key that is none', more, `${more}Imagee=x\n`),
  hmi('quadlet.values', 'a value that is none', 'MemoryMax=512M', 'MemoryMax=512X'),
  hmi('quadlet.autoupdate', 'updates', more, `${more}AutoUpdate=registry\n`),
  hmi('podman.net.published-ports', 'a port for everybody', more, `${more}PublishPort=8080:8080\n`),
  {
    rule: 'quadlet.collisions',
    what: 'a name twice',
    preparedOnly,
    suites,
    plant: (t) => edit(t, more, `${more}ContainerName=qm\n`),
  },
  {
    rule: 'quadlet.search-path',
    what: 'a file where no generator looks',
    preparedOnly,
    suites,
    plant: (t) => t.write('/usr/lib/containers/systemd/panel.container', panel),
  },
  {
    rule: 'quadlet.generator',
    what: 'no generator',
    preparedOnly,
    suites,
    plant: (t) => t.remove('/usr/lib/systemd/system-generators/podman-system-generator'),
  },
  {
    rule: 'quadlet.vendor-clash',
    what: "the vendor's name",
    preparedOnly,
    suites,
    plant: (t) => t.write('/etc/containers/systemd/chrony.container', panel),
  },
];
