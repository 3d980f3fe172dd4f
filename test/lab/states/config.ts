/** Configuration of containers, registries and trust: what a real container, import or command makes of it. */
import { always, type Claim, failIf, passIf, type State } from '../state.ts';
import { lines, put } from './shell.ts';

/** States of different areas share a look: each area has a file of its own. */
const conf = (text: string, area: string): string => put(`/etc/containers/containers.conf.d/${area}.conf`, text);
/** What a container of root that was given no options sees. */
const inside = (command: string, before = ''): string =>
  `root /root/inside; ${before} timeout 60 podman run --rm --network none --rootfs /root/inside /bin/sh -c '${command}' 2>&1 | tail -n 3; rm -rf /root/inside`;

const privileged: Claim = {
  rule: 'podman.config.privileged-default',
  ask: inside('cat /proc/self/status | busybox grep -i capeff'),
  says: failIf(/ffffffff$/),
  // Of what an update will bring.
  mayWarn: true,
};
const seccomp: Claim = { rule: 'podman.config.seccomp', ask: inside('busybox grep -w Seccomp: /proc/self/status'), says: passIf(/^Seccomp:\s*2/m) };
/** Podman's eleven, as a mask. */
const baseline = 0x800405fbn;
const caps: Claim = {
  rule: 'podman.config.caps',
  ask: inside('busybox grep CapBnd: /proc/self/status'),
  says(answer) {
    const mask = /CapBnd:\s*([0-9a-f]{16})/.exec(answer)?.[1];
    return mask !== undefined && (BigInt(`0x${mask}`) & ~baseline) === 0n ? 'pass' : 'fail';
  },
};
const pids: Claim = { rule: 'podman.config.pids-limit', ask: inside('cat /sys/fs/cgroup/pids.max'), says: passIf(/^[1-9]\d{0,3}$/m) };
const namespace = (ns: string): Claim => ({
  rule: 'podman.config.host-ns',
  ask: `root /root/inside; timeout 60 podman run --rm --rootfs /root/inside /bin/busybox readlink /proc/self/ns/${ns} 2>&1 | tail -n 1 >/tmp/ns; rm -rf /root/inside; cat /tmp/ns; [ "$(cat /tmp/ns)" != "$(readlink /proc/1/ns/${ns})" ] && echo its own || echo the host`,
  says: passIf(/its own/),
});
const env: Claim = {
  rule: 'podman.config.env-host',
  ask: inside('busybox env | busybox grep LAB_ || echo not there', 'LAB_VARIABLE=seen'),
  says: failIf(/LAB_VARIABLE/),
  mayWarn: true,
};
const volumes: Claim = {
  rule: 'podman.config.volumes-default',
  ask: inside('ls /lab/hostname', 'ln -sf busybox /root/inside/bin/ls;'),
  says: passIf(/No such file/),
};
const runs = (rule: string, subject?: string): Claim => ({
  rule,
  ...(subject ? { subject } : {}),
  ask: `${subject ? 'as driver ' : ''}podman info >/dev/null 2>/tmp/err && echo runs || tail -n 1 /tmp/err`,
  says: passIf(/^runs/),
});
const manager: Claim = { rule: 'podman.config.cgroup-manager', ask: `podman info --format json | jq -r .host.cgroupManager`, says: passIf(/^systemd/) };
const driver: Claim = { rule: 'podman.storage.driver', ask: `podman info --format json | jq -r .store.graphDriverName`, says: passIf(/^overlay/) };
const search: Claim = {
  rule: 'podman.registries.unqualified',
  ask: `podman info --format json | jq -c '.registries.search // []'`,
  says: (answer) => (answer === '[]' ? 'not-applicable' : answer.includes(',') || /docker\.io|quay\.io/.test(answer) ? 'fail' : 'pass'),
};
const insecure: Claim = {
  rule: 'podman.registries.insecure',
  ask: `podman info --format json | jq -c '[.registries[] | objects | select(.Insecure) | .Prefix]'`,
  says: passIf(/^\[\]$/),
};
/** An image without a signature. */
const unsigned = 'tar -cC /bin busybox | timeout 60 podman import -q - lab:unsigned 2>&1 | tail -n 1; podman rmi -f lab:unsigned >/dev/null 2>&1';
const imported = /^(sha256:)?[0-9a-f]{64}$/m;
const trusting: Claim = { rule: 'podman.policy.default', ask: unsigned, says: failIf(imported) };
/** Whether Podman finds a policy that it can read at all. */
const policy: Claim = { rule: 'podman.policy.present', ask: unsigned, says: (answer) => (imported.test(answer) || /rejected/i.test(answer) ? 'pass' : 'fail') };

const containers = (name: string, text: string, ...claims: readonly Claim[]): State => ({ name, setUp: conf(text, name.split(':')[0] ?? ''), claims });
const registries = (what: string, text: string, ...claims: readonly Claim[]): State => ({
  name: `registries: ${what}`,
  setUp: put('/etc/containers/registries.conf.d/lab.conf', text),
  claims,
});
const policyFile = (what: string, text: string, ...claims: readonly Claim[]): State => ({
  name: `policy: ${what}`,
  setUp: put('/etc/containers/policy.json', text),
  claims,
});

export const configStates: readonly State[] = [
  {
    name: 'config: as installed',
    claims: [
      privileged,
      seccomp,
      caps,
      pids,
      namespace('pid'),
      env,
      volumes,
      runs('podman.config.runtime'),
      manager,
      driver,
      search,
      insecure,
      trusting,
      policy,
    ],
  },
  containers('security: privileged', '[containers]\nprivileged = true', privileged),
  containers('security: seccomp unconfined', '[containers]\nseccomp_profile = "unconfined"', seccomp),
  containers('security: seccomp file missing', '[containers]\nseccomp_profile = "/etc/none.json"', seccomp),
  containers('security: seccomp empty', '[containers]\nseccomp_profile = ""', seccomp),
  containers('security: one more capability', '[containers]\ndefault_capabilities = ["CHOWN", "SYS_ADMIN"]', caps),
  containers('security: capabilities in lower case', '[containers]\ndefault_capabilities = ["chown", "cap_kill"]', caps),
  containers('security: capability ALL', '[containers]\ndefault_capabilities = ["ALL"]', caps),
  containers('security: misspelt capability', '[containers]\ndefault_capabilities = ["CHWON"]', caps),
  containers('limits: pids 0', '[containers]\npids_limit = 0', pids),
  containers('limits: pids -1', '[containers]\npids_limit = -1', pids),
  containers('limits: pids 100', '[containers]\npids_limit = 100', pids),
  containers('namespaces: netns host', '[containers]\nnetns = "host"', namespace('net')),
  containers('namespaces: pidns host', '[containers]\npidns = "host"', namespace('pid')),
  containers('namespaces: utsns host', '[containers]\nutsns = "host"', namespace('uts')),
  containers('limits: cgroupns host', '[containers]\ncgroupns = "host"', namespace('cgroup')),
  containers('environment: of the host', '[containers]\nenv_host = true', env),
  containers('volumes: of the host', '[containers]\nvolumes = ["/etc:/lab"]', volumes),
  containers('manager: cgroupfs', '[engine]\ncgroup_manager = "cgroupfs"', manager),
  registries('search list of one', 'unqualified-search-registries = ["registry.example.org"]', search),
  registries('search list of two', 'unqualified-search-registries = ["registry.example.org", "docker.io"]', search),
  registries('insecure registry', '[[registry]]\nprefix = "registry.example.org"\nlocation = "registry.example.org"\ninsecure = true', insecure),
  policyFile('rejects', '{"default":[{"type":"reject"}]}', trusting, policy),
  policyFile('rejects one transport', '{"default":[{"type":"insecureAcceptAnything"}],"transports":{"docker":{"":[{"type":"reject"}]}}}', policy),
  policyFile('with an unknown key', '{"default":[{"type":"insecureAcceptAnything"}],"comment":"x"}', policy),
  policyFile('with a key twice', '{"default":[{"type":"reject"}],"default":[{"type":"reject"}]}', policy),
  policyFile('not JSON', '{', policy),
  { name: 'policy: missing', setUp: 'hide /etc/containers/policy.json', claims: [policy] },
  { name: "policy: of root's home", setUp: put('/root/.config/containers/policy.json', '{"default":[{"type":"reject"}]}'), claims: [trusting] },
];

/** What keeps a container from the host: the label that the kernel has for its process. */
const confinement: Claim = { rule: 'podman.config.lsm-label', ask: inside('cat /proc/self/attr/current'), says: failIf(/unconfined/) };
const state: Claim = { rule: 'podman.storage.boltdb', ask: 'podman info --format json | jq -r .host.databaseBackend', says: failIf(/^boltdb/) };
/** How many bytes of two million that a container prints are kept below the graph root. */
const logs: Claim = {
  rule: 'podman.config.logging',
  ask: lines(
    'root /root/logs; timeout 90 podman run --network none --name logs --rootfs /root/logs /bin/busybox seq 1 40000 >/dev/null',
    "stat -c '%s %n' /var/lib/containers/storage/overlay-containers/$(podman inspect logs --format '{{.Id}}')/userdata/ctr.log",
    'podman rm -f logs >/dev/null; rm -rf /root/logs',
  ),
  says: failIf(/^\d{6,} /m),
};
/** Podman tells where it looks for signatures before it asks the registry, which is not there. */
const lookaside: Claim = {
  rule: 'podman.policy.lookaside',
  ask: `timeout 60 podman --log-level=debug pull registry.example.org/x 2>&1 | grep -o -e 'Using [^ ]* [a-z]*://[^"]*' -e 'built-in default'`,
  says: failIf(/ http:/),
};
const signatures = (what: string, keys: string): State => ({
  name: `lookaside: ${what}`,
  suites: ['bookworm', 'trixie'],
  setUp: put('/etc/containers/registries.d/lab.yaml', `docker:\n  registry.example.org:\n${keys}`),
  claims: [lookaside],
});

export const claimStates: readonly State[] = [
  {
    name: 'confinement: as installed',
    claims: [
      confinement,
      { ...confinement, subject: 'user:driver', ask: 'as driver podman info --format json | jq -c .host.security', says: always('not-applicable') },
    ],
  },
  {
    name: 'store: a BoltDB file older than SQLite',
    suites: ['trixie'],
    alone: true,
    setUp: 'podman info >/dev/null; mkdir -p /var/lib/containers/storage/libpod; touch -d 2001-01-01 /var/lib/containers/storage/libpod/bolt_state.db',
    claims: [state],
    undo: 'rm -f /var/lib/containers/storage/libpod/bolt_state.db',
  },
  { ...containers('logs: in files', '[containers]\nlog_driver = "k8s-file"', logs), suites: ['bookworm', 'trixie'] },
  { ...containers('logs: in files of a bounded size', '[containers]\nlog_driver = "k8s-file"\nlog_size_max = 20000', logs), suites: ['bookworm', 'trixie'] },
  signatures('the old key', '    sigstore: http://old.example.org'),
  signatures('the old key beside the new one', '    lookaside: https://new.example.org\n    sigstore: http://old.example.org'),
  signatures('a store for writing alone', '    lookaside: https://new.example.org\n    lookaside-staging: http://staging.example.org'),
];

const userns = (rule: string): Claim => ({
  rule,
  ask: 'as driver podman system migrate >/dev/null 2>&1; as driver timeout 30 podman unshare true 2>/tmp/err && echo works || tail -n 1 /tmp/err',
  says: passIf(/^works/),
});
export const kernelStates: readonly State[] = [
  { name: 'kernel: as installed', claims: [userns('rootless.userns-sysctl'), userns('rootless.newidmap')] },
  {
    name: 'kernel: no user namespaces',
    alone: true,
    setUp: 'sysctl -qn user.max_user_namespaces >/run/max; sysctl -qw user.max_user_namespaces=0',
    claims: [userns('rootless.userns-sysctl')],
    undo: 'sysctl -qw user.max_user_namespaces=$(cat /run/max)',
  },
  {
    name: 'kernel: none for ordinary users',
    alone: true,
    setUp: 'sysctl -qw kernel.unprivileged_userns_clone=0',
    claims: [userns('rootless.userns-sysctl')],
    undo: 'sysctl -qw kernel.unprivileged_userns_clone=1',
  },
  {
    name: 'kernel: newuidmap without setuid',
    alone: true,
    setUp: 'save /usr/bin/newuidmap /usr/bin/newgidmap; chmod u-s /usr/bin/newuidmap /usr/bin/newgidmap',
    claims: [userns('rootless.newidmap')],
  },
  {
    name: 'kernel: pause process of older ids',
    alone: true,
    setUp: lines('as driver podman unshare true', 'save /etc/subuid', "sed -i 's/^driver:.*/driver:20000000:65536/' /etc/subuid"),
    claims: [{ rule: 'rootless.pause-stale', subject: 'user:driver', ask: 'as driver podman unshare cat /proc/self/uid_map', says: passIf(/\b20000000\b/) }],
    undo: 'as driver podman system migrate',
  },
];
