import { describe, expect, test } from 'vitest';
import { answerer, type FileSpec } from '../../../src/collect/composed/composed.ts';
import type { Known } from '../../../src/facts/fact.ts';
import { rootAccount } from '../../../src/facts/host/accounts.ts';
import { settle } from '../../../src/facts/settle.ts';
import { k3sArgs } from '../../../src/kinds/k3s/k3s-args.ts';

type Files = Readonly<Record<string, FileSpec>>;
const config = '/etc/rancher/k3s/config.yaml';
const data = '/var/lib/rancher/k3s';
const etcd: Files = {
  [`${data}/server/db/etcd/member`]: { type: 'directory' },
  [`${data}/server/db/etcd/config`]: 'name: one\nclient-transport-security:\n  client-cert-auth: true\n',
};

const unitOf = (words: string, name = 'k3s'): string =>
  `[Service]\nEnvironmentFile=-/etc/default/%N\nEnvironmentFile=-/etc/systemd/system/${name}.service.env\nExecStart=/usr/local/bin/k3s \\\n    ${words}\n`;
const server = (words = 'server'): Files => ({ '/etc/systemd/system/k3s.service': unitOf(words) });
const agent = (words = 'agent'): Files => ({ '/etc/systemd/system/k3s-agent.service': unitOf(words, 'k3s-agent') });

/** What the kind says of a host with these files, on this release of K3s. */
function learn(version: string | undefined, files: Files, query: { rootless?: boolean } = {}) {
  const commands = version === undefined ? {} : { 'k3s --version': { stdout: `k3s version v${version} (0123abcd)\n` } };
  const program: Files = version === undefined ? {} : { '/usr/local/bin/k3s': { content: 'ELF', mode: '0755' } };
  return settle(k3sArgs.learn(query, rootAccount), answerer({ files: { ...program, ...files }, commands }));
}

/** The flags of a component on one line, as K3s logs them; `?` marks what is not known. */
function line(fact: ReturnType<typeof learn>, component: string): string {
  if (fact.is === 'unknown') return fact.said;
  const flags = ((fact.value.flags ?? {}) as Record<string, Record<string, { value: string | string[] }>>)[component];
  return flags
    ? Object.entries(flags)
        .flatMap(([name, { value }]) => [value].flat().map((v) => `--${name}=${v}`))
        .sort()
        .join(' ')
    : 'does not run';
}

const known = (fact: ReturnType<typeof learn>): Known => {
  if (fact.is === 'unknown') throw new Error(fact.said);
  return fact;
};
const flag = (fact: ReturnType<typeof learn>, component: string, name: string) =>
  (known(fact).value.flags as Record<string, Record<string, unknown>>)[component]?.[name];
const gap = (fact: ReturnType<typeof learn>, ...path: string[]) => known(fact).gaps.get(path.join('.'))?.said;

describe('lines that were logged', () => {
  test('kube-apiserver of a hardened server, 1.36 (k3s-io/docs:docs/security/self-assessment-2.1.md)', () => {
    const given = [
      'admission-control-config-file=/var/lib/rancher/k3s/server/psa.yaml',
      'audit-log-maxage=30',
      'service-account-extend-token-expiration=false',
    ];
    const text = `cluster-init: true\nnode-ip: 10.10.10.100\nsecrets-encryption: true\nkube-apiserver-arg:\n${given.map((g) => `- ${g}\n`).join('')}`;
    expect(line(learn('1.36.1+k3s1', { ...server(), [config]: text, ...etcd }), 'kube-apiserver')).toBe(
      '--admission-control-config-file=/var/lib/rancher/k3s/server/psa.yaml --advertise-address=10.10.10.100 --advertise-port=6443 --allow-privileged=true --anonymous-auth=false --api-audiences=https://kubernetes.default.svc.cluster.local,k3s --audit-log-maxage=30 --authorization-mode=Node,RBAC --bind-address=127.0.0.1 --cert-dir=/var/lib/rancher/k3s/server/tls/temporary-certs --client-ca-file=/var/lib/rancher/k3s/server/tls/client-ca.crt --egress-selector-config-file=/var/lib/rancher/k3s/server/etc/egress-selector-config.yaml --enable-admission-plugins=NodeRestriction --enable-aggregator-routing=true --enable-bootstrap-token-auth=true --encryption-provider-config-automatic-reload=true --encryption-provider-config=/var/lib/rancher/k3s/server/cred/encryption-config.json --etcd-cafile=/var/lib/rancher/k3s/server/tls/etcd/server-ca.crt --etcd-certfile=/var/lib/rancher/k3s/server/tls/etcd/client.crt --etcd-keyfile=/var/lib/rancher/k3s/server/tls/etcd/client.key --etcd-servers=https://127.0.0.1:2379 --kubelet-certificate-authority=/var/lib/rancher/k3s/server/tls/server-ca.crt --kubelet-client-certificate=/var/lib/rancher/k3s/server/tls/client-kube-apiserver.crt --kubelet-client-key=/var/lib/rancher/k3s/server/tls/client-kube-apiserver.key --kubelet-preferred-address-types=InternalIP,ExternalIP,Hostname --profiling=false --proxy-client-cert-file=/var/lib/rancher/k3s/server/tls/client-auth-proxy.crt --proxy-client-key-file=/var/lib/rancher/k3s/server/tls/client-auth-proxy.key --requestheader-allowed-names=system:auth-proxy --requestheader-client-ca-file=/var/lib/rancher/k3s/server/tls/request-header-ca.crt --requestheader-extra-headers-prefix=X-Remote-Extra- --requestheader-group-headers=X-Remote-Group --requestheader-username-headers=X-Remote-User --secure-port=6444 --service-account-extend-token-expiration=false --service-account-issuer=https://kubernetes.default.svc.cluster.local --service-account-key-file=/var/lib/rancher/k3s/server/tls/service.key --service-account-signing-key-file=/var/lib/rancher/k3s/server/tls/service.current.key --service-cluster-ip-range=10.43.0.0/16 --service-node-port-range=30000-32767 --storage-backend=etcd3 --tls-cert-file=/var/lib/rancher/k3s/server/tls/serving-kube-apiserver.crt --tls-cipher-suites=TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305,TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305 --tls-private-key-file=/var/lib/rancher/k3s/server/tls/serving-kube-apiserver.key',
    );
  });

  test('kube-apiserver on SQLite, 1.24.10 (k3s-io/k3s#6728)', () => {
    const fact = learn('1.24.10+k3s1', server());
    expect(line(fact, 'kube-apiserver')).toContain(
      '--enable-aggregator-routing=true --etcd-servers=unix://kine.sock --feature-gates=JobTrackingWithFinalizers=true --kubelet-certificate-authority=',
    );
    expect(flag(fact, 'kube-apiserver', 'enable-bootstrap-token-auth')).toBeUndefined();
    expect(flag(fact, 'kube-apiserver', 'tls-cipher-suites')).toMatchObject({ where: 'K3s 1.24.10+k3s1' });
    expect(flag(learn('1.24.9+k3s1', server()), 'kube-apiserver', 'tls-cipher-suites')).toBeUndefined();
  });

  test('kubelet, 1.35.4, whose node has two addresses', () => {
    const text = 'node-name: HelloMichka-A8\nnode-ip: 192.168.1.52,2a02:8424::77ae\n';
    expect(line(learn('1.35.4+k3s1', { ...server(), [config]: text }), 'kubelet')).toBe(
      '--cloud-provider=external --config-dir=/var/lib/rancher/k3s/agent/etc/kubelet.conf.d --containerd=/run/k3s/containerd/containerd.sock --hostname-override=hellomichka-a8 --kubeconfig=/var/lib/rancher/k3s/agent/kubelet.kubeconfig --node-ip=192.168.1.52,2a02:8424::77ae --node-labels= --read-only-port=0',
    );
  });

  test('kubelet, 1.29 (k3s-io/docs:docs/security/self-assessment-1.8.md)', () => {
    const fact = learn('1.29.3+k3s1', { ...server(), [config]: 'protect-kernel-defaults: true\nkubelet-arg: [event-qps=0]\n' });
    expect(line(fact, 'kubelet')).toMatch(
      /^--address=0.0.0.0 --allowed-unsafe-sysctls=net.ipv4.ip_forward,net.ipv6.conf.all.forwarding --anonymous-auth=false --authentication-token-webhook=true --authorization-mode=Webhook --client-ca-file=\S+ --cloud-provider=external --cluster-dns=10.43.0.10 --cluster-domain=cluster.local --container-runtime-endpoint=unix:\/\/\/run\/k3s\/containerd\/containerd.sock --containerd=\S+ --event-qps=0 --eviction-hard=\S+ --eviction-minimum-reclaim=\S+ --fail-swap-on=false --feature-gates=CloudDualStackNodeIPs=true --healthz-bind-address=127.0.0.1 /,
    );
    expect(flag(fact, 'kubelet', 'protect-kernel-defaults')).toMatchObject({ value: 'true', where: `${config}:1` });
  });
});

describe('by release', () => {
  test.each<[string, string | undefined]>([
    ['1.31.7+k3s1', '0'],
    ['1.32.0+k3s1', undefined],
    ['1.32.3+k3s1', undefined],
    ['1.32.4+k3s1', '0'],
    ['1.33.0+k3s1', '0'],
    ['1.37.0+k3s1', '0'],
  ])('read-only-port of the kubelet, %s', (version, value) =>
    expect(flag(learn(version, server()), 'kubelet', 'read-only-port')).toEqual(value === undefined ? undefined : expect.objectContaining({ value })),
  );

  test.each<[string, string | undefined]>([
    ['1.26.15+k3s1', undefined],
    ['1.27.6+k3s1', 'unknown'],
    ['1.27.7+k3s1', 'CloudDualStackNodeIPs=true'],
    ['1.28.2+k3s1', 'unknown'],
    ['1.28.3+k3s1', 'CloudDualStackNodeIPs=true'],
    ['1.31.8+k3s1', 'CloudDualStackNodeIPs=true'],
    ['1.32.0+k3s1', undefined],
  ])('the gate of two addresses a node, %s', (version, gates) => {
    const fact = learn(version, server());
    expect(flag(fact, 'kubelet', 'feature-gates')).toEqual(gates === undefined || gates === 'unknown' ? undefined : expect.objectContaining({ value: gates }));
    expect(gap(fact, 'flags', 'kubelet', 'feature-gates') !== undefined).toBe(gates === 'unknown');
  });

  test.each<[string, string, string, string | undefined]>([
    ['1.32.3+k3s1', 'authorization-config', 'authorization-mode', 'Node,RBAC'],
    ['1.32.4+k3s1', 'authorization-config', 'authorization-mode', undefined],
    ['1.31.8+k3s1', 'authorization-config', 'authorization-mode', undefined],
    ['1.32.4+k3s1', 'authentication-config', 'anonymous-auth', 'false'],
    ['1.33.0+k3s1', 'authentication-config', 'anonymous-auth', 'false'],
    ['1.32.5+k3s1', 'authentication-config', 'anonymous-auth', undefined],
    ['1.33.1+k3s1', 'authentication-config', 'anonymous-auth', undefined],
    ['1.33.1+k3s1', 'authorization-config', 'anonymous-auth', 'false'],
  ])('%s with %s: %s', (version, file, name, value) => {
    const fact = learn(version, { ...server(), [config]: `kube-apiserver-arg: [${file}=/etc/x.yaml]\n` });
    expect(flag(fact, 'kube-apiserver', name)).toEqual(value === undefined ? undefined : expect.objectContaining({ value }));
  });

  test.each(['1.29.4+k3s1', '1.30.12+k3s1', '1.32.4+k3s1', '1.33.0+k3s1'])('kube-scheduler has no certificate of its own yet, %s', (version) =>
    expect(flag(learn(version, server()), 'kube-scheduler', 'tls-cert-file')).toBeUndefined(),
  );
  test.each(['1.30.13+k3s1', '1.31.9+k3s1', '1.34.0+k3s1'])('kube-scheduler has one, %s', (version) =>
    expect(flag(learn(version, server()), 'kube-scheduler', 'tls-cert-file')).toMatchObject({ value: `${data}/server/tls/kube-scheduler/kube-scheduler.crt` }),
  );

  test.each(['1.23.17+k3s1', '1.38.0+k3s1'])('defaults of %s are not known, what is given is', (version) => {
    const fact = learn(version, { ...server(), [config]: 'kube-apiserver-arg: [audit-log-maxage=30]\n' });
    expect(gap(fact, 'flags', 'kube-apiserver', 'anonymous-auth')).toMatch(/defaults of K3s .* are not known/);
    expect(flag(fact, 'kube-apiserver', 'audit-log-maxage')).toMatchObject({ value: '30', where: `${config}:1` });
  });

  test('without the program no default is assumed', () => {
    const fact = learn(undefined, server());
    expect(gap(fact, 'release')).toMatch(/k3s is not there/);
    for (const [component, name] of [
      ['kube-apiserver', 'anonymous-auth'],
      ['kubelet', 'anonymous-auth'],
      ['kubelet', 'read-only-port'],
      ['kube-scheduler', 'profiling'],
    ] as const)
      expect(gap(fact, 'flags', component, name), name).toBeDefined();
  });
});

describe('files, command line, variables', () => {
  test('the command line beats files, and says so', () => {
    const fact = learn('1.33.6+k3s1', { ...server('server --cluster-cidr=10.50.0.0/16 --node-name b'), [config]: 'node-name: a\nhttps-listen-port: 7443\n' });
    expect(known(fact).value.own).toMatchObject({ 'node-name': { value: 'b', last: 'b', beaten: [{ value: 'a' }] } });
    expect(flag(fact, 'kubelet', 'hostname-override')).toMatchObject({
      value: 'b',
      where: '/etc/systemd/system/k3s.service:4',
      beaten: [{ value: 'a', where: `${config}:1` }],
    });
    expect(flag(fact, 'kube-apiserver', 'secure-port')).toMatchObject({ value: '7444', where: `${config}:2` });
  });

  test('lists of files and of the command line are both given, files first', () => {
    const fact = learn('1.33.6+k3s1', {
      ...server('server --kube-apiserver-arg=enable-admission-plugins=B'),
      [config]: 'kube-apiserver-arg: enable-admission-plugins+=A\n',
    });
    expect(flag(fact, 'kube-apiserver', 'enable-admission-plugins')).toMatchObject({
      value: ['NodeRestriction', 'A', 'B'],
      items: ['NodeRestriction', 'A', 'B'],
    });
  });

  test('the old name fills the same list', () => {
    const fact = learn('1.33.6+k3s1', {
      ...server(),
      [config]: 'kube-controller-arg: [terminated-pod-gc-threshold=10]\nkube-controller-manager-arg: [profiling=true]\n',
    });
    expect(flag(fact, 'kube-controller-manager', 'terminated-pod-gc-threshold')).toMatchObject({ value: '10' });
    expect(flag(fact, 'kube-controller-manager', 'profiling')).toMatchObject({ value: 'true', beaten: [{ value: 'false', where: 'K3s 1.33.6+k3s1' }] });
  });

  test('drop-ins without a main file, .yml too; the later one wins', () => {
    const fact = learn('1.33.6+k3s1', {
      ...server(),
      [`${config}.d/10-a.yaml`]: 'node-name: a\n',
      [`${config}.d/20-b.YML`]: 'node-name: b\n',
      [`${config}.d/30-c.txt`]: 'node-name: c\n',
    });
    expect(known(fact).value.own).toMatchObject({
      'node-name': { value: 'b', where: `${config}.d/20-b.YML:1`, beaten: [{ value: 'a', where: `${config}.d/10-a.yaml:1` }] },
    });
  });

  test('K3S_CONFIG_FILE beats --config; a file that is not there is no mistake', () => {
    const env = { '/etc/systemd/system/k3s.service.env': 'K3S_CONFIG_FILE=/etc/rancher/k3s/other.yaml\n' };
    const files = { '/etc/rancher/k3s/other.yaml': 'node-name: other\n', '/etc/rancher/k3s/named.yaml': 'node-name: named\n', [config]: 'node-name: usual\n' };
    const name = (fact: ReturnType<typeof learn>) => (known(fact).value.own as Record<string, { value: string }>)['node-name']?.value;
    expect(name(learn('1.33.6+k3s1', { ...server('server -c /etc/rancher/k3s/named.yaml'), ...files }))).toBe('named');
    expect(name(learn('1.33.6+k3s1', { ...server('server -c /etc/rancher/k3s/named.yaml'), ...files, ...env }))).toBe('other');
    expect(name(learn('1.33.6+k3s1', server('server -c /etc/rancher/k3s/none.yaml')))).toBeUndefined();
    const elsewhere = { '/srv/site/k3s.yaml': 'node-name: elsewhere\n', '/srv/site/k3s.yaml.d/1.yml': 'node-name: behind\n' };
    expect(name(learn('1.33.6+k3s1', { ...server('server -c /srv/site/k3s.yaml'), ...elsewhere }))).toBe('behind');
    expect(learn('1.33.6+k3s1', server('server -c https://boot.example/k3s.yaml'))).toMatchObject({ is: 'unknown', why: 'unsupported' });
  });

  test('a file of its own counts instead of arguments; booleans are those of Go', () => {
    const given = (text: string) => learn('1.36.1+k3s1', { ...server(), [config]: text });
    expect(gap(given('kube-proxy-arg: [config=/etc/p.yaml]\n'), 'kubeProxy', 'metrics-bind-address')).toContain('/etc/p.yaml');
    const scheduler = given('kube-scheduler-arg: [config=/etc/s.yaml]\n');
    expect(gap(scheduler, 'kubeScheduler', 'profiling')).toContain('/etc/s.yaml');
    expect(flag(scheduler, 'kube-scheduler', 'profiling')).toMatchObject({ value: 'false' });
    expect(known(given('kube-scheduler-arg: [profiling=F]\n')).value.kubeScheduler).toMatchObject({ profiling: { on: false } });
    expect(flag(given('kube-scheduler-arg: [profiling=F]\n'), 'kube-scheduler', 'profiling')).toMatchObject({ last: 'F', on: false });
    expect(flag(given('kube-scheduler-arg: [profiling=no]\n'), 'kube-scheduler', 'profiling')).not.toHaveProperty('on');
    const nats = known(given('datastore-endpoint: nats://s3cr3t@db:4222\n')).value.own as Record<string, { value: string }>;
    expect(nats['datastore-endpoint']?.value).toBe('nats://<redacted>@db:4222');
  });

  test('variables count where nothing else sets the flag', () => {
    const env = { '/etc/systemd/system/k3s.service.env': 'K3S_NODE_NAME=env\nK3S_DATASTORE_ENDPOINT=postgres://k3s:secret@db/k3s\n' };
    const fact = learn('1.33.6+k3s1', { ...server(), ...env });
    expect(flag(fact, 'kubelet', 'hostname-override')).toMatchObject({ value: 'env', where: '/etc/systemd/system/k3s.service.env:1' });
    expect(known(fact).value).toMatchObject({ datastore: 'external', own: { 'datastore-endpoint': { value: 'postgres://k3s:<redacted>@db/k3s' } } });
    expect(JSON.stringify(known(learn('1.33.6+k3s1', { ...server('server --token s3cr3t'), ...env })).value)).not.toMatch(/secret|s3cr3t/);
    expect(flag(learn('1.33.6+k3s1', { ...server(), ...env, [config]: 'node-name: file\n' }), 'kubelet', 'hostname-override')).toMatchObject({
      value: 'file',
      beaten: [{ value: 'env', where: '/etc/systemd/system/k3s.service.env:1' }],
    });
  });

  test.each<[string, Files]>([
    ['config.yaml', { [config]: { content: '', blocked: 'denied' } }],
    ['a drop-in', { [`${config}.d/10-a.yaml`]: { content: '', blocked: 'denied' } }],
    ['the drop-in directory', { [`${config}.d`]: { type: 'directory', blocked: 'denied' } }],
    ['an environment file', { '/etc/systemd/system/k3s.service.env': { content: '', blocked: 'denied' } }],
    ['the unit', { '/etc/systemd/system/k3s.service': { content: '', blocked: 'denied' } }],
  ])('everything is unknown where %s may not be read', (_, files) =>
    expect(learn('1.33.6+k3s1', { ...server(), ...files })).toMatchObject({ is: 'unknown', why: 'denied' }),
  );

  test.each<[string, FileSpec]>([
    ['a tab', '\tnode-name: a\n'],
    ['a list', '- a\n'],
    ['a directory', { type: 'directory' }],
  ])('a configuration that stops K3s: %s', (_, content) =>
    expect(learn('1.33.6+k3s1', { ...server(), [config]: content })).toMatchObject({ is: 'unknown', why: 'unparsable' }),
  );
});

describe('nodes', () => {
  test('an agent runs two components; what its server says is unknown', () => {
    const fact = learn('1.33.6+k3s1', { ...agent(), '/etc/systemd/system/k3s-agent.service.env': 'K3S_URL=https://192.0.2.1:6443\n' });
    expect(known(fact).value).toMatchObject({ role: 'agent', own: { server: { value: 'https://192.0.2.1:6443' } } });
    expect(Object.keys(known(fact).value.flags as object)).toEqual(['kubelet', 'kube-proxy']);
    expect(gap(fact, 'flags', 'kube-proxy', 'cluster-cidr')).toMatch(/its server/);
    expect(gap(fact, 'flags', 'kubelet', 'cloud-provider')).toMatch(/its server/);
  });

  test('etcd is told by what is on disk, or begins', () => {
    expect(known(learn('1.33.6+k3s1', { ...server(), ...etcd })).value).toMatchObject({
      datastore: 'etcd',
      flags: { etcd: { 'client-transport-security.client-cert-auth': { value: 'true', where: `${data}/server/db/etcd/config:3` } } },
    });
    expect(known(learn('1.33.6+k3s1', server('server --cluster-init'))).value.datastore).toBe('etcd');
    expect(known(learn('1.33.6+k3s1', server('server --server https://192.0.2.1:6443 --token x'))).value.datastore).toBe('etcd');
    const alone = learn('1.33.6+k3s1', server());
    expect(known(alone).value.datastore).toBe('sqlite');
    expect(flag(alone, 'kube-scheduler', 'leader-elect')).toMatchObject({ value: 'false' });
    expect(flag(alone, 'kube-apiserver', 'etcd-cafile')).toBeUndefined();
    expect(
      gap(learn('1.33.6+k3s1', { ...server(), [`${data}/server/db`]: { type: 'directory', blocked: 'denied' } }), 'flags', 'kube-apiserver', 'etcd-cafile'),
    ).toMatch(/permission denied/);
  });

  test('an external etcd is asked with its own certificates', () => {
    const fact = learn('1.33.6+k3s1', server('server --datastore-endpoint=https://192.0.2.9:2379 --datastore-cafile=/etc/ca.crt'));
    expect(flag(fact, 'kube-apiserver', 'etcd-servers')).toMatchObject({ value: 'https://192.0.2.9:2379' });
    expect(flag(fact, 'kube-apiserver', 'etcd-cafile')).toMatchObject({ value: '/etc/ca.crt' });
    expect(flag(fact, 'kube-scheduler', 'leader-elect')).toBeUndefined();
  });

  test('a data directory of its own moves every path', () => {
    const fact = learn('1.33.6+k3s1', { ...server(), [config]: 'data-dir: /srv/k3s/\n', '/srv/k3s/server/db/etcd/config': 'name: x\n' });
    expect(known(fact).value).toMatchObject({ dataDir: '/srv/k3s', datastore: 'etcd', flags: { etcd: { name: { value: 'x' } } } });
    expect(flag(fact, 'kube-apiserver', 'client-ca-file')).toMatchObject({ value: '/srv/k3s/server/tls/client-ca.crt', where: `${config}:1` });
  });

  test('components that are switched off do not run', () => {
    const fact = learn('1.33.6+k3s1', server('server --disable-scheduler --disable-kube-proxy --disable-cloud-controller --disable=traefik,servicelb'));
    expect(Object.keys(known(fact).value.flags as object)).toEqual(['kube-apiserver', 'kube-controller-manager', 'kubelet']);
    expect(flag(fact, 'kubelet', 'cloud-provider')).toBeUndefined();
  });

  test('a service of OpenRC', () => {
    const script = '#!/sbin/openrc-run\ncommand="/usr/local/bin/k3s"\ncommand_args="server \\\n    --node-name rc \\\n    >>/var/log/k3s.log 2>&1"\n';
    const fact = learn('1.33.6+k3s1', { '/etc/init.d/k3s': script, '/etc/rancher/k3s/k3s.env': 'K3S_RESOLV_CONF=/etc/r.conf\n' });
    expect(flag(fact, 'kubelet', 'hostname-override')).toMatchObject({ value: 'rc', where: '/etc/init.d/k3s:3' });
    expect(known(fact).value.own).toMatchObject({ 'resolv-conf': { value: '/etc/r.conf' } });
  });

  test('a unit with a name of its own', () =>
    expect(known(learn('1.33.6+k3s1', { '/etc/systemd/system/k3s-edge.service': unitOf('server') })).value.role).toBe('server'));

  test('state without a service is a node that is started otherwise', () => {
    expect(learn('1.31.5+k3s1', { [`${data}/server/token`]: 'x' })).toMatchObject({ is: 'unknown', said: expect.stringContaining('no service starts it') });
    expect(learn('1.31.5+k3s1', {})).toMatchObject({ is: 'known', exists: false });
  });

  test('the rootless K3s of an account keeps its state in its home', () => {
    const fact = learn(
      '1.33.6+k3s1',
      { '/root/.config/systemd/user/k3s-rootless.service': '[Service]\nExecStart=/usr/local/bin/k3s server --rootless\n' },
      { rootless: true },
    );
    expect(known(fact).value).toMatchObject({ role: 'server', dataDir: '/root/.rancher/k3s' });
    expect(flag(fact, 'kubelet', 'feature-gates')).toMatchObject({ value: 'KubeletInUserNamespace=true' });
  });
});

describe('whom the API server lets in', () => {
  const args = (...list: string[]): Files => ({ ...server(), [config]: `kube-apiserver-arg: [${list.join(', ')}]\n` });
  const file = '/etc/rancher/k3s/access.yaml';
  test.each<[string, string, Files, object]>([
    ['nobody unknown, by default', '1.33.6+k3s1', server(), { anonymous: false, authorizers: ['Node', 'RBAC'] }],
    [
      'everybody by an argument',
      '1.33.6+k3s1',
      args('anonymous-auth=true', 'authorization-mode=AlwaysAllow'),
      { anonymous: true, authorizers: ['AlwaysAllow'] },
    ],
    ['a file without a block', '1.33.1+k3s1', { ...args(`authentication-config=${file}`), [file]: 'jwt: []\n' }, { anonymous: true }],
    ['a file before K3s dropped its own flag', '1.33.0+k3s1', { ...args(`authentication-config=${file}`), [file]: 'jwt: []\n' }, { anonymous: false }],
    ['a file that says no', '1.33.1+k3s1', { ...args(`authentication-config=${file}`), [file]: 'anonymous: {enabled: false}\n' }, { anonymous: false }],
    [
      'a file of authorizers',
      '1.33.1+k3s1',
      { ...args(`authorization-config=${file}`), [file]: 'authorizers: [{type: Node}, {type: AlwaysAllow}]\n' },
      { authorizers: ['Node', 'AlwaysAllow'] },
    ],
  ])('%s', (_, version, files, wanted) => expect(known(learn(version, files)).value).toMatchObject(wanted));

  test('a file that may not be read, or is not there, is a gap', () => {
    const closed = learn('1.33.1+k3s1', { ...args(`authentication-config=${file}`), [file]: { content: '', blocked: 'denied' } });
    expect(gap(closed, 'anonymous')).toMatch(/permission denied/);
    expect(gap(learn('1.33.1+k3s1', args(`authorization-config=${file}`)), 'authorizers')).toMatch(/is not there/);
  });
});

describe("the kubelet's files", () => {
  const dir = `${data}/agent/etc/kubelet.conf.d`;

  test('later ones are laid over earlier ones', () => {
    const fact = learn('1.33.6+k3s1', {
      ...server(),
      [`${dir}/00-k3s-defaults.conf`]: 'authentication:\n  anonymous:\n    enabled: false\n  x509:\n    clientCAFile: /ca.crt\n',
      [`${dir}/10-cli-config.conf`]: 'authentication:\n  anonymous:\n    enabled: true\n',
      [`${dir}/notes.txt`]: 'authorization: {mode: AlwaysAllow}\n',
    });
    expect(known(fact).value.kubeletFiles).toMatchObject({
      'authentication.anonymous.enabled': {
        value: 'true',
        where: `${dir}/10-cli-config.conf:3`,
        beaten: [{ value: 'false', where: `${dir}/00-k3s-defaults.conf:3` }],
      },
      'authentication.x509.clientCAFile': { value: '/ca.crt' },
    });
    expect(known(fact).value.kubeletFiles).not.toHaveProperty(['authorization.mode']);
  });

  test('arguments that name files are taken out, an argument without = takes the next one along', () => {
    const fact = learn('1.33.6+k3s1', { ...server(), [config]: 'kubelet-arg: [config=/etc/kubelet.yaml, seccomp-default, max-pods=9, event-qps=0]\n' });
    expect(line(fact, 'kubelet')).toMatch(/--event-qps=0 .*--seccomp-default=true$/);
    expect(line(fact, 'kubelet')).not.toMatch(/max-pods|--config=/);
    expect(flag(learn('1.31.6+k3s1', { ...server(), [config]: 'kubelet-arg: [config=/etc/kubelet.yaml]\n' }), 'kubelet', 'config')).toMatchObject({
      value: '/etc/kubelet.yaml',
    });
  });

  const settings = (fact: ReturnType<typeof learn>) => known(fact).value.kubelet;

  test('arguments beat files, and what nothing sets is not there', () => {
    const fact = learn('1.33.6+k3s1', {
      ...server(),
      [config]: 'kubelet-arg: [authorization-mode=AlwaysAllow, config=/etc/kubelet.yaml]\n',
      [`${dir}/00-k3s-defaults.conf`]: 'authorization:\n  mode: Webhook\nfeatureGates:\n  A: true\n',
      [`${dir}/10-cli-config.conf`]: 'eventRecordQPS: 0\n',
    });
    expect(settings(fact)).toMatchObject({
      'authorization-mode': { value: 'AlwaysAllow', where: `${config}:1`, beaten: [{ value: 'Webhook', where: `${dir}/00-k3s-defaults.conf:2` }] },
      'event-qps': { value: '0' },
      'feature-gates': { items: ['A=true'] },
      'read-only-port': { value: '0' },
    });
    expect(settings(fact)).not.toHaveProperty('anonymous-auth');
    expect(settings(learn('1.31.6+k3s1', server()))).toMatchObject({ 'anonymous-auth': { value: 'false' }, 'authorization-mode': { value: 'Webhook' } });
  });

  test('a file that is yet to be copied, or is not looked at, leaves what no argument sets unknown', () => {
    const next = learn('1.33.6+k3s1', {
      ...server(),
      [config]: 'kubelet-arg: [config=/etc/kubelet.yaml]\n',
      [`${dir}/00-k3s-defaults.conf`]: 'eventRecordQPS: 0\n',
    });
    expect(gap(next, 'kubelet', 'event-qps')).toMatch(/at the next start/);
    expect(settings(next)).toMatchObject({ 'read-only-port': { value: '0' } });
    expect(gap(learn('1.31.6+k3s1', { ...server(), [config]: 'kubelet-arg: [config=/etc/kubelet.yaml]\n' }), 'kubelet', 'event-qps')).toMatch(/not looked at/);
  });

  test('before the first start, what K3s will write counts, and files of others over it', () => {
    expect(settings(learn('1.33.6+k3s1', server()))).toMatchObject({
      'anonymous-auth': { value: 'false', where: 'K3s 1.33.6+k3s1' },
      'client-ca-file': { value: `${data}/agent/client-ca.crt` },
    });
    const own = learn('1.33.6+k3s1', { ...server(), [`${dir}/50-own.conf`]: 'authentication:\n  anonymous:\n    enabled: true\n' });
    expect(settings(own)).toMatchObject({ 'anonymous-auth': { value: 'true', where: `${dir}/50-own.conf:3` } });
  });

  test('before 1.32 there are none', () => expect(known(learn('1.31.6+k3s1', server())).value.kubeletFiles).toBeUndefined());
  test('a directory that may not be seen is a gap', () =>
    expect(gap(learn('1.33.6+k3s1', { ...server(), [dir]: { type: 'directory', blocked: 'denied' } }), 'kubeletFiles')).toMatch(/permission denied/));
});
