import { expect, test } from 'vitest';
import { answerer, type FileSpec } from '../../../src/collect/composed/composed.ts';
import { rootAccount } from '../../../src/facts/host/accounts.ts';
import { settle } from '../../../src/facts/settle.ts';
import { kernelModules } from '../../../src/kinds/host/kernel-modules.ts';

type Files = Readonly<Record<string, FileSpec>>;
const learn = (files: Files, ...names: string[]) => settle(kernelModules.learn({ names }, rootAccount), answerer({ files }));
const kernel = { '/proc/sys/kernel/osrelease': '6.1.0-41-amd64\n', '/usr/lib/modules/6.1.0-41-amd64/modules.builtin': 'kernel/net/bridge/br-netfilter.ko\n' };

test('loaded, built in and at boot are there; hyphens and underscores are one', () => {
  const files = { ...kernel, '/proc/modules': 'overlay 1 0 - Live 0x0\n', '/etc/modules-load.d/x.conf': 'ip-tables\n' };
  expect(learn(files, 'overlay', 'br_netfilter', 'ip_tables', 'nf_tables')).toMatchObject({ value: { missing: ['nf_tables'] } });
});

test('what is surely missing is told beside what cannot be', () => {
  const files = { '/proc/sys/kernel/osrelease': '6.1.0-41-amd64\n', '/proc/modules': 'overlay 1 0 - Live 0x0\n' };
  const fact = learn(files, 'overlay', 'tun');
  expect(fact.is === 'known' && [...fact.gaps.keys()]).toEqual(['missing', 'unavailable', 'unloadable']);
});
