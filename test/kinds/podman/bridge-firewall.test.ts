import { expect, test } from 'vitest';
import { answerer, type FileSpec } from '../../../src/collect/composed/composed.ts';
import { rootAccount } from '../../../src/facts/host/accounts.ts';
import { settle } from '../../../src/facts/settle.ts';
import { bridgeFirewall } from '../../../src/kinds/podman/bridge-firewall.ts';

type Files = Readonly<Record<string, FileSpec>>;
const learn = (files: Files, stdout?: string) =>
  settle(
    bridgeFirewall.learn({ dnsAlways: true }, rootAccount),
    answerer({ files, ...(stdout === undefined ? {} : { commands: { 'nft list ruleset': { stdout } } }) }),
  );
const drops = 'table inet x {\n chain input {\n  type filter hook input priority 0; policy drop;\n }\n}\n';
const there = { '/sys/module/nf_tables': { type: 'directory' } } as const;

test('what is in force decides before what the boot loads', () => {
  const files = { ...there, '/etc/nftables.conf': drops, '/etc/systemd/system/sysinit.target.wants/nftables.service': { link: '/x' } };
  expect(learn(files, drops.replace('policy drop', 'policy accept'))).toMatchObject({ value: { needed: true, drops: false } });
  expect(learn({ '/etc/nftables.conf': drops, '/etc/systemd/system/sysinit.target.wants/nftables.service': { link: '/x' } })).toMatchObject({
    value: { drops: true, by: 'the chain input of the table inet x' },
  });
});

test('rules that no program shows are unknown', () => {
  const fact = learn(there);
  expect(fact.is === 'known' && fact.gaps.get('drops')?.said).toMatch(/nft that would show them is not there/);
});
