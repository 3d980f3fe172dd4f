import { expect, test } from 'vitest';
import { answerer } from '../../../src/collect/composed/composed.ts';
import { ipv4Table, ipv6Table, isPublic, ownAddresses } from '../../../src/facts/host/own-addresses.ts';
import { settle } from '../../../src/facts/settle.ts';

const trie = `Main:
  +-- 0.0.0.0/0 3 0 5
     |-- 0.0.0.0
        /0 universe UNICAST
     +-- 127.0.0.0/8 2 0 2
        |-- 127.0.0.1
           /32 host LOCAL
     |-- 192.168.7.255
        /32 link BROADCAST
     |-- 192.168.7.2
        /32 host LOCAL
Local:
     |-- 192.168.7.2
        /32 host LOCAL
`;

test('the addresses of both tables, each once', () => {
  const files = { [ipv4Table]: trie, [ipv6Table]: '00000000000000000000000000000001 01 80 10 80       lo\n' };
  expect(settle(ownAddresses(), answerer({ files }))).toEqual([
    { address: '127.0.0.1', path: ipv4Table },
    { address: '192.168.7.2', path: ipv4Table },
    { address: '0:0:0:0:0:0:0:1', path: ipv6Table },
  ]);
});

test('a table that may not be read is unknown', () => {
  expect(settle(ownAddresses(), answerer({ files: { [ipv4Table]: { content: '', blocked: 'denied' } } }))).toMatchObject({ is: 'unknown', why: 'denied' });
});

test.each([
  ['10.0.0.1', false],
  ['172.15.0.1', true],
  ['172.16.0.1', false],
  ['172.32.0.1', true],
  ['192.168.0.1', false],
  ['100.64.0.1', false],
  ['100.128.0.1', true],
  ['203.0.113.7', false],
  ['224.0.0.1', false],
  ['223.0.0.1', true],
  ['fe80:0:0:0:0:0:0:1', false],
  ['fd00:42:0:0:0:0:0:1', false],
  ['2001:db8:0:0:0:0:0:1', false],
  ['2a01:0:0:0:0:0:0:1', true],
  ['name.example', false],
])('%s is public: %s', (address, wanted) => {
  expect(isPublic(address)).toBe(wanted);
});
