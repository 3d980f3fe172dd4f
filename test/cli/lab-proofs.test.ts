/** Which remedies count as shown to heal on a booted host. */
import { describe, expect, test } from 'vitest';
import { type Carried, labProofs, remedyDigest } from '../../src/cli/lab-proofs.ts';
import { packFiles } from '../../src/cli/pack-files.ts';
import { shippedRules } from '../../src/cli/paths.ts';
import { loadPack } from '../../src/rules/text/load-pack.ts';

const { rules } = loadPack(packFiles(shippedRules), 'rules');
const [one, other] = rules.filter(({ id }) => ['cgroup.delegate.configured', 'rootless.linger'].includes(id));
if (!one || !other) throw new Error('the rules of this test are gone');

const carried = (outcome: Carried['outcome'], remedy = remedyDigest(one), state = 'a'): Carried => ({
  rule: one.id,
  suite: 'trixie',
  state,
  subject: '-',
  outcome,
  remedy,
});

describe('a remedy is proven', () => {
  test.each<[string, Carried[], string[], string[]]>([
    ['where nothing was carried out: none', [], [], []],
    ['where it healed', [carried('healed')], [one.id], []],
    ['not where one failure stayed', [carried('healed'), carried('not healed', undefined, 'b')], [], []],
    ['also where another failure wants a person', [carried('healed'), carried('by hand', undefined, 'b')], [one.id], []],
    ['not by hand alone', [carried('by hand')], [], []],
    ['not where it was another remedy', [carried('healed', '0000')], [], [one.id]],
    ['where an older one did not heal, and this one does', [carried('not healed', '0000'), carried('healed', undefined, 'b')], [one.id], []],
  ])('%s', (_, all, proven, changed) => expect(labProofs([one, other], all)).toEqual({ proven, changed }));
});

test('a remedy is the same wherever it stands in its file, and two are not', () => {
  const moved = { ...one, remedy: JSON.parse(JSON.stringify(one.remedy).replaceAll(/"line":\d+/g, '"line":9999')) as typeof one.remedy };
  expect(remedyDigest(moved)).toBe(remedyDigest(one));
  expect(remedyDigest(other)).not.toBe(remedyDigest(one));
});
