import { expect, test } from 'vitest';
import { answerer, type FileSpec } from '../../../src/collect/composed/composed.ts';
import { rootAccount } from '../../../src/facts/host/accounts.ts';
import { settle } from '../../../src/facts/settle.ts';
import { k3sService } from '../../../src/kinds/k3s/k3s-service.ts';

const learn = (files: Readonly<Record<string, FileSpec>>) => settle(k3sService.learn({}, rootAccount), answerer({ files }));
const path = '/etc/systemd/system/k3s-lab.service';
const unit = { [path]: '[Service]\nExecStart=/usr/local/bin/k3s agent\nLimitCORE=infinity\n' };

test('a unit with a name of its own, and its drop-ins', () => {
  const fact = learn({ ...unit, [`${path}.d/a.conf`]: '[Service]\nUMask=0027\nLimitCORE=0\n' });
  expect(fact).toMatchObject({ is: 'known', value: { unit: 'k3s-lab.service', umask: 0o027, core: '0' } });
  expect(fact.is === 'known' && fact.where.get('umask')?.[0]).toMatchObject({ path: `${path}.d/a.conf`, line: 2 });
});

test('without UMask= it is that of systemd', () => {
  expect(learn(unit)).toMatchObject({ value: { umask: 0o022, core: 'infinity' } });
});

test('no service is none', () => {
  expect(learn({})).toMatchObject({ is: 'known', exists: false });
});
