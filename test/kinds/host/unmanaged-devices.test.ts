import { expect, test } from 'vitest';
import { answerer, type FileSpec } from '../../../src/collect/composed/composed.ts';
import { rootAccount } from '../../../src/facts/host/accounts.ts';
import { settle } from '../../../src/facts/settle.ts';
import { unmanagedDevices } from '../../../src/kinds/host/unmanaged-devices.ts';

const unit = '/usr/lib/systemd/system/NetworkManager.service';
const enabled: Readonly<Record<string, FileSpec>> = {
  [unit]: '[Service]\nExecStart=/usr/sbin/NetworkManager\n[Install]\nWantedBy=multi-user.target\n',
  '/etc/systemd/system/multi-user.target.wants/NetworkManager.service': { link: unit },
};
const learn = (files: Readonly<Record<string, FileSpec>>) => settle(unmanagedDevices.learn({}, rootAccount), answerer({ files }));
const conf = (text: string) => learn({ ...enabled, '/etc/NetworkManager/conf.d/a.conf': text });

test.each([
  ['interface-name:cni0;interface-name:flannel.1', []],
  ['interface-name:cni?, interface-name:~flannel*', []],
  ['interface-name:=cni0;type:vxlan', []],
  ['interface-name:=cni?', ['cni0', 'flannel.1']],
  ['cni0;flannel.1', []],
  ['cni?;mac:00:22:68:1c:59:b1', ['cni0', 'flannel.1']],
  ['*', []],
  ['*;except:interface-name:cni0', ['cni0']],
  ['except:type:bridge', ['cni0']],
  ['', ['cni0', 'flannel.1']],
])('unmanaged-devices=%s', (list, managed) => {
  expect(conf(`[keyfile]\nunmanaged-devices=${list}\n`)).toMatchObject({ is: 'known', value: { managed } });
});

test('a comment, another section and another key say nothing', () => {
  for (const text of ['[keyfile]\n#unmanaged-devices=*\n', '[main]\nunmanaged-devices=*\n', '[keyfile]\nno-unmanaged-devices=*\n', '[device]\nmanaged=1\n'])
    expect(conf(text)).toMatchObject({ value: { managed: ['cni0', 'flannel.1'] } });
  expect(conf('[device]\nmanaged=0\n')).toMatchObject({ value: { managed: [] } });
});

test('not enabled is not there; a file that may not be read is unknown', () => {
  expect(learn({})).toMatchObject({ is: 'known', exists: false });
  expect(learn({ ...enabled, '/etc/NetworkManager/NetworkManager.conf': { blocked: 'denied' } })).toMatchObject({ is: 'unknown', why: 'denied' });
});
