/** The status file of dpkg, whole and cut off, is read as dpkg reads it. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { versionText } from '../../../src/facts/package-name.ts';
import { damageOf, packagesInStatus } from '../../../src/facts/text/dpkg-status.ts';
import { oracle, tries } from '../../oracles.ts';
import { fc } from '../../property.ts';

const entry = (name: string, status: string, version: string): string =>
  `Package: ${name}\nStatus: ${status}\nMaintainer: x\nArchitecture: amd64\nVersion: ${version}\nDescription: ${name}\n more of it\n .\n`;
const two = `${entry('a', 'install ok installed', '1')}\n${entry('b', 'install ok installed', '2')}`;

const named = (text: string): string[] => packagesInStatus(text).map((p) => `${p.name} ${versionText(p)}`);

test.each<[string, string[]]>([
  ['', []],
  [two, ['a 1', 'b 2']],
  [two.replaceAll('\n', '\r\n'), ['a 1', 'b 2']],
  [two.replaceAll('Status:', 'status:'), ['a 1', 'b 2']],
  [entry('a', 'deinstall ok config-files', '1'), []],
  [entry('a', 'hold ok unpacked', '1'), ['a 1']],
  [entry('a', 'install ok triggers-awaited', '1'), ['a 1']],
  [entry('a', 'install reinstreq half-configured', '1'), ['a 1']],
  [entry('a', 'install ok half-installed', '1'), []],
])('%j', (text, wanted) => {
  expect(named(text)).toEqual(wanted);
  expect(damageOf(text)).toBeUndefined();
});

test.each<[string, string]>([
  [two.slice(0, -5), 'in the middle of a line'],
  [two.slice(0, two.lastIndexOf('Version')), 'no version'],
  ['\u0000'.repeat(5000), 'in the middle of a line'],
  ['x'.repeat(1_000_000), 'in the middle of a line'],
])('%.20j is damaged', (text, why) => {
  expect(damageOf(text)).toContain(why);
});

/** What dpkg-query lists; undefined where it refuses the file. */
function asked(text: string): string[] | undefined {
  const dir = mkdtempSync(join(tmpdir(), 'dpkg-'));
  try {
    for (const d of ['info', 'updates']) mkdirSync(join(dir, d));
    writeFileSync(join(dir, 'status'), text);
    const ran = spawnSync('dpkg-query', [`--admindir=${dir}`, '-W', '-f', '${Package} ${Version} ${db:Status-Status}\n'], { encoding: 'utf8' });
    if (ran.status !== 0 && /error: parsing/.test(ran.stderr)) return undefined;
    return ran.stdout
      .split('\n')
      .filter((l) => l !== '' && !/ (?:config-files|not-installed|half-installed)$/.test(l))
      .map((l) => l.replace(/ \S+$/, ''));
  } finally {
    rmSync(dir, { recursive: true });
  }
}

test('cut off anywhere it is refused where dpkg refuses it', { ...oracle('dpkg'), timeout: 3_600_000 }, () => {
  const status = fc.constantFrom(
    'install ok installed',
    'install ok installed',
    'deinstall ok config-files',
    'hold ok unpacked',
    'install ok half-configured',
    'purge ok not-installed',
  );
  const whole = fc
    .array(fc.tuple(status, fc.constantFrom('1.0-1', '2:3.4+dfsg-5~deb12u1')), { minLength: 1, maxLength: 4 })
    .map((each) => each.map(([s, v], at) => entry(`p${at}`, s, v)).join('\n'));
  fc.assert(
    fc.property(whole, fc.nat(700), fc.boolean(), (text, length, cut) => {
      const given = cut ? text.slice(0, length) : text;
      const told = asked(given);
      if (!cut) expect(damageOf(given)).toBeUndefined();
      if (damageOf(given) !== undefined) return;
      if (told === undefined) expect(named(given)).toEqual([]);
      else expect(named(given).sort()).toEqual([...told].sort());
    }),
    { numRuns: tries(120) },
  );
});
