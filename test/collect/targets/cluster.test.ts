import { expect, test } from 'vitest';
import { askingCluster } from '../../../src/collect/targets/cluster.ts';
import type { Ask } from '../../../src/facts/ask.ts';
import { clusterCommand } from '../../../src/facts/cluster.ts';

const cluster: Ask = { do: 'run', argv: clusterCommand('pods') };
const other: Ask = { do: 'run', argv: ['k3s', '--version'] };

/** A target that says what it was asked. */
function telling() {
  const asked: Ask[] = [];
  const target = {
    answer: (asks: readonly Ask[]) => {
      asked.push(...asks);
      return Promise.resolve(asks.map(() => ({ is: 'absent' as const })));
    },
  };
  return { asked, target };
}

test('without the flag no question goes to the cluster, and all others do', async () => {
  const { asked, target } = telling();
  const answers = await askingCluster(target, false).answer([other, cluster, other]);
  expect(answers.map(({ is }) => is)).toEqual(['absent', 'blocked', 'absent']);
  expect(asked).toEqual([other, other]);
});

test('a round of nothing else is not put at all', async () => {
  const { asked, target } = telling();
  await askingCluster(target, undefined).answer([cluster]);
  expect(asked).toEqual([]);
});

test('with the flag it is asked', async () => {
  const { asked, target } = telling();
  await askingCluster(target, true).answer([cluster]);
  expect(asked).toEqual([cluster]);
});
