/** Settings of one account's engine: each row on an account of its own, so that all are looked at together. */
import { type Claim, failIf, passIf, type State } from '../state.ts';
import { lines, put } from './shell.ts';

/** A claim about the account at hand; USER and UID in the question stand for it. */
type Row = readonly [what: string, files: Readonly<Record<string, string>>, claims: readonly Claim[], more?: { setUp?: string }];

const says = (rule: string, ask: string, verdict: Claim['says']): Claim => ({ rule, ask, says: verdict });
/** What a container of the account that was given no options sees. */
const inside = (command: string, before = 'env'): string =>
  `root /home/USER/inside; as USER ${before} timeout 90 podman run --rm --network none --rootfs /home/USER/inside /bin/sh -c '${command}' 2>&1 | tail -n 3`;
const info = (filter: string): string => `as USER podman info --format json 2>/tmp/USER.err | jq -r '${filter}'; tail -n 1 /tmp/USER.err`;

const timeout: Claim = says(
  'podman.api.service-timeout',
  'as USER podman system service --help >/tmp/USER.help 2>&1; grep -e "-t, --time" /tmp/USER.help',
  (answer) => (/-t, --time/.test(answer) && !/default [1-9]/.test(answer) ? 'pass' : 'fail'),
);
/** A file that Podman cannot read stops every command: neither pass nor a number. */
const never: Claim['says'] = (answer, suite) => (/-t, --time/.test(answer) ? timeout.says(answer, suite) : 'unknown');
const seccomp = says('podman.config.seccomp', inside('busybox grep -w Seccomp: /proc/self/status'), passIf(/^Seccomp:\s*2/m));
const caps = says('podman.config.caps', inside('busybox grep CapBnd: /proc/self/status'), (answer) => {
  const mask = /CapBnd:\s*([0-9a-f]{16})/.exec(answer)?.[1];
  // Podman's eleven, as a mask.
  return mask !== undefined && (BigInt(`0x${mask}`) & ~0x800405fbn) === 0n ? 'pass' : 'fail';
});
const env = says('podman.config.env-host', inside('busybox env | busybox grep LAB_ || echo not there', 'env LAB_VARIABLE=seen'), failIf(/LAB_VARIABLE/));
const volumes = says('podman.config.volumes-default', inside('busybox ls /lab/hostname'), passIf(/No such file/));
const namespace = (ns: string): Claim =>
  says(
    'podman.config.host-ns',
    `root /home/USER/inside; as USER timeout 90 podman run --rm --network ${ns === 'net' ? 'PLAIN' : 'none'} --rootfs /home/USER/inside /bin/busybox readlink /proc/self/ns/${ns} 2>&1 | tail -n 1 >/tmp/USER.ns; cat /tmp/USER.ns; [ "$(cat /tmp/USER.ns)" != "$(readlink /proc/1/ns/${ns})" ] && echo its own || echo the host`.replace(
      '--network PLAIN ',
      '',
    ),
    passIf(/its own/),
  );
const runs = (rule: string, command = 'podman info'): Claim =>
  says(rule, `as USER ${command} >/dev/null 2>/tmp/USER.err && echo runs || tail -n 1 /tmp/USER.err`, passIf(/^runs/m));
const manager = says('podman.config.cgroup-manager', info('.host.cgroupManager'), passIf(/^systemd/m));
const driver = says('podman.storage.driver', info('.store.graphDriverName'), passIf(/^overlay/m));
const search = says('podman.registries.unqualified', info('.registries.search // [] | join(",")'), (answer) =>
  answer.includes(',') || /docker\.io|quay\.io/.test(answer) ? 'fail' : answer === '' ? 'not-applicable' : 'pass',
);
const insecure = says('podman.registries.insecure', info('[.registries[] | objects | select(.Insecure) | .Prefix] | join(",")'), passIf(/^$/));
const unsigned = 'tar -cC /bin busybox | as USER timeout 90 podman import -q - lab:unsigned 2>&1 | tail -n 1';
const imported = /^(sha256:)?[0-9a-f]{64}$/m;
const trusting = says('podman.policy.default', unsigned, failIf(imported));
const policy = says('podman.policy.present', unsigned, (answer) => (imported.test(answer) || /rejected/i.test(answer) ? 'pass' : 'fail'));
const backend: Claim = {
  ...says('podman.net.backend', info('.host.networkBackend // "no field: CNI"'), (answer) => (/^(netavark|no field|cni)/m.test(answer) ? 'pass' : 'fail')),
  mayWarn: true,
};
const container = says(
  'podman.net.rootless-tool',
  'root /home/USER/inside; as USER timeout 90 podman run --rm --rootfs /home/USER/inside /bin/true 2>&1 && echo started',
  passIf(/^started$/m),
);

const conf = (text: string): Readonly<Record<string, string>> => ({ 'containers.conf': text });
const storage = (text: string): Readonly<Record<string, string>> => ({ 'storage.conf': text });
const registries = (text: string): Readonly<Record<string, string>> => ({ 'registries.conf': text });
const rules = (text: string): Readonly<Record<string, string>> => ({ 'policy.json': text });
/** What Podman would choose is not known before it has a store. */
const used = { setUp: 'as USER podman info >/dev/null 2>&1 || true' } as const;

/** Files that Podman takes or refuses as a whole. */
const refused = (file: (text: string) => Readonly<Record<string, string>>, claim: Claim, texts: readonly (readonly [string, string])[]): Row[] =>
  texts.map(([what, text]) => [what, file(text), [claim]]);

const rows: readonly Row[] = [
  ['nothing set', {}, [timeout, seccomp, caps, env, manager, driver, runs('podman.config.parse'), runs('podman.config.runtime'), policy], used],
  ['time-out 0', conf('[engine]\nservice_timeout = 0'), [timeout]],
  ['time-out 0 in no table', conf('service_timeout = 0'), [timeout]],
  ['time-out 0 in [containers]', conf('[containers]\nservice_timeout = 0'), [timeout]],
  ['time-out 0 quoted key', conf('[engine]\n"service_timeout" = 0'), [timeout]],
  ['time-out 0 inline table', conf('engine = { service_timeout = 0 }'), [timeout]],
  ['time-out 0x0', conf('[engine]\nservice_timeout = 0x0'), [timeout]],
  ['time-out 1_0', conf('[engine]\nservice_timeout = 1_0'), [timeout]],
  ['time-out 0, CRLF', conf('[engine]\r\nservice_timeout = 0\r'), [timeout]],
  ['time-out 0 commented out', conf('[engine]\n#service_timeout = 0'), [timeout]],
  [
    'time-out in drop-ins',
    { 'containers.conf.d/20.conf': '[engine]\nservice_timeout = 0', 'containers.conf.d/10.conf': '[engine]\nservice_timeout = 9' },
    [timeout],
  ],
  ['seccomp unconfined', conf('[containers]\nseccomp_profile = "unconfined"'), [seccomp]],
  ['capability SYS_ADMIN', conf('[containers]\ndefault_capabilities = ["CHOWN", "SYS_ADMIN"]'), [caps]],
  ['no capabilities', conf('[containers]\ndefault_capabilities = []'), [caps]],
  ['ipcns host', conf('[containers]\nipcns = "host"'), [namespace('ipc')]],
  ['pidns host', conf('[containers]\npidns = "host"'), [namespace('pid')]],
  ['utsns host', conf('[containers]\nutsns = "host"'), [namespace('uts')]],
  ['cgroupns host', conf('[containers]\ncgroupns = "host"'), [namespace('cgroup')]],
  ['netns host', conf('[containers]\nnetns = "host"'), [namespace('net')]],
  ['env_host', conf('[containers]\nenv_host = true'), [{ ...env, mayWarn: true }]],
  ['volumes', conf('[containers]\nvolumes = ["/etc:/lab"]'), [volumes]],
  ['cgroupfs', conf('[engine]\ncgroup_manager = "cgroupfs"'), [manager]],
  ['containers.conf not TOML', conf('[engine'), [runs('podman.config.parse')]],
  ['containers.conf of a wrong type', conf('[engine]\nnum_locks = "many"'), [runs('podman.config.parse')]],
  ['runtime not known', conf('[engine]\nruntime = "nope"'), [runs('podman.config.runtime')]],
  ['runtime by its path', conf('[engine]\nruntime = "/usr/bin/crun"'), [runs('podman.config.runtime')]],
  [
    'runtime of a table',
    conf('[engine]\nruntime = "mine"\n[engine.runtimes]\nmine = ["/usr/local/sbin/crun", "/usr/bin/crun"]'),
    [runs('podman.config.runtime')],
  ],
  ['driver vfs', storage('[storage]\ndriver = "vfs"'), [driver]],
  ['driver that does not exist', storage('[storage]\ndriver = "nope"'), [driver]],
  ['storage.conf not TOML', storage('[storage'), [runs('podman.config.parse')]],
  ['two registries', registries('unqualified-search-registries = ["registry.example.org", "docker.io"]'), [search]],
  ['one registry', registries('unqualified-search-registries = ["registry.example.org"]'), [search]],
  ['insecure registry', registries('[[registry]]\nlocation = "registry.example.org"\ninsecure = true'), [insecure]],
  ['secure registry', registries('[[registry]]\nlocation = "registry.example.org"\ninsecure = false'), [insecure]],
  ['registries.conf not TOML', registries('[[registry'), [runs('podman.registries.format')]],
  [
    'registries.conf of both formats',
    registries('unqualified-search-registries = ["y.example.org"]\n[registries.search]\nregistries = ["x.example.org"]'),
    [runs('podman.registries.format')],
  ],
  ['registries.conf of format 1', registries('[registries.search]\nregistries = ["x.example.org"]'), [{ ...runs('podman.registries.format'), mayWarn: true }]],
  ['policy rejects', rules('{"default":[{"type":"reject"}]}'), [trusting, policy]],
  ['policy accepts', rules('{"default":[{"type":"insecureAcceptAnything"}]}'), [trusting, policy]],
  ['policy without default', rules('{"transports":{}}'), [policy]],
  ['policy of an unknown type', rules('{"default":[{"type":"trustMe"}]}'), [policy]],
  ['back end misspelt', conf('[network]\nnetwork_backend = "netavrak"'), [backend]],
  ['network command misspelt', conf('[network]\ndefault_rootless_network_cmd = "pasat"'), [container]],
  ['network command slirp4netns', conf('[network]\ndefault_rootless_network_cmd = "slirp4netns"'), [container]],
  ['time-out a string', conf('[engine]\nservice_timeout = "0"'), [{ ...timeout, says: never }]],
  ['time-out in a table that comes twice', conf('[engine]\n[engine]\nservice_timeout = 0'), [{ ...timeout, says: never }]],
  ...refused(registries, runs('podman.registries.format'), [
    ['a mode of short names', 'short-name-mode = "permissive"'],
    ['a mode of short names, misspelt', 'short-name-mode = "stict"'],
    ['a registry by its address on the web', '[[registry]]\nlocation = "https://registry.example.org"'],
    ['a registry without a place', '[[registry]]\ninsecure = true'],
    ['a registry, all below a name, and a mirror', '[[registry]]\nprefix = "*.example.org"\n[[registry.mirror]]\nlocation = "mirror.example.net"'],
    [
      'a mirror at times that there are not',
      '[[registry]]\nlocation = "x.example.org"\n[[registry.mirror]]\nlocation = "m.example.net"\npull-from-mirror = "weekly"',
    ],
    ['a mirror for digests', '[[registry]]\nlocation = "x.example.org"\n[[registry.mirror]]\nlocation = "m.example.net"\npull-from-mirror = "digest-only"'],
    ['a search list that is one word', 'unqualified-search-registries = "docker.io"'],
    ['blocked, in quotes', '[[registry]]\nlocation = "x.example.org"\nblocked = "true"'],
    ['a key that there is not', '[[registry]]\nlocation = "x.example.org"\nblockd = true'],
    ['a search list with an address on the web', 'unqualified-search-registries = ["https://registry.example.org"]'],
  ]),
  ...refused(rules, policy, [
    ['a key that is not there yet', '{"default":[{"type":"signedBy","keyType":"GPGKeys","keyPath":"/etc/lab-missing.gpg"}]}'],
    ['a key without a type', '{"default":[{"type":"signedBy","keyPath":"/etc/lab.gpg"}]}'],
    ['a key of a type misspelt', '{"default":[{"type":"signedBy","keyType":"GPGKey","keyPath":"/etc/lab.gpg"}]}'],
    ['a key twice', '{"default":[{"type":"signedBy","keyType":"GPGKeys","keyPath":"/etc/lab.gpg","keyData":"eA=="}]}'],
    ['no requirement', '{"default":[]}'],
    ['a repository without a requirement', '{"default":[{"type":"insecureAcceptAnything"}],"transports":{"docker":{"registry.example.org":[]}}}'],
    ['a transport of its own', '{"default":[{"type":"insecureAcceptAnything"}],"transports":{"docker":{"registry.example.org":[{"type":"reject"}]}}}'],
    ['a comma too many', '{"default":[{"type":"insecureAcceptAnything"}],}'],
    ['default twice', '{"default":[{"type":"reject"}],"default":[{"type":"insecureAcceptAnything"}]}'],
    ['a key of Sigstore', '{"default":[{"type":"sigstoreSigned","keyPath":"/etc/lab.pub"}]}'],
    ['an identity of a type that there is not', '{"default":[{"type":"sigstoreSigned","keyPath":"/etc/lab.pub","signedIdentity":{"type":"matchAny"}}]}'],
    [
      'a place of another form',
      '{"default":[{"type":"reject"}],"transports":{"docker":{"docker://registry.example.org":[{"type":"insecureAcceptAnything"}]}}}',
    ],
  ]),
];

export const engineStates: readonly State[] = rows.map(([what, files, claims, more = {}], at) => {
  const uid = 1301 + at;
  const user = `e${uid}`;
  const fill = (text: string): string => text.replaceAll('USER', user).replaceAll('UID', String(uid));
  return {
    name: `engine ${at + 1}: ${what}`,
    // Two rounds: a capture script looks at no more than fifty accounts.
    round: at % 2 === 0 ? 'engines' : 'more engines',
    setUp: lines(
      `account ${user} ${uid}; systemctl start user@${uid}; mkdir -p /home/${user}/.local/share/containers; chown -R ${user}: /home/${user}`,
      ...Object.entries(files).map(([name, text]) => put(`/home/${user}/.config/containers/${name}`, text)),
      fill(more.setUp ?? ':'),
    ),
    claims: claims.map((c) => ({ ...c, subject: `user:${user}`, ask: fill(c.ask) })),
    undo: `no_account ${user}`,
  };
});
