import { expect, test } from 'vitest';
import { answerer, type FileSpec } from '../../../src/collect/composed/composed.ts';
import { rootAccount } from '../../../src/facts/host/accounts.ts';
import { settle } from '../../../src/facts/settle.ts';
import { k3sSwap } from '../../../src/kinds/k3s/k3s-swap.ts';

const learn = (files: Readonly<Record<string, FileSpec>>) => settle(k3sSwap.learn({}, rootAccount), answerer({ files }));
const table = (...names: string[]): string => `Filename\tType\tSize\tUsed\tPriority\n${names.map((n) => `${n}  partition 100 0 -2\n`).join('')}`;

test.each([
  ['none', { '/proc/swaps': table() }, [], []],
  ['in use', { '/proc/swaps': table('/dev/sda2', '/dev/zram0') }, ['/dev/sda2', '/dev/zram0'], []],
  ['of fstab', { '/proc/swaps': table(), '/etc/fstab': 'LABEL=s swap swap defaults 0 0\n/x none swap noauto\n# /y none swap sw\n' }, [], ['LABEL=s']],
  ['zram-generator', { '/usr/lib/systemd/zram-generator.conf': '[zram0]\n' }, [], ['zram']],
  ['zram-generator that is switched off', { '/usr/lib/systemd/zram-generator.conf': '[zram0]\n', '/etc/systemd/zram-generator.conf': '' }, [], []],
])('%s', (_, files, on, boot) => {
  const fact = learn(files as Readonly<Record<string, FileSpec>>);
  expect(fact).toMatchObject({ is: 'known', value: { on, boot: boot.map((name) => ({ name })), refuses: false } });
});

test('a table that may not be read is unknown', () => {
  expect(learn({ '/proc/swaps': { content: table(), blocked: 'denied' } })).toMatchObject({ is: 'unknown', why: 'denied' });
});
