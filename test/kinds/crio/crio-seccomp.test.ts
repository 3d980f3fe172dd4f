import { expect, test } from 'vitest';
import { crioSeccomp } from '../../../src/kinds/crio/crio-seccomp.ts';
import { onCrio } from './on-crio.ts';

test.each([
  ['{"defaultAction":"SCMP_ACT_ERRNO"}', 'filters'],
  ['{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"names":["bpf"],"action":"SCMP_ACT_KILL"}]}', 'filters'],
  ['{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"names":["bpf"],"action":"SCMP_ACT_ALLOW"}]}', 'open'],
  ['{"defaultAction":"SCMP_ACT_LOG"}', 'open'],
  ['[]', 'broken'],
  ['', 'broken'],
])('%s is %s', (text, state) => {
  const fact = onCrio(crioSeccomp, '[crio.runtime]\nseccomp_profile = "/s.json"\n', { '/s.json': text });
  expect(fact).toMatchObject({ value: { named: [{ key: 'seccomp_profile', path: '/s.json', state }] } });
});

test('nothing named, a word, a profile of a runtime', () => {
  expect(onCrio(crioSeccomp, '')).toMatchObject({ value: { named: [] } });
  expect(onCrio(crioSeccomp, '[crio.runtime]\nseccomp_profile = "unconfined"\n')).toMatchObject({
    value: { named: [{ path: 'unconfined', state: 'missing' }] },
  });
  expect(onCrio(crioSeccomp, '[crio.runtime.runtimes.a]\nseccomp_profile = "/x"\n')).toMatchObject({
    value: { named: [{ key: 'seccomp_profile of the runtime a' }] },
  });
});
