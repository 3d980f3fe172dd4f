import { expect, test } from 'vitest';
import { answerer, type FileSpec } from '../../../src/collect/composed/composed.ts';
import { rootAccount } from '../../../src/facts/host/accounts.ts';
import { settle } from '../../../src/facts/settle.ts';
import { k3sState } from '../../../src/kinds/k3s/k3s-state.ts';

const unit = { '/etc/systemd/system/k3s.service': '[Service]\nExecStart=/usr/local/bin/k3s server\n' };
const learn = (files: Readonly<Record<string, FileSpec>>, except: readonly string[] = []) =>
  settle(k3sState.learn({ below: 'server/manifests', except }, rootAccount), answerer({ files }));

const manifests = '/var/lib/rancher/k3s/server/manifests';
const filled: Readonly<Record<string, FileSpec>> = {
  ...unit,
  [manifests]: { type: 'directory', mode: '0700' },
  [`${manifests}/a.yaml`]: { content: 'a', mode: '0640', owner: '7:7' },
  [`${manifests}/b.yaml`]: { link: '/nowhere' },
  [`${manifests}/.hidden`]: '',
};

test('what lies in the directory, with what each leads to', () => {
  expect(learn(filled)).toMatchObject({
    is: 'known',
    value: {
      path: manifests,
      mode: 0o700,
      entries: [
        { name: 'a.yaml', type: 'file', mode: 0o640, uid: 7, size: 1 },
        { name: 'b.yaml', path: `${manifests}/b.yaml` },
      ],
    },
  });
});

test('names may be left out', () => {
  expect(learn(filled, ['a.yaml'])).toMatchObject({ value: { entries: [{ name: 'b.yaml' }] } });
});

test('the data directory is followed, from above', () => {
  const moved = { ...unit, '/etc/rancher/k3s/config.yaml': 'data-dir: /data/k3s/\n' };
  expect(learn({ ...moved, '/data/k3s/server/manifests/a.yaml': '' })).toMatchObject({
    value: { path: '/data/k3s/server/manifests', entries: [{ name: 'a.yaml' }] },
  });
  expect(learn({ ...moved, '/data/k3s/server/token': '' })).toMatchObject({ is: 'known', exists: false });
});

test('no directory is none, a closed one unknown', () => {
  expect(learn(unit)).toMatchObject({ is: 'known', exists: false });
  expect(learn({ ...unit, [manifests]: { type: 'directory', blocked: 'denied' } })).toMatchObject({ is: 'unknown', why: 'denied' });
});
