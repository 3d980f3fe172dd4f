/** Names of units: what systemd takes for an instance. */
import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { parseUnitName } from '../../../src/facts/systemd/names.ts';
import { oracle, tries } from '../../oracles.ts';
import { fc } from '../../property.ts';

/** Whether it is the name of an instance. */
const taken = (name: string): boolean => {
  const { stdout, stderr } = spawnSync('systemd-escape', ['--unescape', '--instance', '--', name], { encoding: 'utf8' });
  return stdout !== '' && stderr === '';
};

test('an instance is what systemd-escape takes out of the name', { ...oracle('systemctl'), timeout: 3_600_000 }, () => {
  const part = fc.constantFrom('a', 'a-b', 'a\\x2db', 'A:1', '.x', '', 'a b', 'ä', 'a/b', 'a+b', '@', 'x@y');
  const name = fc
    .tuple(part, part, fc.constantFrom('.service', '.socket', '.mount', '.timer', '.slice', '.unit', '', '.services'))
    .map(([a, b, type]) => `${a}@${b}${type}`);
  fc.assert(
    fc.property(name, (n) => {
      const own = parseUnitName(n);
      expect(own?.instance !== undefined && own.instance !== '').toBe(taken(n));
    }),
    { numRuns: tries(100) },
  );
});
