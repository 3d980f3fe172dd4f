import { expect, test } from 'vitest';
import { answerer } from '../../../src/collect/composed/composed.ts';
import { rootAccount } from '../../../src/facts/host/accounts.ts';
import { settle } from '../../../src/facts/settle.ts';
import { vxlanAddress } from '../../../src/kinds/host/vxlan-address.ts';

const learn = (k3s: string, systemd = '247.3') =>
  settle(
    vxlanAddress.learn({}, rootAccount),
    answerer({
      files: {
        '/usr/local/bin/k3s': { mode: '0755' },
        '/etc/systemd/system/k3s.service': '[Service]\nExecStart=/usr/local/bin/k3s server\n',
        '/usr/lib/systemd/network/99-default.link': '[Match]\nOriginalName=*\n[Link]\nMACAddressPolicy=persistent\n',
      },
      commands: {
        'k3s --version': { stdout: `k3s version v${k3s}+k3s1 (abcdef12)\n` },
        'systemctl --version': { stdout: `systemd ${systemd}\n` },
      },
    }),
  );

test.each<[string, boolean | undefined]>([
  ['1.17.17', false],
  ['1.19.15', false],
  ['1.19.16', undefined],
  ['1.20.11', false],
  ['1.20.12', true],
  ['1.21.5', false],
  ['1.21.6', undefined],
  ['1.21.7', true],
  ['1.22.2', false],
  ['1.22.3', undefined],
  ['1.22.4', true],
  ['1.23.0', true],
  ['1.36.1', true],
])('whether flannel of K3s %s sets the address', (release, setByFlannel) => {
  const fact = learn(release);
  expect(fact).toMatchObject({ is: 'known', exists: true, value: setByFlannel === undefined ? {} : { setByFlannel } });
  expect(fact.is === 'known' && fact.gaps.has('setByFlannel')).toBe(setByFlannel === undefined);
});

test('the rest is learnt where it does not', () => {
  expect(learn('1.20.11')).toMatchObject({ value: { backend: 'vxlan', systemd: '247', how: 'MACAddressPolicy=persistent' } });
  expect(learn('1.20.12')).toMatchObject({ value: { release: '1.20.12+k3s1', setByFlannel: true } });
});
