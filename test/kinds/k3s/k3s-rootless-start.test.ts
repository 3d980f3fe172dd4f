import { describe, expect, test } from 'vitest';
import { answerer, type HostSpec } from '../../../src/collect/composed/composed.ts';
import type { Known } from '../../../src/facts/fact.ts';
import { settle } from '../../../src/facts/settle.ts';
import { k3sRootlessStart } from '../../../src/kinds/k3s/k3s-rootless-start.ts';

const as = { name: 'edge', uid: 1000, gid: 1000, home: '/home/edge' };
const unitPath = '/home/edge/.config/systemd/user/k3s-rootless.service';
const commands = { 'k3s --version': { stdout: 'k3s version v1.33.6+k3s1 (0)\n' } };
const program = { mode: '0755' } as const;
const learn = (exec: string, files: HostSpec['files'] = {}): Known =>
  settle(
    k3sRootlessStart.learn({}, as),
    answerer({ commands, files: { '/usr/local/bin/k3s': program, [unitPath]: `[Service]\n${exec}\n[Install]\nWantedBy=default.target\n`, ...files } }),
  ) as Known;

describe('what the unit starts', () => {
  test.each<[string, string, HostSpec['files'], object]>([
    [
      'the shipped command',
      'ExecStart=/usr/local/bin/k3s server --rootless --snapshotter=fuse-overlayfs',
      {},
      { k3s: true, runnable: true, rootless: true, role: 'server', snapshotter: 'fuse-overlayfs' },
    ],
    ['a bare name', 'ExecStart=k3s server --rootless', {}, { program: 'k3s', runnable: true, snapshotter: 'overlayfs' }],
    ['prefixes of systemd', 'ExecStart=-/usr/local/bin/k3s agent --rootless', {}, { role: 'agent', runnable: true }],
    ['through env(1)', 'ExecStart=/usr/bin/env A=b /usr/local/bin/k3s server --rootless', {}, { program: '/usr/local/bin/k3s', rootless: true }],
    ['a specifier', 'ExecStart=%h/bin/k3s server --rootless', { '/home/edge/bin/k3s': program }, { program: '/home/edge/bin/k3s', runnable: true }],
    [
      'config.yaml',
      'ExecStart=/usr/local/bin/k3s server',
      { '/etc/rancher/k3s/config.yaml': 'rootless: true\nsnapshotter: native\n' },
      { rootless: true, snapshotter: 'native' },
    ],
    ['a switch that is off', 'ExecStart=/usr/local/bin/k3s server --rootless=0', {}, { rootless: false }],
    ['no program there', 'ExecStart=/opt/k3s server --rootless', {}, { runnable: false }],
    ['nothing', 'ExecStart=', {}, { k3s: false }],
  ])('%s', (_, exec, files, wanted) => {
    expect(learn(exec, files).value).toMatchObject(wanted);
  });

  test('a script is open', () => {
    const fact = learn('ExecStart=/home/edge/start.sh');
    for (const part of ['k3s', 'runnable', 'rootless', 'snapshotter', 'port']) expect(fact.gaps.has(part), part).toBe(true);
  });

  test('a configuration that may not be read leaves the flags open', () => {
    const fact = learn('ExecStart=/usr/local/bin/k3s server --rootless', { '/etc/rancher/k3s/config.yaml': { blocked: 'denied' } });
    for (const part of ['rootless', 'snapshotter', 'fuse', 'joins', 'port', 'moved']) expect(fact.gaps.has(part), part).toBe(true);
  });

  test('a masked unit starts nothing', () => {
    expect(learn('', { [unitPath]: { link: '/dev/null' } }).exists).toBe(false);
  });
});

describe('what it means for the host', () => {
  const start = 'ExecStart=/usr/local/bin/k3s server --rootless';
  test.each<[string, string, HostSpec['files'], object]>([
    ['defaults', start, {}, { port: 6443, moved: ['80 at 10080', '443 at 10443'] }],
    ['without Traefik', `${start} --disable traefik`, {}, { moved: [] }],
    ['without the load balancer', `${start} --disable metrics-server,servicelb`, {}, { moved: [] }],
    ['another port', `${start} --https-listen-port 7443`, {}, { port: 7443 }],
    [
      'an agent has no ingress of its own',
      'ExecStart=/usr/local/bin/k3s agent --rootless --server https://10.0.0.1:6443',
      {},
      { moved: [], joins: 'https://10.0.0.1:6443' },
    ],
    [
      'a server of the system',
      start,
      { '/etc/systemd/system/k3s.service': '[Service]\nExecStart=/usr/local/bin/k3s server --https-listen-port=8443\n' },
      { systemPort: 8443 },
    ],
  ])('%s', (_, exec, files, wanted) => {
    expect(learn(exec, files).value).toMatchObject(wanted);
  });

  test('programs of the bundle come before those of the PATH, and newuidmap is not among them', () => {
    const bundle = '/home/edge/.rancher/k3s/data/current/bin';
    const fact = learn(start, {
      [`${bundle}/fuse-overlayfs`]: program,
      [`${bundle}/newuidmap`]: program,
      '/usr/bin/fuse-overlayfs': program,
      '/usr/bin/newuidmap': program,
    });
    expect(fact.value).toMatchObject({ fuse: { path: `${bundle}/fuse-overlayfs` }, newuidmap: { path: '/usr/bin/newuidmap' } });
  });
});

describe('how the unit differs from the shipped one', () => {
  const whole = `ExecStart=/usr/local/bin/k3s server --rootless
ExecReload=/bin/kill -s HUP $MAINPID
TimeoutSec=0
RestartSec=2
Restart=always
StartLimitBurst=3
StartLimitInterval=60s
LimitNOFILE=infinity
LimitNPROC=infinity
TasksMax=infinity
Delegate=yes
Type=simple
KillMode=mixed`;
  test.each([
    ['not at all', whole, []],
    ['in another writing', whole.replace('60s', '60').replace('yes', 'on'), []],
    ['a value', whole.replace('mixed', 'process'), ['KillMode=process instead of mixed']],
    ['a line less', whole.replace('Type=simple\n', ''), ['no Type=']],
    ['a line more', `${whole}\nNice=5`, ['Nice=5 added']],
  ])('%s', (_, exec, wanted) => {
    expect(learn(exec).value.differs).toEqual(wanted);
  });
});
