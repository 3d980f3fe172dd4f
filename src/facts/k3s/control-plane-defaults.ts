/**
 * What K3s gives the components of its control plane before the user's own arguments
 * (k3s-io/k3s:pkg/daemons/control/server.go, pkg/cli/server/server.go, pkg/daemons/control/deps/deps.go).
 */
import type { Unknown } from '../fact.ts';
import type { Release } from '../text/version.ts';
import { argValue } from './component-args.ts';
import { Defaults, type Derived } from './defaults.ts';
import type { Chosen } from './given.ts';
import { because, below, clusterCidr, joinedOf, loopback, type NodeSettings, plus, runtimeOnly, serviceCidr, settingOf } from './node-settings.ts';

const isUnknown = (one: Derived | Unknown): one is Unknown => 'is' in one;

/** The list that K3s hands to the API server where nobody names another. */
const cipherSuites = ['ECDSA_WITH_AES_256_GCM_SHA384', 'RSA_WITH_AES_256_GCM_SHA384', 'ECDSA_WITH_AES_128_GCM_SHA256', 'RSA_WITH_AES_128_GCM_SHA256']
  .concat('ECDSA_WITH_CHACHA20_POLY1305', 'RSA_WITH_CHACHA20_POLY1305')
  .map((suite) => `TLS_ECDHE_${suite}`)
  .join(',');

/** `given` are the user's own arguments: two of them make K3s drop a default. */
export function apiServerDefaults(settings: NodeSettings, release: Release, given: readonly Chosen[]): Defaults {
  const d = new Defaults(release);
  const tls = (name: string): Derived => below(settings)(`server/tls/${name}`);
  storage(d, settings);
  authorization(d, given);
  d.all({ 'allow-privileged': 'true', profiling: 'false', 'enable-admission-plugins': 'NodeRestriction' })
    .by('bootstrapTokens', 'enable-bootstrap-token-auth', 'true')
    .set('cert-dir', tls('temporary-certs'))
    .set('client-ca-file', tls('client-ca.crt'))
    .set('tls-cert-file', tls('serving-kube-apiserver.crt'))
    .set('tls-private-key-file', tls('serving-kube-apiserver.key'))
    .set('kubelet-certificate-authority', tls('server-ca.crt'))
    .set('kubelet-client-certificate', tls('client-kube-apiserver.crt'))
    .set('kubelet-client-key', tls('client-kube-apiserver.key'))
    .set('proxy-client-cert-file', tls('client-auth-proxy.crt'))
    .set('proxy-client-key-file', tls('client-auth-proxy.key'))
    .set('requestheader-client-ca-file', tls('request-header-ca.crt'))
    .all({
      'requestheader-allowed-names': 'system:auth-proxy',
      'requestheader-extra-headers-prefix': 'X-Remote-Extra-',
      'requestheader-group-headers': 'X-Remote-Group',
      'requestheader-username-headers': 'X-Remote-User',
    })
    .set('service-account-key-file', tls('service.key'))
    .by('rotatableKeys', 'service-account-signing-key-file', tls('service.current.key'), tls('service.key'))
    .set('service-cluster-ip-range', serviceCidr(settings))
    .set('service-node-port-range', settingOf(settings, 'service-node-port-range', '30000-32767'))
    .by('noTrackedJobs', 'feature-gates', undefined, 'JobTrackingWithFinalizers=true');
  addresses(d, settings);
  encryption(d, settings);
  verbosity(d, settings);
  return d;
}

function authorization(d: Defaults, given: readonly Chosen[]): void {
  for (const [file, flag, usual, change] of [
    ['authorization-config', 'authorization-mode', 'Node,RBAC', 'ownConfigOfAuthorization'],
    ['authentication-config', 'anonymous-auth', 'false', 'ownConfigOfAuthentication'],
  ] as const) {
    const own = argValue(file, given);
    if (own === undefined || own.value === '') d.set(flag, usual);
    else d.by(change, flag, undefined, usual);
  }
}

function addresses(d: Defaults, settings: NodeSettings): void {
  const { flags } = settings;
  const port = settingOf(settings, 'https-listen-port', '6443');
  const domain = settingOf(settings, 'cluster-domain', 'cluster.local');
  const own = flags.one('advertise-address') ?? joinedFirst(settings, 'node-external-ip') ?? joinedFirst(settings, 'node-ip');
  const issuer = isUnknown(domain) ? domain : { ...domain, value: `https://kubernetes.default.svc.${domain.value}` };
  d.set('secure-port', isUnknown(port) ? port : plus(port, 1))
    .set('advertise-port', flags.one('advertise-port') ?? port)
    .set('bind-address', loopback(settings))
    .set('service-account-issuer', issuer)
    .set('api-audiences', isUnknown(issuer) ? issuer : { ...issuer, value: `${issuer.value},k3s` });
  const vpn = flags.one('vpn-auth') ?? flags.one('vpn-auth-file');
  const iface = flags.one('flannel-iface');
  if (vpn) d.set('advertise-address', { ...runtimeOnly('advertise-address', 'the VPN'), where: [vpn.where] });
  else if (own) d.set('advertise-address', own);
  else if (iface) d.set('advertise-address', { ...runtimeOnly('advertise-address', `the address of ${iface.value}`), where: [iface.where] });
  const external = flags.one('flannel-external-ip');
  const types =
    flags.on('flannel-external-ip') && external ? { value: 'ExternalIP,InternalIP,Hostname', ...because('flannel-external-ip', external) } : undefined;
  d.set('kubelet-preferred-address-types', types ?? 'InternalIP,ExternalIP,Hostname');
  const egress = settingOf(settings, 'egress-selector-mode', 'agent');
  if (isUnknown(egress) || egress.value === 'disabled') return;
  d.set('enable-aggregator-routing', 'true').set('egress-selector-config-file', below(settings)('server/etc/egress-selector-config.yaml'));
}

/** The first of addresses that are given. */
function joinedFirst(settings: NodeSettings, flag: string): Derived | undefined {
  const all = joinedOf(settings, flag);
  return all && { ...all, value: all.value.split(',')[0]?.trim() ?? '' };
}

function encryption(d: Defaults, settings: NodeSettings): void {
  const found = settings.flags.one('secrets-encryption');
  if (!found || !settings.flags.on('secrets-encryption')) return;
  const at = because('secrets-encryption', found);
  d.set('encryption-provider-config', { ...below(settings)('server/cred/encryption-config.json'), ...at });
  d.by('reloadedEncryption', 'encryption-provider-config-automatic-reload', { value: 'true', ...at });
}

/** `--v` and `--vmodule` are handed on to every component. */
function verbosity(d: Defaults, { flags }: NodeSettings): void {
  for (const flag of ['v', 'vmodule']) {
    const found = flags.one(flag);
    if (found && found.value !== '' && found.value !== '0') d.set(flag, found);
  }
}

/** Where the API server finds its state (setupStorageBackend; pkg/cluster/cluster.go: kine stands in front of all but etcd). */
function storage(d: Defaults, settings: NodeSettings): void {
  const { datastore, flags } = settings;
  const tlsFlags = ['etcd-cafile', 'etcd-certfile', 'etcd-keyfile'] as const;
  d.set('storage-backend', 'etcd3');
  if (!datastore || 'why' in datastore) {
    if (datastore) for (const flag of ['etcd-servers', ...tlsFlags]) d.set(flag, datastore);
    return;
  }
  const [where] = datastore.where;
  const at = where ? { where: { ...where, said: 'embedded etcd' } } : {};
  if (datastore.is === 'etcd') {
    d.set('etcd-servers', { value: 'https://127.0.0.1:2379', ...at });
    for (const [flag, file] of [
      ['etcd-cafile', 'server-ca.crt'],
      ['etcd-certfile', 'client.crt'],
      ['etcd-keyfile', 'client.key'],
    ] as const)
      d.set(flag, { ...below(settings)(`server/tls/etcd/${file}`), ...at });
    return;
  }
  const endpoint = flags.one('datastore-endpoint');
  if (endpoint && /^(https?|etcd):/.test(endpoint.value)) {
    d.set('etcd-servers', endpoint);
    for (const [at2, flag] of ['datastore-cafile', 'datastore-certfile', 'datastore-keyfile'].entries()) {
      const file = flags.one(flag);
      if (file) d.set(tlsFlags[at2] as string, file);
    }
  } else d.set('etcd-servers', flags.on('kine-tls') ? 'unixs://kine.sock' : 'unix://kine.sock');
}

/** Nobody else may lead where a single server keeps its state in SQLite (pkg/cluster/cluster.go: NoLeaderElect). */
function leading(d: Defaults, { datastore }: NodeSettings): void {
  if (!datastore) return;
  if ('why' in datastore) d.set('leader-elect', datastore);
  else if (datastore.is === 'sqlite')
    d.set('leader-elect', { value: 'false', ...(datastore.where[0] ? { where: { ...datastore.where[0], said: 'SQLite' } } : {}) });
}

export function controllerManagerDefaults(settings: NodeSettings, release: Release): Defaults {
  const d = new Defaults(release);
  const at = below(settings);
  const tls = (name: string): Derived => at(`server/tls/${name}`);
  const kubeconfig = at('server/cred/controller.kubeconfig');
  d.all({ profiling: 'false', 'allocate-node-cidrs': 'true', 'secure-port': '10257', 'use-service-account-credentials': 'true' })
    .set('kubeconfig', kubeconfig)
    .set('authorization-kubeconfig', kubeconfig)
    .set('authentication-kubeconfig', kubeconfig)
    .set('root-ca-file', tls('server-ca.crt'))
    .set('bind-address', loopback(settings))
    .set('cluster-cidr', clusterCidr(settings))
    .by('serviceRangeOfControllers', 'service-cluster-ip-range', serviceCidr(settings))
    .by('rotatableKeys', 'service-account-private-key-file', tls('service.current.key'), tls('service.key'))
    .by('noTrackedJobs', 'feature-gates', undefined, 'JobTrackingWithFinalizers=true')
    .by('servingCertificates', 'tls-cert-file', tls('kube-controller-manager/kube-controller-manager.crt'))
    .by('servingCertificates', 'tls-private-key-file', tls('kube-controller-manager/kube-controller-manager.key'));
  for (const [use, ca] of [
    ['kube-apiserver-client', 'client'],
    ['kubelet-client', 'client'],
    ['kubelet-serving', 'server'],
    ['legacy-unknown', 'server'],
  ] as const)
    d.by('rotatableKeys', `cluster-signing-${use}-cert-file`, tls(`${ca}-ca.nochain.crt`), tls(`${ca}-ca.crt`)).set(
      `cluster-signing-${use}-key-file`,
      tls(`${ca}-ca.key`),
    );
  const all = d.has('bootstrapTokens') ? '*,tokencleaner' : '*';
  if (settings.flags.on('disable-cloud-controller')) {
    if (all !== '*') d.set('controllers', all);
  } else d.set('configure-cloud-routes', 'false').by('controllersUnlisted', 'controllers', all, `${all},-service,-route,-cloud-node-lifecycle`);
  leading(d, settings);
  verbosity(d, settings);
  return d;
}

export function schedulerDefaults(settings: NodeSettings, release: Release): Defaults {
  const d = new Defaults(release);
  const at = below(settings);
  const kubeconfig = at('server/cred/scheduler.kubeconfig');
  d.all({ profiling: 'false', 'secure-port': '10259' })
    .set('kubeconfig', kubeconfig)
    .set('authorization-kubeconfig', kubeconfig)
    .set('authentication-kubeconfig', kubeconfig)
    .set('bind-address', loopback(settings))
    .by('servingCertificates', 'tls-cert-file', at('server/tls/kube-scheduler/kube-scheduler.crt'))
    .by('servingCertificates', 'tls-private-key-file', at('server/tls/kube-scheduler/kube-scheduler.key'));
  leading(d, settings);
  verbosity(d, settings);
  return d;
}

export function cloudControllerDefaults(settings: NodeSettings, release: Release): Defaults {
  const d = new Defaults(release);
  const at = below(settings);
  const kubeconfig = at('server/cred/cloud-controller.kubeconfig');
  const off = settings.flags.on('disable-cloud-controller');
  const controllers = `*,-route${off ? ',-cloud-node,-cloud-node-lifecycle' : ''}${settings.flags.lists('disable', 'servicelb') ? ',-service' : ''}`;
  d.all({
    profiling: 'false',
    'allocate-node-cidrs': 'true',
    'cloud-provider': 'k3s',
    'configure-cloud-routes': 'false',
    'node-status-update-frequency': '1m0s',
  })
    .set('kubeconfig', kubeconfig)
    .set('authorization-kubeconfig', kubeconfig)
    .set('authentication-kubeconfig', kubeconfig)
    .set('cluster-cidr', clusterCidr(settings))
    .set('bind-address', loopback(settings))
    .by('cloudControllerOfServiceLB', 'cloud-config', at('server/etc/cloud-config.yaml'))
    .by('cloudControllerOfServiceLB', 'leader-elect-resource-name', 'k3s-cloud-controller-manager')
    .by('cloudControllerOfServiceLB', 'controllers', controllers);
  if (off) d.by('cloudControllerOfServiceLB', 'secure-port', '0');
  if (d.has('kubeletDropIns') !== true) d.by('dualStackNodes', 'feature-gates', 'CloudDualStackNodeIPs=true');
  leading(d, settings);
  verbosity(d, settings);
  return d;
}

/** What K3s itself adds to the user's arguments of the API server: its list of cipher suites, where none is named. */
export function ownApiServerArgs(release: Release, given: readonly Chosen[]): Chosen[] | Unknown {
  const d = new Defaults(release);
  const named = argValue('tls-cipher-suites', given);
  if (named && named.value !== '') return [];
  const has = d.has('cipherSuites');
  if (has === undefined) return d.open('cipherSuites', 'tls-cipher-suites');
  return has ? [{ value: `tls-cipher-suites=${cipherSuites}`, where: d.place, beaten: [] }] : [];
}
