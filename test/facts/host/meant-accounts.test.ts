import { expect, test } from 'vitest';
import { answerer, type HostSpec } from '../../../src/collect/composed/composed.ts';
import { rootAccount } from '../../../src/facts/host/accounts.ts';
import { meantAccounts, namedAccount } from '../../../src/facts/host/meant-accounts.ts';
import { settle } from '../../../src/facts/settle.ts';

const passwd = [
  'root:x:0:0:root:/root:/bin/bash',
  'bin:x:2:2:bin:/bin:/usr/sbin/nologin',
  'nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin',
  'containers:x:990:990::/var/lib/apps:/usr/sbin/nologin',
  'driver:x:1000:1000::/home/driver:/bin/bash',
  '',
].join('\n');

const host = ({ files, ...rest }: HostSpec): HostSpec => ({ files: { '/etc/passwd': passwd, '/proc/sys/kernel': { type: 'directory' }, ...files }, ...rest });

function meant(spec: HostSpec, names: readonly string[] = [], audited = rootAccount): string[] {
  const found = settle(meantAccounts(audited, names), answerer(host(spec)), true);
  if (found.is === 'unknown') throw new Error(found.said);
  return found.each.flatMap((u) => (u.rootless === true ? [u.entry.name] : typeof u.rootless === 'object' ? [`${u.entry.name}?`] : []));
}

test.each<[string, HostSpec, string[]]>([
  ['nobody shows anything', {}, []],
  ['who may linger', { files: { '/var/lib/systemd/linger/driver': '' } }, ['driver']],
  ['a store in a home outside /home, below UID_MIN', { files: { '/var/lib/apps/.local/share/containers': { type: 'directory' } } }, ['containers']],
  ['Quadlets of a system account', { files: { '/var/lib/apps/.config/containers/systemd/a.container': '[Container]\n' } }, ['containers']],
  ['Quadlets of an administrator for a uid', { files: { '/etc/containers/systemd/users/990/a.container': '' } }, ['containers']],
  [
    'a unit of its own that starts Podman',
    { files: { '/home/driver/.config/systemd/user/a.service': '[Service]\nExecStart=/usr/bin/podman start -a a\n' } },
    ['driver'],
  ],
  ['a unit of its own that starts something else', { files: { '/home/driver/.config/systemd/user/a.service': '[Service]\nExecStart=/bin/true\n' } }, []],
  [
    "a unit of the system's as that account",
    { files: { '/etc/systemd/system/a.service': '[Service]\nUser=containers\nExecStart=podman run x\n' } },
    ['containers'],
  ],
  ['a container that runs', { files: { '/proc/77/comm': 'conmon\n', '/proc/77/status': 'Uid:\t990\t990\t990\t990\n' } }, ['containers']],
  ['Podman was used since the boot', { files: { '/run/user/1000/libpod/tmp/alive': '' } }, ['driver']],
  ['who called sudo', { env: { SUDO_USER: 'driver' } }, ['driver']],
  ['root called sudo', { env: { SUDO_USER: 'root' } }, []],
  [
    'what lies in no home of an account is not its',
    { files: { '/bin/.config/containers/containers.conf': '', '/nonexistent/.local/share/containers': '' } },
    [],
  ],
])('%s', (_, spec, names) => {
  expect(meant(spec)).toEqual(names);
});

test('the account that inspects itself', () => {
  expect(meant({}, [], { name: 'driver', uid: 1000, gid: 1000, home: '/home/driver' })).toEqual(['driver']);
});

test('those that are named, and nobody else', () => {
  const spec = { files: { '/home/driver/.config/containers': { type: 'directory' } } } as const;
  expect(meant(spec, ['containers'])).toEqual(['containers']);
  expect(meant(spec, ['driver', 'containers'])).toEqual(['containers', 'driver']);
});

test('where nobody may look, an account may run containers', () => {
  expect(meant({ files: { '/proc': { type: 'directory', blocked: 'denied' } } })).toEqual(['bin?', 'nobody?', 'containers?', 'driver?']);
  expect(meant({ files: { '/home/driver/.config': { type: 'directory', blocked: 'denied' } } })).toEqual(['driver?']);
});

test.each<[string, string, HostSpec, string]>([
  ['one of the file', 'driver', {}, 'there'],
  ['none', 'drivre', {}, 'none'],
  ['none, though systemd is asked too', 'drivre', { files: { '/etc/nsswitch.conf': 'passwd: files systemd\n' } }, 'none'],
  [
    'one that a directory service gives',
    'ann',
    { files: { '/etc/nsswitch.conf': 'passwd: files sss\n' }, commands: { 'getent passwd ann': { stdout: 'ann:*:70001:70001::/home/ann:/bin/bash\n' } } },
    'there',
  ],
  ['none, and the service says so', 'ann', { files: { '/etc/nsswitch.conf': 'passwd: files sss\n' }, commands: { 'getent passwd ann': { exit: 2 } } }, 'none'],
  ['a service that gives no answer', 'ann', { files: { '/etc/nsswitch.conf': 'passwd: files sss\n' } }, 'unknown'],
  ['a service that an image cannot ask', 'ann', { kind: 'image', files: { '/etc/nsswitch.conf': 'passwd: files ldap\n' } }, 'unknown'],
  ['one that the next boot makes', 'app', { kind: 'image', files: { '/usr/lib/sysusers.d/app.conf': 'u app - "Apps" /var/lib/app\n' } }, 'unknown'],
  [
    'one of the lower layer',
    'low',
    { files: { '/etc/nsswitch.conf': 'passwd: files altfiles\n', '/usr/lib/passwd': 'low:x:800:800::/var/low:/bin/sh\n' } },
    'there',
  ],
  ['nobody may look', 'driver', { files: { '/etc/passwd': { blocked: 'denied' } } }, 'unknown'],
])('an account by name: %s', (_, name, spec, is) => {
  const found = settle(namedAccount(name), answerer(host(spec)), true);
  expect(found.is === 'unknown' ? 'unknown' : found.entry ? 'there' : 'none').toBe(is);
});
