import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { packageRoot } from '../../../src/cli/paths.ts';
import { rootAccount } from '../../../src/facts/host/accounts.ts';
import { met, metInWords, tidyPath } from '../../../src/facts/host/path-list.ts';
import { loadRule } from '../../../src/rules/text/load.ts';
import { fc } from '../../property.ts';

const driver = { name: 'driver', uid: 1000, gid: 1000, home: '/home/driver' };

it('tidies', () => expect(['/a//b/./../c/', '/../..', '/var/run/x', '/var/runner'].map(tidyPath)).toEqual(['/a/c', '/', '/run/x', '/var/runner']));

describe('an entry', () => {
  it.each<[string, string, string | undefined]>([
    ['/etc', '/etc', '/etc'],
    ['/', '/etc', '/ (holds /etc)'],
    ['/etc/ssh', '/etc', undefined],
    ['/etc/ssh', '/etc/**', '/etc/ssh (lies in /etc)'],
    ['/etcetera', '/etc/**', undefined],
    ['/srv/../etc', '/etc', '/etc'],
    ['/run/user/1000/podman', '/run/user/*/podman', '/run/user/1000/podman'],
    ['/run/user', '/run/user/*/podman', '/run/user (holds /run/user/*/podman)'],
    ['/var/run', '/run/docker.sock', '/run (holds /run/docker.sock)'],
    ['/srv/docker.sock', '**/docker.sock', '/srv/docker.sock'],
    ['docker.sock', '**/docker.sock', 'docker.sock'],
    ['/srv', '**/docker.sock', undefined],
    ['etc', '/etc', undefined],
    ['/home/driver', '~', '/home/driver'],
    ['/home/driver/data', '~', undefined],
    ['/home', '~', '/home (holds /home/driver)'],
    ['/run/user/1000', '/run/user/{uid}/bus', '/run/user/1000 (holds /run/user/1000/bus)'],
    ['/run/user/1001', '/run/user/{uid}/bus', undefined],
    ['/srv/a[1]', '/srv/a[1]', '/srv/a[1]'],
  ])('%s meets %s: %s', (path, entry, wanted) => {
    const found = met(path, [entry], driver);
    expect(found && metInWords(path, found)).toBe(wanted);
  });
  it('with {uid} is none of root', () => expect(met('/run/user/0', ['/run/user/{uid}/bus'], rootAccount)).toBeUndefined());
  it('that is the path comes before one that is held', () =>
    expect(met('/run', ['/run/docker.sock', '/run', '/run/x'], rootAccount)).toEqual({ how: 'is', entry: '/run' }));
});

it('meets what the words of both paths say, whatever they are', () => {
  const path = fc.array(fc.constantFrom('a', 'b', 'var', 'run', '.x'), { maxLength: 4 }).map((names) => `/${names.join('/')}`);
  // Independent of the code: /var/run is /run, and a directory holds what begins with it and a slash.
  const plain = (p: string): string => `${p.replace(/^\/var\/run(?=\/|$)/, '/run')}/`.replace(/^\/\/$/, '/');
  fc.assert(
    fc.property(path, path, fc.boolean(), (own, entry, below) => {
      const [mine, listed] = [plain(own), plain(entry)];
      const how = mine === listed ? 'is' : listed.startsWith(mine) ? 'holds' : below && mine.startsWith(listed) ? 'lies in' : undefined;
      expect(met(own, [below ? `${entry === '/' ? '' : entry}/**` : entry], rootAccount)?.how).toBe(how);
    }),
  );
});

describe('what quadlet.host-mounts lists by default', () => {
  const file = join(packageRoot, 'rules/quadlet/host-mounts.yaml');
  const params = loadRule(file, readFileSync(file, 'utf8')).rule?.params ?? {};
  const listed = (name: string): readonly string[] => params[name]?.default as readonly string[];
  const level = (path: string, readOnly: boolean, as: typeof driver): 'fail' | 'warn' | undefined => {
    const writable = (name: string): boolean => !readOnly && met(path, listed(name), as) !== undefined;
    return met(path, listed('paths'), as) || writable('read-only') ? 'fail' : writable('shared') ? 'warn' : undefined;
  };
  it.each<[string, 'fail' | 'warn' | undefined, boolean?]>([
    ['/', 'fail', true],
    ['/etc', 'fail', true],
    ['/etc/shadow', 'fail', true],
    ['/etc/ssh/ssh_host_key', 'fail', true],
    ['/etc/web.conf', 'warn'],
    ['/etc/localtime', undefined, true],
    ['/root/.ssh', 'fail', true],
    ['/boot', 'fail', true],
    ['/boot/grub', 'fail', true],
    ['/dev', 'fail', true],
    ['/dev/dri', undefined],
    ['/proc', 'fail', true],
    ['/proc/sys', 'fail'],
    ['/sys', 'fail'],
    ['/sys', undefined, true],
    ['/run', 'fail', true],
    ['/var/run/docker.sock', 'fail', true],
    ['/run/dbus', 'fail', true],
    ['/var', 'fail', true],
    ['/var/lib', 'fail', true],
    ['/var/lib/rancher/k3s', 'fail', true],
    ['/var/lib/containers/storage', 'fail', true],
    ['/var/lib/web', undefined],
    ['/tmp', 'warn'],
    ['/tmp', undefined, true],
    ['/var/tmp', 'warn'],
    ['/srv', undefined],
    ['/srv/../../etc/.', 'fail', true],
    ['/rooted', undefined],
  ])('%s is %s', (path, wanted, readOnly = false) => expect(level(path, readOnly, rootAccount)).toBe(wanted));
  it("knows a user's own", () =>
    expect(['/home/driver', '/home/driver/.local/share/containers', '/run/user/1000', '/home/driver/data'].map((path) => level(path, true, driver))).toEqual([
      'fail',
      'fail',
      'fail',
      undefined,
    ]));
});
