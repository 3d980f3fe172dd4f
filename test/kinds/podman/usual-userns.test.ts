import { expect, test } from 'vitest';
import { answerer, type FileSpec } from '../../../src/collect/composed/composed.ts';
import { settle } from '../../../src/facts/settle.ts';
import { usualUserns } from '../../../src/kinds/podman/usual-userns.ts';

type Files = Readonly<Record<string, FileSpec>>;
const root = { name: 'root', uid: 0, gid: 0, home: '/root' };
const alice = { name: 'alice', uid: 1000, gid: 1000, home: '/home/alice' };
const learn = (files: Files, as = root) =>
  settle(usualUserns.learn({}, as), answerer({ files, commands: { 'podman --version': { stdout: 'podman version 5.4.2\n' } } }));
const asking = (mode: string): Files => ({ '/usr/bin/podman': '', '/etc/containers/containers.conf': `[containers]\nuserns = "${mode}"\n` });
const ranges = (text: string): Files => ({ '/etc/subuid': text, '/etc/subgid': text });

test.each([
  ['auto', 'containers:200000:65536\n', []],
  ['auto:size=4096', 'containers:200000:4096\n', []],
  ['auto:size=4097', 'containers:200000:4096\n', ['userns=auto takes 4097 ids of the user containers, and /etc/subuid has 4096 for it']],
  ['auto', 'alice:200000:65536\n', ['userns=auto takes ids of the user containers, and /etc/subuid has none for it']],
  ['keep-id', '', []],
])('%s with %j', (mode, text, lacking) => {
  expect(learn({ ...asking(mode), ...ranges(text) })).toMatchObject({ is: 'known', value: { mode, lacking } });
});

test('an account takes the ids of its own ranges', () => {
  expect(learn({ ...asking('auto'), ...ranges('') }, alice)).toMatchObject({ value: { mode: 'auto', lacking: [] } });
});

test('ids that may not be read leave it open', () => {
  const fact = learn({ ...asking('auto'), ...ranges('containers:1:65536\n'), '/etc/subuid': { content: '', blocked: 'denied' } });
  expect(fact.is === 'known' && fact.gaps.get('lacking')).toMatchObject({ is: 'unknown' });
});
