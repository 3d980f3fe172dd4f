/** Files of hosts that no program can use: no pass rests on one, nothing crashes, and every failure shows its place. */
import { describe, expect, test } from 'vitest';
import { hostNamed } from '../../src/cli/hosts.ts';
import { form } from '../laws/form.ts';
import { filesOf, type How, rules, ways, wrongWith } from './unusable-host.ts';

const few = ['debian-12-hardened', 'alpine-3.22'];
const others = [
  'openwrt-24.10',
  'yocto-5.0-sysvinit',
  'fedora-coreos-43',
  'sle-15-sp6',
  'sle-16',
  'sle-micro-5.5',
  'sl-micro-6.0',
  'sl-micro-6.2',
  'suse-micro-vehicle',
];
const all = Object.keys(ways) as How[];

test('the rules are those of hosts', () => {
  expect(rules.length).toBeGreaterThan(100);
});

describe.each(form === 'full' ? [...few, ...others] : few)('%s', (name) => {
  test('no verdict rests on a file that no program can use', () => {
    const host = hostNamed(name);
    if (!host) throw new Error(`there is no fixtures/hosts/${name}.yaml`);
    const on = { host, trial: { params: {} } };
    const files = filesOf(on);
    expect(files.length).toBeGreaterThan(9);
    // In short each file meets one of the ways.
    const wrong = files.flatMap((file, at) => all.filter((_, n) => form === 'full' || n === at % all.length).flatMap((how) => [...wrongWith(on, file, how)]));
    expect(wrong).toEqual([]);
  }, 600_000);
});
