import { expect, test } from 'vitest';
import { readPacks } from '../../src/cli/pack-files.ts';
import { shippedRules } from '../../src/cli/paths.ts';
import { superset } from '../../src/cli/superset.ts';

/** These make nothing, wherever they run: the first reads no file, the second reads two. */
const harmless = new Set(['podman --version', 'podman system connection list --format json']);

test('a capture script asks Podman only where it ran before, or on a Mac, as the kinds that ask it declare', () => {
  const patterns = superset(readPacks([shippedRules]).pack, { byName: true, wants: () => true, params: [] }, true);
  const asked = patterns.filter((p) => p.do === 'run' && 'argv' in p && p.argv[0] === 'podman' && !harmless.has(p.argv.join(' ')));
  expect(asked.length).toBeGreaterThan(20);
  expect(asked.filter((p) => !('ifThere' in p) || (p.ifThere?.length ?? 0) === 0)).toEqual([]);
});
