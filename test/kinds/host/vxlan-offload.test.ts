import { expect, test } from 'vitest';
import { answerer, type FileSpec } from '../../../src/collect/composed/composed.ts';
import { rootAccount } from '../../../src/facts/host/accounts.ts';
import { settle } from '../../../src/facts/settle.ts';
import { vxlanOffload } from '../../../src/kinds/host/vxlan-offload.ts';

const learn = (driver: string, features?: string) => {
  const files: Readonly<Record<string, FileSpec>> = {
    '/usr/local/bin/k3s': { mode: '0755' },
    '/etc/systemd/system/k3s.service': '[Service]\nExecStart=/usr/local/bin/k3s server\n',
    '/sys/class/net/flannel.1': { type: 'directory' },
    '/sys/class/net/eth0/device/driver': { link: `../../bus/pci/drivers/${driver}` },
    '/proc/net/route': 'Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\neth0\t00000000\t0100000A\t0003\t0\t0\t0\t00000000\n',
  };
  const commands = {
    'k3s --version': { stdout: 'k3s version v1.33.6+k3s1 (abcdef12)\n' },
    ...(features ? { 'ethtool -k flannel.1': { stdout: features } } : {}),
  };
  return settle(vxlanOffload.learn({}, rootAccount), answerer({ files, commands }));
};

test('the driver of the card, and what flannel.1 leaves to it', () => {
  expect(learn('virtio_net')).toMatchObject({ is: 'known', value: { cards: [] } });
  expect(learn('vmxnet3', 'Features:\n\ttx-checksum-ip-generic: on\n')).toMatchObject({ value: { cards: ['eth0'], checksums: 'on' } });
  expect(learn('vmxnet3', 'tx-checksum-ip-generic: off [fixed]\n')).toMatchObject({ value: { checksums: 'off' } });
  const silent = learn('vmxnet3');
  expect(silent.is === 'known' && silent.gaps.get('checksums')).toMatchObject({ why: 'failed' });
});
