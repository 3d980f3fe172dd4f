/** A host whose packages are written down. */
import { expect, test } from 'vitest';
import { answerer, type HostSpec, overlay } from '../../../src/collect/composed/composed.ts';
import { rootAccount } from '../../../src/facts/host/accounts.ts';
import { packageVersion } from '../../../src/facts/host/package-version.ts';
import { settle } from '../../../src/facts/settle.ts';
import { packages } from '../../../src/kinds/host/packages.ts';

const learn = (host: HostSpec) => settle(packages.learn({}, rootAccount), answerer(host));
const podman = (host: HostSpec) => settle(packageVersion(['podman'], ['podman']), answerer(host));
const suse: HostSpec = { packages: { rpm: ['podman 5:4.9.5-150500.3.40.1.x86_64', 'rpm 4.14.3', 'base-files 1-2.noarch'] } };

test('are what its database lists', () => {
  expect(learn(suse)).toMatchObject({
    is: 'known',
    value: {
      database: 'rpm',
      each: {
        podman: [{ epoch: '5', version: '4.9.5', release: '150500.3.40.1', arch: 'x86_64' }],
        rpm: [{ epoch: '', version: '4.14.3', release: '', arch: '' }],
        'base-files': [{ version: '1', release: '2', arch: 'noarch' }],
      },
    },
  });
  expect(learn({ packages: { dpkg: ['podman 5:4.3.1+ds1-8+deb12u1.amd64'] } })).toMatchObject({
    value: { database: 'dpkg', each: { podman: [{ epoch: '5', version: '4.3.1+ds1', release: '8+deb12u1', arch: 'amd64' }] } },
  });
  expect(learn({ packages: { rpm: [] } })).toMatchObject({ is: 'known', exists: true, value: { each: {} } });
  expect(learn({})).toMatchObject({ is: 'known', exists: false });
});

test('tell the version of one, on an image too', () => {
  expect(podman(suse)).toMatchObject({ is: 'known', version: '4.9.5', database: 'rpm' });
  expect(podman({ ...suse, kind: 'image' })).toMatchObject({ is: 'known', version: '4.9.5' });
  expect(podman({ packages: { dpkg: ['podman 4.3.1+ds1-8'] } })).toMatchObject({ is: 'known', version: '4.3.1+ds1', database: 'dpkg' });
  expect(podman({ packages: { rpm: ['bash 1-1'] } })).toMatchObject({ is: 'absent' });
  expect(podman({ packages: { rpm: ['podman 4.10.0-1', 'podman 4.9.0-1'] } })).toMatchObject({ version: '4.10.0' });
});

test('a database that may not be read is unknown', () => {
  expect(learn({ ...suse, files: { '/usr/lib/sysimage/rpm': { type: 'directory', blocked: 'denied' } } })).toMatchObject({ is: 'unknown', why: 'denied' });
  expect(learn({ ...suse, files: { '/usr/lib/sysimage/rpm/rpmdb.sqlite': { blocked: 'denied' } } })).toMatchObject({ is: 'unknown', why: 'denied' });
});

test('a change replaces a database, also one that stands in files', () => {
  const debian: HostSpec = { files: { '/var/lib/dpkg/status': 'Package: a\nStatus: install ok installed\nVersion: 1\n' } };
  expect(podman(overlay(debian, { packages: { dpkg: ['podman 1-1'] } }))).toMatchObject({ is: 'known', version: '1' });
  expect(learn(overlay(debian, { packages: { dpkg: null } }))).toMatchObject({ exists: false });
  expect(learn(overlay(suse, { packages: { rpm: null } }))).toMatchObject({ exists: false });
  expect(learn(overlay(suse, {}))).toMatchObject({ exists: true });
});
