import { describe, expect, it } from 'vitest';
import { answerer, type HostSpec } from '../../../src/collect/composed/composed.ts';
import type { Account, Ask } from '../../../src/facts/ask.ts';
import { rootAccount } from '../../../src/facts/host/accounts.ts';
import { askPodman, database } from '../../../src/facts/podman/store.ts';
import { settle } from '../../../src/facts/settle.ts';

const driver: Account = { name: 'driver', uid: 1000, gid: 1000, home: '/home/driver' };
const alive = '/run/libpod/alive';
const bolt = '/var/lib/containers/storage/libpod/bolt_state.db';
const own = '/run/user/1000/libpod/tmp';

function asked(as: Account, host: HostSpec): { is: string; ran: boolean } {
  const commands = { 'podman ps': { stdout: 'x' }, 'driver@podman ps': { stdout: 'x' } };
  const answer = answerer({ ...host, commands });
  let ran = false;
  const seen = (ask: Ask) => {
    ran ||= ask.do === 'run' && ask.argv[1] === 'ps';
    return answer(ask);
  };
  return { is: settle(askPodman(['podman', 'ps'], as), seen).is, ran };
}

describe('Podman is asked only where asking it makes nothing new', () => {
  it.each<[string, Account, HostSpec, { is: string; ran: boolean }]>([
    ['used since the boot', rootAccount, { files: { [alive]: '', [bolt]: '' } }, { is: 'got', ran: true }],
    ['with SQLite', rootAccount, { files: { [alive]: '', '/var/lib/containers/storage/db.sql': '' } }, { is: 'got', ran: true }],
    ['never used', rootAccount, { files: {} }, { is: 'unused', ran: false }],
    ['not since the boot', rootAccount, { files: { [bolt]: '' } }, { is: 'unused', ran: false }],
    ['store taken away', rootAccount, { files: { [alive]: '' } }, { is: 'unused', ran: false }],
    ['the mark cannot be seen', rootAccount, { files: { '/run/libpod': { type: 'directory', blocked: 'denied' } } }, { is: 'blocked', ran: false }],
    [
      'the store cannot be seen',
      rootAccount,
      { files: { [alive]: '', '/var/lib/containers/storage': { type: 'directory', blocked: 'denied' } } },
      { is: 'blocked', ran: false },
    ],
    [
      'a user',
      driver,
      { files: { [`${own}/alive`]: '', [`${own}/pause.pid`]: '', '/home/driver/.local/share/containers/storage/db.sql': '' } },
      { is: 'got', ran: true },
    ],
    [
      'a user whose pause process is gone',
      driver,
      { files: { [`${own}/alive`]: '', '/home/driver/.local/share/containers/storage/db.sql': '' } },
      { is: 'unused', ran: false },
    ],
    ["root's marks are not a user's", driver, { files: { [alive]: '', [bolt]: '' } }, { is: 'unused', ran: false }],
    ['an image', rootAccount, { kind: 'image', files: { [bolt]: '' } }, { is: 'blocked', ran: false }],
  ])('%s', (_, as, host, wanted) => expect(asked(as, host)).toEqual(wanted));
});

describe('the database', () => {
  const conf = (root: string) => ({ '/etc/containers/storage.conf': `[storage]\nrunroot = "/run/x"\ngraphroot = "${root}"\n` });
  it.each<[string, HostSpec['files'], string]>([
    ['where storage.conf puts the store', { ...conf('/srv/c'), '/srv/c/db.sql': '' }, 'found'],
    ['nowhere', { ...conf('/srv/c') }, 'none'],
    ['storage.conf does not parse', { '/etc/containers/storage.conf': '[' }, 'unknown'],
  ])('%s', (_, files, wanted) => {
    const commands = { 'podman --version': { stdout: 'podman version 5.4.2\n' } };
    expect(settle(database(rootAccount), answerer({ files: files ?? {}, commands })).is).toBe(wanted);
  });
});
