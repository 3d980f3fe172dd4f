import { expect, test } from 'vitest';
import { crictlConfig } from '../../../src/kinds/crio/crictl-config.ts';
import { onCrio } from './on-crio.ts';

const file = (text: string) => ({ '/etc/crictl.yaml': text });

test.each([
  ['runtime-endpoint: unix:///var/run/crio/crio.sock\n', { crio: true, listen: '/run/crio/crio.sock' }],
  ['runtime-endpoint: /run/crio/crio.sock\n', { crio: true }],
  ['runtime-endpoint: unix:///run/containerd/containerd.sock\n', { crio: false }],
  ['timeout: 2\n', { crio: false }],
  ['runtime-endpoint: ""\n', { crio: false }],
])('%s', (text, of) => {
  expect(onCrio(crictlConfig, '', file(text))).toMatchObject({ value: of });
});

test('a link, no file, no YAML', () => {
  const link = { '/run/a.sock': { link: '/run/crio/crio.sock' }, '/run/crio/crio.sock': { type: 'socket' as const } };
  expect(onCrio(crictlConfig, '', { ...file('runtime-endpoint: unix:///run/a.sock\n'), ...link })).toMatchObject({ value: { crio: true } });
  expect(onCrio(crictlConfig, '')).toMatchObject({ exists: false });
  expect(onCrio(crictlConfig, '', file('a: [\n'))).toMatchObject({ is: 'unknown', why: 'unparsable' });
});
