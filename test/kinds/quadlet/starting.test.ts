import { expect, test } from 'vitest';
import { answerer, type CommandSpec, type FileSpec } from '../../../src/collect/composed/composed.ts';
import { rootAccount } from '../../../src/facts/host/accounts.ts';
import type { Kind } from '../../../src/facts/kind.ts';
import { settle } from '../../../src/facts/settle.ts';
import { subnetsOverlap } from '../../../src/facts/text/subnet.ts';
import { quadletCollisions } from '../../../src/kinds/quadlet/quadlet-collisions.ts';
import { quadletLabels } from '../../../src/kinds/quadlet/quadlet-labels.ts';
import { quadletPlace } from '../../../src/kinds/quadlet/quadlet-place.ts';
import { quadletPorts } from '../../../src/kinds/quadlet/quadlet-ports.ts';
import { quadletReferences } from '../../../src/kinds/quadlet/quadlet-references.ts';
import { quadletService } from '../../../src/kinds/quadlet/quadlet-service.ts';
import { quadletStart } from '../../../src/kinds/quadlet/quadlet-start.ts';

const path = '/etc/containers/systemd/a.container';
const usual: Readonly<Record<string, FileSpec>> = { '/usr/bin/podman': { mode: '0755' } };
const commands: Readonly<Record<string, CommandSpec>> = { 'podman --version': { stdout: 'podman version 5.4.2\n' } };

function learn(kind: Kind, container: string, files: Readonly<Record<string, FileSpec>> = {}): Readonly<Record<string, unknown>> {
  const text = `[Container]\nImage=quay.io/a/b:1\n${container}\n`;
  const spec = { files: { ...usual, [path]: text, ...files }, commands };
  const fact = settle(kind.learn('path' in kind.fields ? { path } : {}, rootAccount), answerer(spec));
  return fact.is === 'known' ? { ...fact.value, gaps: [...fact.gaps.keys()] } : { unknown: fact.said };
}

test.each<[string, string, Readonly<Record<string, FileSpec>>, Readonly<Record<string, unknown>>]>([
  ['a target of every boot', '[Install]\nWantedBy=multi-user.target', {}, { reached: true }],
  ['nothing', '', {}, { reached: false, idle: 'no WantedBy= in [Install], and no other unit starts it' }],
  ['a target that is not there', '[Install]\nWantedBy=no.target', {}, { reached: false, lost: 'WantedBy=no.target, but there is no no.target' }],
  [
    'a path unit that is enabled',
    '',
    {
      '/etc/systemd/system/a.path': '[Path]\nPathExists=/x\n',
      '/etc/systemd/system/paths.target.wants/a.path': { link: '/etc/systemd/system/a.path' },
    },
    { reached: true },
  ],
])('what starts it: %s', (_, container, files, wanted) => {
  expect(learn(quadletStart, container, files)).toMatchObject(wanted);
});

test.each<[string, Readonly<Record<string, unknown>>]>([
  ['[Service]\nRestart=always', { stops: [], matching: [] }],
  ['[Service]\nSystemCallFilter=@system-service', { stops: ['SystemCallFilter=@system-service: it refuses mount, pivot_root, bpf, sethostname'] }],
  ['[Service]\nSystemCallFilter=~@clock\nSystemCallFilter=@mount', { stops: [] }],
  ['[Service]\nCapabilityBoundingSet=CAP_CHOWN\nCapabilityBoundingSet=CAP_SYS_ADMIN', { stops: [] }],
  ['[Service]\nRestrictNamespaces=~mnt', { stops: ['RestrictNamespaces=~mnt: a container needs namespaces of its own: mnt'] }],
])('what stops Podman: %j', (container, wanted) => {
  expect(learn(quadletService, container)).toMatchObject(wanted);
});

test('what is missing, each in its list', () => {
  const container = 'Volume=/srv/none:/a\nEnvironmentFile=none.env\nVolume=data:/b\n[Unit]\nRequires=no.service\nAfter=no.service';
  expect(learn(quadletReferences, container)).toMatchObject({
    binds: ['/srv/none'],
    environmentFiles: ['/etc/containers/systemd/none.env'],
    requiredUnits: ['Requires=no.service, which is not there'],
    wishedUnits: ['After=no.service'],
    secrets: [],
    gaps: [],
  });
});

test('what two files share', () => {
  const other = { '/etc/containers/systemd/b.container': '[Container]\nImage=quay.io/a/b:1\nContainerName=systemd-a\nPublishPort=80-90:80-90\n' };
  expect(learn(quadletCollisions, 'PublishPort=127.0.0.1:85:80', other)).toMatchObject({
    names: ['the name systemd-a is also used by /etc/containers/systemd/b.container'],
    ports: ['127.0.0.1:85/tcp is also published by /etc/containers/systemd/b.container, as 0.0.0.0:80-90/tcp'],
    subnets: [],
    services: [],
  });
  expect(learn(quadletPorts, 'PublishPort=85:80', other)).toMatchObject({ publishing: ['root'], shared: [] });
});

test('labels and places', () => {
  const enforcing = { '/sys/fs/selinux/enforce': '1' };
  expect(learn(quadletLabels, 'Volume=/srv/a:/a\nVolume=/home:/h:Z', enforcing)).toMatchObject({ enforcing: true, kept: ['/srv/a'], refused: ['/home'] });
  expect(learn(quadletPlace, '', { '/etc/fstab': '/dev/sdb1 /etc/containers ext4 defaults 0 0\n' })).toMatchObject({
    later: '/etc/containers/systemd/a.container lies on /etc/containers, which is mounted after the generators ran',
  });
});

test.each([
  ['10.0.0.0/8', '10.2.3.0/24', true],
  ['10.0.0.0/24', '10.0.1.0/24', false],
  ['fd00::/48', 'fd00:0:0:5::/64', true],
  ['fd00::/64', 'fd00:1::/64', false],
  ['::ffff:10.0.0.0/104', '10.0.0.0/8', false],
  ['no subnet', '10.0.0.0/8', false],
])('%s and %s', (one, other, overlap) => {
  expect(subnetsOverlap(one, other)).toBe(overlap);
});
