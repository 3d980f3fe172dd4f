/** One report that has everything: the goldens of every format are made from it. */
import { createHash } from 'node:crypto';
import type { Style } from '../../src/report/style.ts';
import type { Report, RuleCard, Verdict } from '../../src/verdicts/report.ts';

const digest = (char: string): string => `sha256:${char.repeat(64)}`;

const card = (id: string, severity: RuleCard['severity'], title: string, why: string, more: Partial<RuleCard> = {}): RuleCard => ({
  id,
  title,
  severity,
  why,
  remedy: [],
  references: [],
  controls: ['NIST SP 800-53: CM-6'],
  profiles: ['k3d-rootless'],
  ...more,
});

const rules: readonly RuleCard[] = [
  card(
    'cgroup.delegate.configured',
    'high',
    'User sessions may use every cgroup controller K3s needs',
    'The kubelet does not start when cpu, cpuset or io are missing from the user session, and the cluster never becomes ready.',
    {
      remedy: [
        {
          write: '/etc/systemd/system/user@.service.d/delegate.conf',
          content: '[Service]\nDelegate=cpu cpuset io memory pids\n',
          mode: '0644',
          needs: 'root',
        },
        { run: ['systemctl', 'daemon-reload'], needs: 'root', note: 'running sessions keep the old setting until the user logs in again' },
        { verify: ['cat', '/sys/fs/cgroup/user.slice/user-1000.slice/user@1000.service/cgroup.controllers'] },
      ],
      references: [
        { title: 'rootlesscontaine.rs, cgroup v2', url: 'https://rootlesscontaine.rs/getting-started/common/cgroup2/' },
        { title: 'systemd.resource-control(5), Delegate=' },
      ],
      controls: ['NIST SP 800-53: CM-6', 'NIST SP 800-190: 4.4.3', 'CIS Kubernetes: 4.2.6'],
    },
  ),
  card('k3s.rootless.kubeconfig', 'high', 'The kubeconfig is readable by its owner alone', 'Whoever reads it administers the cluster.', {
    controls: ['NIST SP 800-53: AC-6'],
  }),
  card('lsm.selinux.mode', 'info', 'SELinux mode is on record', 'Auditors ask for it.', { controls: [] }),
  card(
    'podman.api.service-timeout',
    'medium',
    "Podman's API service never times out",
    'The service leaves after five idle seconds and k3d loses its connection. | <b>Not</b> [seen](https://example.org) by @anyone.',
    {
      remedy: [{ manual: 'set engine.service_timeout to 0 in containers.conf' }],
      references: [{ title: 'containers/common pkg/config/default.go' }],
    },
  ),
  card('podman.api.tcp-exposed', 'critical', 'The API is not offered on TCP without mutual TLS', 'Anyone who reaches the port is root on the host.', {
    controls: ['NIST SP 800-53: SC-8', 'NIST SP 800-53: AC-17', 'NIST SP 800-190: 4.3.2'],
    formerly: ['podman.api.tcp'],
  }),
  card('podman.net.cluster-dns', 'medium', 'Containers resolve names of the cluster', 'Image pulls by name fail.'),
  card(
    'podman.rootless.subuid',
    'high',
    'Every rootless user has 65536 subordinate ids',
    'Images with more than one user cannot be unpacked: podman stops with "insufficient UIDs or GIDs available".',
  ),
  card(
    'quadlet.image.fully-qualified',
    'low',
    '画像の名前は完全修飾であること',
    '短い名前は別のレジストリに解決されることがあり、思わぬイメージが起動します。',
  ),
  card('quadlet.unit.parse', 'medium', 'Every quadlet parses', 'A unit that does not parse is left out at boot without a word.'),
];

const verdicts: readonly Verdict[] = [
  {
    rule: 'cgroup.delegate.configured',
    outcome: 'fail',
    severity: 'high',
    message: 'Delegate of user@.service: expected to contain cpu, cpuset, io, memory and pids, found memory and pids.',
    evidence: [
      {
        truth: 'no',
        said: 'Delegate is [memory, pids], wanted to contain [cpu, cpuset, io, memory, pids]',
        where: [
          { path: '/etc/systemd/system/user@.service.d/zz.conf', line: 3, column: 1, said: 'sets memory pids' },
          { path: '/etc/systemd/system/user@.service.d/zz.conf', line: 2, said: 'resets the list' },
          { path: '/usr/lib/systemd/system/user@.service', line: 22, said: 'Delegate=pids memory cpu' },
        ],
      },
      { truth: 'yes', said: 'the unit exists', where: [{ path: '/usr/lib/systemd/system/user@.service' }] },
    ],
    remedy: rules[0]?.remedy ?? [],
  },
  {
    rule: 'k3s.rootless.kubeconfig',
    subject: 'user:carol',
    outcome: 'unknown',
    severity: 'high',
    message: 'permission denied: /home/carol/.kube/config',
    evidence: [{ truth: 'unknown', said: 'permission denied: /home/carol/.kube/config', where: [{ path: '/home/carol/.kube/config' }] }],
    next: 'scan as root or as carol',
  },
  {
    rule: 'lsm.selinux.mode',
    outcome: 'fail',
    severity: 'info',
    message: 'SELinux is permissive.',
    evidence: [{ truth: 'no', said: 'mode is permissive', where: [{ path: 'command:getenforce', line: 1 }] }],
    remedy: [],
  },
  {
    rule: 'podman.api.service-timeout',
    subject: 'user:driver',
    outcome: 'fail',
    severity: 'medium',
    message: 'engine.service_timeout: expected 0, found 5.',
    evidence: [
      {
        truth: 'no',
        said: 'engine.service_timeout is 5, wanted 0',
        where: [{ path: '/home/driver/.config/containers/containers.conf', line: 1, column: 1, said: 'outside any table: ignored' }],
      },
    ],
    remedy: [
      {
        write: '/home/driver/.config/containers/containers.conf.d/50-service-timeout.conf',
        content: '[engine]\nservice_timeout = 0\n',
        needs: 'user',
        note: 'the key counts only under [engine]',
      },
      { run: ['systemctl', '--user', 'restart', 'podman.socket'], needs: 'user' },
      { verify: 'podman system service --help shows no default after --time' },
    ],
  },
  {
    rule: 'podman.api.tcp-exposed',
    outcome: 'fail',
    severity: 'critical',
    message: 'ListenStream of podman.socket: expected no TCP address, found 0.0.0.0:2375.',
    evidence: [
      {
        truth: 'no',
        said: 'ListenStream holds 0.0.0.0:2375',
        where: [
          {
            path: '/etc/systemd/system/podman.socket.d/tcp & more.conf',
            line: 2,
            said: '::error file=x::pwned \u001b[31mred\u001b[0m \u202etxt.exe',
          },
        ],
      },
    ],
    remedy: [{ remove: '/etc/systemd/system/podman.socket.d/tcp & more.conf', needs: 'root' }],
  },
  {
    rule: 'podman.net.cluster-dns',
    outcome: 'not-applicable',
    severity: 'medium',
    message: 'not applicable: no network has DNS enabled.',
    evidence: [{ truth: 'yes', said: 'no network', where: [{ path: 'socket:/run/podman/podman.sock' }] }],
  },
  {
    rule: 'podman.rootless.subuid',
    subject: 'user:alice',
    outcome: 'pass',
    severity: 'high',
    message: 'user:alice has 65536 subordinate ids.',
    evidence: [{ truth: 'yes', said: 'count is 65536', where: [{ path: '/etc/subuid', line: 1 }] }],
  },
  {
    rule: 'podman.rootless.subuid',
    subject: 'user:bob',
    outcome: 'fail',
    severity: 'high',
    message: 'subuid.count: expected at least 65536, found 1000.',
    evidence: [{ truth: 'no', said: 'subuid.count is 1000', where: [{ path: '/etc/subuid', line: 2 }] }],
    remedy: [{ run: ['usermod', '--add-subuids', '165536-231071', 'bob'], needs: 'root' }],
  },
  {
    rule: 'podman.rootless.subuid',
    subject: "user:eve\u001b]0;owned\u0007 ##[error]\ud800\u2028$(id)'",
    outcome: 'fail',
    severity: 'high',
    message: 'subuid.count: expected at least 65536, found no entry ]]> \u0000 \ufffe.',
    evidence: [
      { truth: 'no', said: 'no entry', where: [{ path: '/etc/subuid', said: 'looked' }] },
      { truth: 'no', said: '::set-env name=PATH::/tmp', where: [{ path: '/etc/subgid\n::error::x', line: 7 }] },
    ],
    remedy: [{ run: ['usermod', '--add-subuids', '231072-296607', "eve\u001b]0;owned\u0007'"], needs: 'root' }],
  },
  {
    rule: 'podman.rootless.subuid',
    subject: 'user:mallory',
    outcome: 'fail',
    severity: 'high',
    message: 'subuid.count: expected at least 65536, found 10.',
    evidence: [{ truth: 'no', said: 'subuid.count is 10', where: [{ path: '/etc/subuid', line: 9 }] }],
    waived: { by: 'platform@example.org', until: '2027-03-31', because: 'the account is removed in March, ticket OPS-7' },
    remedy: [{ run: ['usermod', '--add-subuids', '300000-365535', 'mallory'], needs: 'root' }],
  },
  {
    rule: 'quadlet.image.fully-qualified',
    subject: 'quadlet:ナビゲーション.container',
    outcome: 'fail',
    severity: 'low',
    message: 'Image: 完全修飾名が必要ですが「地図」が見つかりました。',
    evidence: [
      {
        truth: 'no',
        said: 'Image=地図',
        where: [{ path: '/etc/containers/systemd/ナビゲーション.container', line: 4, said: '地図を指定' }],
      },
    ],
    remedy: [{ manual: 'name the registry in Image=' }],
  },
  {
    rule: 'quadlet.unit.parse',
    outcome: 'unknown',
    severity: 'low',
    message: 'the generator did not answer in time',
    evidence: [],
    next: 'run pretrip again when the host is idle',
  },
];

export const sample: Report = {
  format: 'pretrip-report/1',
  tool: { name: 'pretrip', version: '0.1.0', rules: digest('a') },
  target: { kind: 'ssh', name: 'edge-01', takenAt: '2026-11-22T09:00:00Z', snapshot: digest('b'), user: 'driver' },
  profiles: [
    { id: 'k3d-rootless', because: 'podman 4.3.1 is installed and user:driver has a podman.socket' },
    { id: 'base', because: 'every host' },
  ],
  undecidedProfiles: [{ id: 'crio-backend', because: 'permission denied: /etc/crio' }],
  params: { 'podman.api.service-timeout': { timeout: 0 } },
  rules,
  verdicts,
  summary: { selected: 9, pass: 1, fail: 8, unknown: 2, notApplicable: 1, waived: 1 },
};

export const style: Style = {
  width: 80,
  colour: false,
  show: ['fail', 'unknown'],
  failOn: 'high',
  hash: (algorithm, data) => createHash(algorithm).update(data).digest('hex'),
};
