import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { goBool, goCidr, goInt, overlap, written } from '../../../src/facts/k3s/go.ts';
import { cidrProblem, judge } from '../../../src/facts/k3s/rootless-settings.ts';
import { oracle } from '../../oracles.ts';

test.each<[string, boolean | undefined]>([
  ...['1', 't', 'T', 'TRUE', 'true', 'True'].map((s): [string, boolean] => [s, true]),
  ...['0', 'f', 'F', 'FALSE', 'false', 'False'].map((s): [string, boolean] => [s, false]),
  ...['yes', 'no', 'on', 'off', 'tRUE', ' true', '', '2'].map((s): [string, undefined] => [s, undefined]),
])('ParseBool %j', (text, wanted) => expect(goBool(text)).toBe(wanted));

test.each<[string, number | undefined]>([
  ['1500', 1500],
  ['+1500', 1500],
  ['-1', -1],
  ['007', 7],
  ['0x10', undefined],
  ['1_500', undefined],
  [' 1', undefined],
  ['1500 ', undefined],
  ['', undefined],
  ['9223372036854775808', undefined],
])('ParseInt %j', (text, wanted) => expect(goInt(text)).toBe(wanted));

test.each<[string, string | undefined]>([
  ['10.41.0.0/16', '10.41.0.0/16'],
  ['10.41.0.1/16', '10.41.0.0/16'],
  ['010.41.0.0/16', undefined],
  ['10.41.0.0', undefined],
  ['10.41.0/16', undefined],
  ['10.41.0.0/33', undefined],
  ['10.41.0.0/016', '10.41.0.0/16'],
  ['256.0.0.0/8', undefined],
  [' 10.41.0.0/16', undefined],
  ['128.0.0.0/1', '128.0.0.0/1'],
  ['0.0.0.0/0', '0.0.0.0/0'],
])('ParseCIDR %j', (text, wanted) => {
  const network = goCidr(text);
  expect(network && written(network)).toBe(wanted);
});

test('networks overlap when one holds the other', () => {
  const of = (text: string) => goCidr(text) ?? { address: 0, network: 0, prefix: 0 };
  expect(overlap(of('10.41.0.0/16'), of('10.42.0.0/16'))).toBe(false);
  expect(overlap(of('10.0.0.0/8'), of('10.42.0.0/16'))).toBe(true);
  expect(overlap(of('10.42.128.0/24'), of('10.42.0.0/16'))).toBe(true);
});

describe('what K3s makes of a value', () => {
  test.each<[Parameters<typeof judge>[0], string | undefined, object]>([
    ['mtu', undefined, { set: false, accepted: true, effective: 65520 }],
    ['mtu', '', { set: false, accepted: true, effective: 65520 }],
    ['mtu', '1500', { wellFormed: true, accepted: true, effective: 1500 }],
    ['mtu', '0', { wellFormed: true, accepted: true, effective: 65520 }],
    ['mtu', '-1', { accepted: false }],
    ['mtu', '65521', { accepted: true, effective: 65521 }],
    ['mtu', '65522', { accepted: false }],
    ['mtu', 'auto', { wellFormed: false, accepted: true, effective: 65520 }],
    ['enableIpv6', 'yes', { wellFormed: false, accepted: true }],
    ['enableIpv6', 'T', { wellFormed: true, effective: true }],
    ['portDriver', 'SlirP4NetNS', { wellFormed: true, effective: 'slirp4netns' }],
    ['portDriver', 'implicit', { wellFormed: false, effective: 'builtin' }],
    ['disableHostLoopback', undefined, { set: false, effective: true }],
    ['disableHostLoopback', 'no', { wellFormed: false, effective: true }],
    ['disableHostLoopback', 'F', { wellFormed: true, effective: false }],
  ])('%s=%j', (name, text, wanted) => expect(judge(name, text)).toMatchObject(wanted));
});

/** slirp4netns checks its options before it looks for the process, so a process that is not there shows what it accepts. */
const accepts = (...option: string[]): boolean => {
  const said = spawnSync('slirp4netns', [...option, '4194305', 'tap0'], { encoding: 'utf8', timeout: 5000 });
  return said.stderr.includes('No such file or directory');
};

describe('slirp4netns agrees', oracle('slirp4netns'), () => {
  test.each([
    '10.41.0.0/16',
    '10.41.0.1/16',
    '10.41.0.0/25',
    '10.41.0.0/26',
    '10.41.0.128/25',
    '0.0.0.0/1',
    '0.0.0.0/0',
    '10.0.0.0/8',
    '10.41.0.0/8',
    'fd00::/64',
    '10.41.0.0',
    'x',
  ])('on the network %s', (cidr) => {
    expect(cidrProblem(cidr) === undefined).toBe(accepts('--cidr', cidr));
  });
  test.each(['1', '1500', '65520', '65521', '65522', '-1', '99999999999'])('on the MTU %s', (mtu) => {
    expect(judge('mtu', mtu).accepted).toBe(accepts('--mtu', mtu));
  });
});
