import { expect, test } from 'vitest';
import { answerer, type FileSpec } from '../../../src/collect/composed/composed.ts';
import { rootAccount } from '../../../src/facts/host/accounts.ts';
import { settle } from '../../../src/facts/settle.ts';
import { scheduledJobs } from '../../../src/kinds/host/scheduled-jobs.ts';

const learn = (files: Readonly<Record<string, FileSpec>>) =>
  settle(scheduledJobs.learn({ commands: ['/usr/lib/*/x a'], scripts: ['known'], timers: [] }, rootAccount), answerer({ files }));

test.each([
  ['settings and comments are no jobs', 'PATH = /bin\n# * * * * * root x\n\n', []],
  ['blanks are one, a star part of a word', '* * * * *\troot  /usr/lib/x86_64-linux-gnu/x   a\n', []],
  ['a star is no slash and no blank', '* * * * * root /usr/lib/a/b/x a\n* * * * * root /usr/lib/a b/x a\n', [1, 2]],
  ['moments by name, and a silent job of SUSE', '@reboot root x\n-*/15 * * * * root y\n', [1, 2]],
  ['of another account', '* * * * * ada x\n', []],
])('%s', (_, text, lines) => {
  const fact = learn({ '/etc/crontab': text });
  expect(fact.is === 'known' && (fact.value.jobs as { line: number }[]).map(({ line }) => line)).toEqual(lines);
});

test('scripts that are taken, may be started, and are not known', () => {
  const script = { content: '#!/bin/sh\n', mode: '0755' };
  const fact = learn({
    '/etc/cron.daily/known': script,
    '/etc/cron.daily/x~': script,
    '/etc/cron.daily/y': script,
    '/etc/cron.daily/z': { ...script, mode: '0644' },
  });
  expect(fact.is === 'known' && fact.value.scripts).toEqual([{ path: '/etc/cron.daily/y' }]);
});
