import { expect, test } from 'vitest';
import { isExempt } from '../../../src/facts/k3s/no-proxy.ts';

test.each([
  ['127.0.0.1', '', true],
  ['localhost', '', true],
  ['10.1.0.5', '10.1.0.0/16', true],
  ['10.1.0.5', '10.2.0.0/16', false],
  ['10.1.0.5', ' 10.1.0.5:6443', true],
  ['cp.lab.example', '.lab.example', true],
  ['cp.lab.example', 'lab.example', true],
  ['cp.lab.example', '*.lab.example', true],
  ['lab.example', '.lab.example', false],
  ['CP.lab.example', 'cp.LAB.example', true],
  ['xlab.example', 'lab.example', false],
  ['cp.lab.example', '*', true],
  ['cp.lab.example', ',', false],
])('%s with NO_PROXY=%s: %s', (host, noProxy, exempt) => {
  expect(isExempt(host, noProxy)).toBe(exempt);
});
