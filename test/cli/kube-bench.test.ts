/**
 * What kube-bench itself (aquasecurity/kube-bench, built at a73ce378) said of hosts in fixtures/hosts, and where pretrip
 * differs: every control, and who is right. It ran as `kube-bench run --benchmark k3s-cis-1.9 --json` (on the agent with
 * `--targets node`) in roots made of these hosts: their files with mode and owner, their journal in the form of
 * journalctl, containerd running, an API server that refuses. With "objects" in the name it ran with `--targets policies`, and
 * kubectl 1.33 got the objects from a server that has nothing else. Of its JSON, in fixtures/kube-bench, the texts of the
 * benchmark are left out, and values end after 100 characters.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { hostNamed } from '../../src/cli/hosts.ts';
import { readPacks } from '../../src/cli/pack-files.ts';
import { packageRoot } from '../../src/cli/paths.ts';
import { selectionFrom } from '../../src/cli/selection.ts';
import { unpack } from '../../src/cli/unpack.ts';
import { composed, type HostSpec, overlay } from '../../src/collect/composed/composed.ts';
import type { Host } from '../../src/collect/record.ts';
import { rootAccount } from '../../src/facts/host/accounts.ts';
import { scan } from '../../src/scan.ts';
import { disagreement } from '../../src/verdicts/disagree.ts';
import { otherScanIn } from '../../src/verdicts/other-scan.ts';
import { pretrip } from './run.ts';

/** Controls on which ours and theirs differ alike: how, which, and why. */
type Differing = readonly [pair: string, controls: string, why: string];

const api: Differing = ['unknown/fail', '5.1.1 5.1.3 5.1.5 5.1.6', 'ours: nobody could be asked, and kube-bench takes an error of kubectl for a finding'];
const policies: Differing = ['pass/warn', '5.3.1', 'ours: disable-network-policy decides it; kube-bench leaves it to people'];
const kubeletFiles: Differing = ['pass/info', '4.1.9 4.1.10', 'ours: kubelet.conf.d is there since K3s 1.32, where kube-bench skips both'];
const kine: readonly Differing[] = [
  ['not-applicable/pass', '1.2.23', 'ours: SQLite; kube-bench prints the text that it expects where no etcd is logged'],
  ['not-applicable/fail', '1.2.26', 'ours: SQLite, of which K3s tells the API server no authority'],
];
const noAudit: Differing = ['fail/warn', '1.2.16 1.2.17 1.2.18 1.2.19 3.2.1', 'ours: the flags are not set; kube-bench does not score these controls'];
const notEncrypted: Differing = ['fail/warn', '1.2.27', 'ours: secrets-encryption is off; kube-bench does not score it'];
const decidedByFlags: Differing = [
  'pass/warn',
  '3.2.2 5.2.1',
  'ours: the audit policy and the admission configuration are read; kube-bench leaves them to people',
];
const noSuchOperation = 'ours: kube-bench compares by "noteqx", which it does not know, so that the flag never passes once it is set';
const lastOfLine = 'ours: the flag is the last of its line, and kube-bench reads the closing quote as part of the last suite';
const noJournal = 'ours: configuration decides; kube-bench greps a line that has rotated away';
const neverLogged = 'ours: the flag is set; kube-bench passes what it does not find in a line that has rotated away';

/** Manual controls of section 5 that objects decide, of both sets of objects alike. */
const objects: readonly Differing[] = [
  ['pass/warn', '5.2.2 5.2.3 5.2.4 5.2.5 5.2.6 5.2.7 5.2.8 5.2.9 5.2.10 5.2.11 5.2.12 5.2.13 5.4.1 5.7.3', 'ours: the pods were read'],
  ['fail/warn', '5.3.2 5.7.2 5.7.4', 'ours: the pods and policies were read'],
  policies,
];

const hosts: Readonly<Record<string, readonly Differing[]>> = {
  'k3s-server-1.33': [...kine, noAudit, notEncrypted, ['fail/warn', '1.3.1', 'ours: the flag is not set; not scored'], kubeletFiles, policies, api],
  'k3s-hardened-1.36': [decidedByFlags, kubeletFiles, ['pass/warn', '4.2.5', noSuchOperation], ['pass/warn', '4.2.12', lastOfLine], policies, api],
  'k3s-hardened-1.28': [decidedByFlags, ['pass/warn', '4.2.5', noSuchOperation], policies, api],
  'k3s-agent-1.33': [kubeletFiles],
  'k3s-etcd-1.31-weak': [
    ['fail/warn', '1.2.17 1.2.18 1.2.19', 'ours: less than the least; kube-bench does not score these controls'],
    notEncrypted,
    ['fail/pass', '1.3.3', 'ours: false; kube-bench reads `false"` with the quote that closes the line, which is not false'],
    ['fail/warn', '3.2.1 4.2.8 4.2.12', 'ours: set to what they must not be; kube-bench does not score these controls'],
    ['fail/warn', '4.2.5', noSuchOperation],
    ['fail/pass', '4.2.13', 'ours: -1 is no limit; kube-bench asks whether the flag is there'],
    policies,
    api,
  ],
  'k3s-server-1.33-no-journal': [
    ['pass/fail', '1.2.1 1.2.4 1.2.5 1.2.6 1.2.7 1.2.8 1.2.10 1.2.14 1.2.15 1.2.22 1.2.24 1.2.25 1.2.29 1.3.2 1.3.3 1.3.4 1.3.5 1.4.1 1.4.2 4.2.4', noJournal],
    ...kine,
    noAudit,
    notEncrypted,
    ['fail/warn', '1.3.1', 'ours: the flag is not set; not scored'],
    kubeletFiles,
    policies,
    api,
  ],
  'k3s-etcd-1.31-weak-no-journal': [
    ['fail/pass', '1.2.2 1.2.12 1.2.13 1.2.21 1.3.6 1.3.7 4.2.5 4.2.6 4.2.8 4.2.10 4.2.11 4.3.1', neverLogged],
    ['fail/pass', '4.2.1 4.2.2', 'ours: the kubelet is open; kube-bench prints the text that it expects where no API server is logged'],
    ['pass/fail', '1.2.4 1.2.5 1.2.22 1.2.24 1.2.25 1.2.26 1.3.4 1.3.5', noJournal],
    ['pass/warn', '1.2.16 1.3.1', noJournal],
    ['fail/warn', '1.2.17 1.2.18 1.2.19 3.2.1 4.2.12 4.2.13', noJournal],
    notEncrypted,
    policies,
    api,
  ],
  'k3s-server-1.33-shut-objects': [
    ['pass/fail', '5.1.6', 'ours: the pod says no, which beats its account; kube-bench takes it only where the account says yes'],
    ['pass/warn', '5.1.2 5.1.4 5.1.8 5.1.9 5.1.10 5.1.11 5.1.12 5.1.13', 'ours: roles and bindings were read'],
    ...objects,
  ],
  'k3s-server-1.33-open-objects': [['fail/pass', '5.1.1', 'ours: a role of another name may do everything; kube-bench greps for cluster-admin'], ...objects],
};

const weak = `cluster-init: true
kube-apiserver-arg:
  - anonymous-auth=true
  - token-auth-file=/etc/tokens.csv
  - authorization-mode=AlwaysAllow
  - enable-admission-plugins=AlwaysAdmit
  - disable-admission-plugins=ServiceAccount,NamespaceLifecycle
  - profiling=true
  - audit-log-path=/var/log/audit.log
  - audit-log-maxage=7
  - audit-log-maxbackup=2
  - audit-log-maxsize=10
  - service-account-lookup=false
  - tls-cipher-suites=TLS_RSA_WITH_RC4_128_SHA
kube-controller-manager-arg:
  - terminated-pod-gc-threshold=10
  - profiling=true
  - use-service-account-credentials=false
  - feature-gates=RotateKubeletServerCertificate=false
  - bind-address=0.0.0.0
kube-scheduler-arg: [profiling=true, bind-address=0.0.0.0]
kubelet-arg:
  - anonymous-auth=true
  - authorization-mode=AlwaysAllow
  - read-only-port=10255
  - streaming-connection-idle-timeout=0
  - make-iptables-util-chains=false
  - event-qps=-1
  - rotate-certificates=false
  - feature-gates=RotateKubeletServerCertificate=false
  - tls-cipher-suites=TLS_RSA_WITH_RC4_128_SHA
  - pod-max-pids=-1
kube-proxy-arg: [metrics-bind-address=0.0.0.0]
`;

/** The host of a name: that of fixtures/hosts, without its journal, with weak arguments, and with objects, where the name says so. */
function hostOf(name: string): HostSpec {
  const base = hostNamed(name.replace(/(?:-weak|-no-journal|-shut-objects|-open-objects|-rancher)+$/, ''));
  if (!base) throw new Error(`there is no host for ${name}`);
  const commands = Object.entries(base.commands ?? {}).filter(([command]) => !command.startsWith('journalctl'));
  const host = /-weak|-no-journal/.test(name) ? { ...base, commands: Object.fromEntries(commands) } : base;
  const files = name.includes('-weak') ? { '/etc/rancher/k3s/config.yaml': { content: weak, mode: '0600' } } : {};
  return overlay(host, { files, commands: objectsOf(name) });
}

/** What the cluster answers where a name has objects. */
function objectsOf(name: string): NonNullable<HostSpec['commands']> {
  const [, which] = /-(shut|open)-objects$/.exec(name) ?? [];
  if (which === undefined) return {};
  const byResource = JSON.parse(readFileSync(fileOf(`objects-${which}`), 'utf8')) as Record<string, unknown[]>;
  return Object.fromEntries(
    Object.entries(byResource).map(([resource, items]) => [
      `k3s kubectl get ${resource} --all-namespaces -o json`,
      { stdout: JSON.stringify({ kind: 'List', items }) },
    ]),
  );
}

const { pack } = readPacks([join(packageRoot, 'rules')]);
const fileOf = (name: string): string => join(packageRoot, 'fixtures/kube-bench', `${name}.json`);
const written = (number: string, ours: string, theirs: string): string => `${number} ${ours}/${theirs}`;
const wanted = (differences: readonly Differing[]): string[] =>
  differences.flatMap(([pair, controls]) => controls.split(' ').map((number) => `${number} ${pair}`)).sort();

/** Ours beside what a file says, by the numbers of a benchmark: the controls on which the two differ. */
async function differing(name: string, benchmark: string): Promise<string[]> {
  const spec = hostOf(name);
  const host: Host = { kind: 'composed', name, user: rootAccount, target: composed(spec) };
  const takenAt = new Date((spec.takenAt ?? 0) * 1000).toISOString();
  const selection = selectionFrom({ profile: ['k3s-cis'], param: [`benchmark=${benchmark}`] }, pack);
  const { report } = await scan(host, { pack, selection }, { takenAt, files: [], tool: { version: 'test' } });
  const theirs = otherScanIn(JSON.parse(readFileSync(fileOf(name), 'utf8')), unpack);
  if (!theirs) throw new Error(`${fileOf(name)} is no scan`);
  const { compared, onlyTheirs } = disagreement(report, theirs, `CIS K3s ${benchmark}`);
  expect({ onlyTheirs, all: compared.length }).toEqual({ onlyTheirs: [], all: theirs.controls.length });
  return compared
    .filter(({ relation }) => relation !== 'same')
    .map((c) => written(c.number, c.ours, c.theirs.state))
    .sort();
}

test.each(Object.keys(hosts))('%s', async (name) => {
  expect(await differing(name, '1.9')).toEqual(wanted(hosts[name] ?? []));
});

/** As rancher/security-scan summarizes what kube-bench says by its k3s-cis-1.12: it knows "noteq", and reads kubelet.conf.d. */
const rancher: readonly Differing[] = [
  decidedByFlags,
  ['pass/not-applicable', '4.1.9 4.1.10', 'ours: kubelet.conf.d is there since K3s 1.32, where both are skipped'],
  ['pass/warn', '4.2.12', lastOfLine],
  policies,
];

test("Rancher's security scan", async () => {
  expect(await differing('k3s-hardened-1.36-rancher', '1.12')).toEqual(wanted(rancher));
});

test('the command says the same', async () => {
  const name = 'k3s-hardened-1.36';
  const { out, status } = await pretrip(['diff', join(packageRoot, 'fixtures/hosts', `${name}.yaml`), fileOf(name), '--as', 'composed', '-o', 'json']);
  const found = JSON.parse(out).controls as { control: string; ours: { outcome: string }; theirs: { state: string } }[];
  expect(found.map((c) => written(c.control.replace('CIS K3s 1.9 ', ''), c.ours.outcome, c.theirs.state)).sort()).toEqual(wanted(hosts[name] ?? []));
  expect(status).toBe(0);
});
