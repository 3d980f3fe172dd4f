import { expect, test } from 'vitest';
import { answerer } from '../../../src/collect/composed/composed.ts';
import type { Answer } from '../../../src/facts/ask.ts';
import { rootAccount } from '../../../src/facts/host/accounts.ts';
import { settle } from '../../../src/facts/settle.ts';
import type { Walk } from '../../../src/facts/walk.ts';
import { fileTree } from '../../../src/kinds/host/file-tree.ts';

const files = { '/usr/bin/ping': { content: 'ELF', mode: '0755', capabilities: 'cap_net_raw=ep' } };

/** The host as it is where a walk says this of capabilities. */
const learn = (capabilities: Walk['capabilities']) => {
  const answer = answerer({ files });
  return settle(fileTree.learn({}, rootAccount), (ask) => {
    const given = answer(ask);
    if (ask.do !== 'walk' || given.is !== 'got') return given;
    const { capabilities: _, found, ...walk } = (given as Extract<Answer<Walk>, { is: 'got' }>).value;
    return { is: 'got', value: { ...walk, found: capabilities === 'told' ? found : [], ...(capabilities ? { capabilities } : {}) } };
  });
};

test('what getcap told', () => {
  expect(learn('told')).toMatchObject({
    is: 'known',
    value: { capable: [{ path: '/usr/bin/ping', capability: 'cap_net_raw', grant: '/usr/bin/ping cap_net_raw' }] },
  });
});

test.each([
  ['none', 'failed', 'getcap is not installed, so nobody told which programs have capabilities'],
  ['failed', 'failed', 'getcap failed, so nobody told which programs have capabilities'],
  [undefined, 'not-recorded', 'getcap was not asked, so nobody told which programs have capabilities'],
] as const)('%s: there may be some', (told, why, said) => {
  const fact = learn(told);
  expect(fact.is === 'known' && fact.gaps.get('capable.0')).toMatchObject({ why, said });
  expect(fact.is === 'known' && fact.gaps.get('setId.0')).toBeUndefined();
});
