/** What Quadlet files name, there or not, when their units start. */
import { passIf, type State } from '../state.ts';
import { put } from './shell.ts';
import { container, networked, property, type Row, runs, startedStates, system } from './started.ts';

const row = (what: string, keys: string, more: Partial<Row> = {}): Row => ({ what, text: `${container}${keys}\n`, ...more });
const onNetwork = (what: string, keys: string, more: Partial<Row> = {}): Row => row(what, keys, { text: `${networked}${keys}\n`, ...more });
/** What a boot does first. */
const booted = 'systemd-tmpfiles --create /etc/tmpfiles.d/lab.conf; started NAME; rm -rf /srv/lab-made';
const secret = (name: string): string => `printf x | podman secret create --replace ${name} - >/dev/null`;

const rows: readonly Row[] = [
  row('a directory that is not there', 'Volume=/srv/lab-missing:/x'),
  row('a directory that is there', 'Volume=/srv:/x'),
  row('a directory that tmpfiles.d makes', 'Volume=/srv/lab-made:/x', {
    setUp: [put('/etc/tmpfiles.d/lab.conf', 'd /srv/lab-made 0755 root root')],
    ask: booted,
  }),
  row('a directory of the service', 'Volume=%S/NAME:/x\n[Service]\nStateDirectory=NAME', { undo: 'rm -rf /var/lib/NAME' }),
  row('a directory that a command makes first', 'Volume=/srv/lab-first:/x\n[Service]\nExecStartPre=/bin/mkdir -p /srv/lab-first', {
    undo: 'rm -rf /srv/lab-first',
  }),
  row('a file that is not there, by Mount=', 'Mount=type=bind,source=/etc/lab-missing.conf,target=/x'),
  row('a volume that Podman makes', 'Volume=lab-data:/x', { undo: 'podman volume rm -f lab-data >/dev/null 2>&1' }),
  row('a .volume file', 'Volume=labrv.volume:/x', {
    setUp: [put(`${system}/labrv.volume`, '[Volume]')],
    undo: 'podman volume rm -f systemd-labrv >/dev/null 2>&1',
  }),
  row('a file of variables that is not there', 'EnvironmentFile=/etc/lab-missing.env'),
  row('a file of variables', 'EnvironmentFile=/etc/lab-vars.env', { setUp: [put('/etc/lab-vars.env', 'A=b')] }),
  row('a file of variables with a dash', 'EnvironmentFile=-/etc/lab-missing.env'),
  row('a file of variables of the service with a dash', '[Service]\nEnvironmentFile=-/etc/lab-missing.env'),
  row('a file of variables of the service that is not there', '[Service]\nEnvironmentFile=/etc/lab-missing.env'),
  row('a file of variables by PodmanArgs', 'PodmanArgs=--env-file /etc/lab-missing.env'),
  row('a secret that was never made', 'Secret=lab-never'),
  row('a secret', 'Secret=lab-secret,type=env,target=TOKEN', { setUp: [secret('lab-secret')], undo: 'podman secret rm lab-secret >/dev/null 2>&1' }),
  row('a secret that a command makes first', `Secret=lab-later\n[Service]\nExecStartPre=/bin/sh -c '${secret('lab-later')}'`, {
    undo: 'podman secret rm lab-later >/dev/null 2>&1',
  }),
  { what: 'an image of no registry that is not there', text: container.replace('lab:1', 'lab:none') },
  { what: 'an image that may not be pulled and is not there', text: `${container.replace('localhost/lab:1', 'registry.example.org/lab:none')}Pull=never\n` },
  { what: 'an image that may not be pulled', text: `${container}Pull=never\n` },
  row('a profile that is not there', 'SeccompProfile=/etc/lab-missing.json'),
  row('no profile', 'SeccompProfile=unconfined'),
  row('a device that is not there', 'AddDevice=/dev/lab-missing'),
  row('a device that need not be there', 'AddDevice=-/dev/lab-missing'),
  row('a device', 'AddDevice=/dev/fuse'),
  row('a configuration that is not there', 'ContainersConfModule=/etc/lab-missing.conf'),
  row('a configuration', 'ContainersConfModule=/etc/lab-module.conf', { setUp: [put('/etc/lab-module.conf', '[containers]')] }),
  { what: 'a root file system that is not there', text: '[Container]\nRootfs=/srv/lab-missing\nNetwork=none\nExec=/bin/sleep 1000\n' },
  onNetwork('a network that is not there', 'Network=labnone'),
  onNetwork('a network that was made', 'Network=labmade', {
    setUp: ['podman network create --ignore labmade >/dev/null'],
    undo: 'podman network rm -f labmade >/dev/null 2>&1',
  }),
  // The generator refuses these files, so there is no unit that could start.
  onNetwork('a .network file that is not there', 'Network=labnone.network', { rule: 'quadlet.unknown-key' }),
  row('a unit that is not there', '[Unit]\nRequires=lab-missing.service'),
  row('a unit that is not there, bound to', '[Unit]\nBindsTo=lab-missing.service\nAfter=lab-missing.service'),
  row('a unit that is there', '[Unit]\nRequires=systemd-journald.service\nAfter=systemd-journald.service network-online.target'),
  row('a wish for a unit that is not there', '[Unit]\nWants=lab-missing.service', { mayWarn: true }),
  row('a unit of Quadlet by the name of its file', '[Unit]\nRequires=labr91.container\nAfter=labr91.container', {
    setUp: [put(`${system}/labr91.container`, container)],
    ask: property('Requires', 'NAME'),
    says: passIf(/labr91/),
  }),
  row('a unit of Quadlet by the name of its service', '[Unit]\nRequires=labr92.service\nAfter=labr92.service', {
    setUp: [put(`${system}/labr92.container`, container)],
    undo: 'systemctl stop labr92 2>/dev/null',
  }),
  row('a mount that is wanted and has no unit', '[Unit]\nRequiresMountsFor=/srv/lab-data'),
  row('a pod that is not there', 'Pod=labnone.pod', { text: `${networked}Pod=labnone.pod\n`, rule: 'quadlet.unknown-key' }),
  { what: 'a file of Kubernetes that is not there', ending: 'kube', text: '[Kube]\nYaml=/etc/lab-missing.yaml\n' },
  { what: 'a build whose file is not there', ending: 'build', text: '[Build]\nImageTag=localhost/lab:built\nFile=/srv/lab-missing/Containerfile\n' },
  { ...row("a user's directory that is not there", 'Volume=%h/lab-missing:/x'), user: 'driver' },
  { ...row("a user's directory", 'Volume=%h:/x'), user: 'driver' },
  { ...row("a user's unit that requires one of the system", '[Unit]\nRequires=systemd-journald.service'), user: 'driver' },
  {
    ...row("a user's secret that is root's", 'Secret=lab-roots', { setUp: [secret('lab-roots')], undo: 'podman secret rm lab-roots >/dev/null 2>&1' }),
    user: 'driver',
  },
];

export const referenceStates: readonly State[] = startedStates(
  'references',
  'references',
  'quadlet.references',
  rows.map((r) => ({ says: runs, ...r })),
);
