import { expect, test } from 'vitest';
import { crioPolicies } from '../../../src/kinds/crio/crio-policies.ts';
import { onCrio } from './on-crio.ts';

const accept = '{"default":[{"type":"insecureAcceptAnything"}]}';
const scoped = '{"default":[{"type":"insecureAcceptAnything"}],"transports":{"docker":{"r.example":[{"type":"reject"}]}}}';

test.each([
  [accept, { valid: true, open: true }],
  [scoped, { valid: true, open: false }],
  ['{"default":[{"type":"reject"}]}', { valid: true, open: false }],
  ['{', { valid: false, open: false }],
])('%s', (text, of) => {
  const fact = onCrio(crioPolicies, '', { '/etc/crio/policies/web.json': text, '/etc/crio/policies/note.txt': 'x' });
  expect(fact).toMatchObject({ value: { directory: '/etc/crio/policies', policies: [{ namespace: 'web', ...of }] } });
});

test('none before 1.28, none without the directory, unknown where it is closed', () => {
  expect(onCrio(crioPolicies, '', { '/etc/crio/policies/web.json': accept }, '1.27.1')).toMatchObject({ value: { policies: [] } });
  expect(onCrio(crioPolicies, '')).toMatchObject({ value: { policies: [] } });
  expect(onCrio(crioPolicies, '', { '/etc/crio/policies': { type: 'directory', blocked: 'denied' } })).toMatchObject({ is: 'unknown', why: 'denied' });
});
