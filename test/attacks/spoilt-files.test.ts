/** What a rule of the host reads, spoilt in every way that crashes, editors and attackers know: nothing hangs, crashes or passes for it. */
import { describe, expect, test } from 'vitest';
import { answerer, type FileSpec, type HostSpec } from '../../src/collect/composed/composed.ts';
import { passwords } from '../../src/facts/host/passwords.ts';
import { settle } from '../../src/facts/settle.ts';
import { parseYaml } from '../../src/facts/text/yaml.ts';
import { answersOf, judgeOn } from '../../src/try.ts';
import { everyRule } from '../laws/every-rule.ts';

const families = ['host', 'lsm', 'suse', 'vehicle'];

/** Other texts in place of a file's own. */
const texts: Readonly<Record<string, (text: string) => string>> = {
  'with a byte order mark': (text) => `\ufeff${text}`,
  'with carriage returns': (text) => text.replaceAll('\n', '\r\n'),
  'behind NUL bytes': (text) => `${'\0'.repeat(64)}${text}`,
  'of NUL bytes': () => '\0'.repeat(4096),
  'of bytes that are no UTF-8': (text) => text.replaceAll(/[a-z]/g, (c, at: number) => (at % 7 === 0 ? '\ufffd' : c)),
  'cut in the middle': (text) => text.slice(0, text.length >> 1),
  'behind a line of 1 MB': (text) => `${'x'.repeat(1 << 20)}\n${text}`,
  'behind a comment of 1 MB': (text) => `# ${'x'.repeat(1 << 20)}\n${text}`,
  'of escapes': (text) => text.replaceAll(' ', '\u001b[31m \u001b]0;x\u0007'),
};
/** What is no file, in place of a file. */
const inodes: Readonly<Record<string, FileSpec>> = {
  'a socket': { type: 'socket' },
  'a FIFO': { type: 'fifo' },
  'a device': { type: 'char' },
  'a directory': { type: 'directory' },
  'a link to itself': { link: 'loop-of-links' },
};

/** What is no file here the program passes over, too: systemd and Quadlet among units, sshd among keys; for its drop-ins sshd does not start. */
const passedOver = /^\/(?:proc|sys)\/|\/systemd\/|\/authorized_keys$|\/sshd_config\.d\//;

interface Read {
  readonly rule: (typeof everyRule)[number]['rule'];
  readonly host: HostSpec;
  readonly params: Parameters<typeof judgeOn>[2];
  readonly path: string;
}

/** The files that each rule reads on the first host of its cases on which it fails. */
const read: readonly Read[] = everyRule.flatMap(({ rule, tried }) => {
  if (!families.includes(rule.id.split('.')[0] ?? '')) return [];
  const failing = tried.find(({ trial }) => Object.values(trial.gives).includes('fail'));
  if (!failing) return [];
  const { host, trial } = failing;
  const answers = answersOf(host);
  const paths = new Set<string>();
  judgeOn(rule, host, trial.params, (ask) => {
    const answer = answers(ask);
    if (ask.do === 'read' && answer.is === 'got') paths.add(ask.path);
    return answer;
  });
  return [...paths].map((path) => ({ rule, host, params: trial.params, path }));
});

describe('a file', () => {
  test.each(Object.entries(texts))('%s', { timeout: 240_000 }, (_, spoil) => {
    const slow: string[] = [];
    for (const { rule, host, params, path } of read) {
      const answers = answersOf(host);
      const before = performance.now();
      judgeOn(rule, host, params, (ask) => {
        const answer = answers(ask);
        if (ask.do !== 'read' || ask.path !== path || answer.is !== 'got') return answer;
        return { is: 'got', value: { ...(answer.value as object), text: spoil((answer.value as { text: string }).text) } } as typeof answer;
      });
      if (performance.now() - before > 5000) slow.push(`${rule.id} ${path}`);
    }
    expect(slow).toEqual([]);
  });

  test.each(Object.entries(inodes))('that is %s passes nothing', { timeout: 240_000 }, (_, spec) => {
    const passing = read.flatMap(({ rule, host, params, path }) => {
      if (passedOver.test(path)) return [];
      const link = typeof spec === 'object' && spec !== null && 'link' in spec ? { ...spec, link: path } : spec;
      const after = judgeOn(rule, { ...host, files: { ...host.files, [path]: link } }, params).verdicts.map((v) => v.outcome);
      return after.some((outcome) => outcome !== 'pass') ? [] : [`${rule.id} ${path}`];
    });
    expect(passing).toEqual([]);
  });
});

describe('a shadow file', () => {
  const passwd = 'root:x:0:0::/root:/bin/bash\nops:x:1000:1000::/:/bin/bash\n';
  const learn = (shadow: string) => settle(passwords(), answerer({ files: { '/etc/passwd': passwd, '/etc/shadow': shadow } }));

  test('of 10 MB is read in time, or not at all', () => {
    const started = performance.now();
    const found = learn(`${Array.from({ length: 200_000 }, (_, n) => `user${n}:$6$salt$${'x'.repeat(30)}:1::::::`).join('\n')}\nops::1::::::\n`);
    expect(found.is === 'unknown' || found.unread !== undefined || found.each.find((p) => p.name === 'ops')?.is === 'empty').toBe(true);
    expect(performance.now() - started).toBeLessThan(5000);
  });

  test('of zeros, as a crash leaves it, is no file in which nobody has a password', () => {
    expect(learn('\0'.repeat(1200))).toMatchObject({ is: 'unknown', why: 'unparsable' });
    expect(learn('')).toMatchObject({ is: 'known' });
  });
});

test('YAML with a control character is refused, as go-yaml does', () => {
  expect(parseYaml('a: 1\n\0b: 2\n')).toMatchObject({ is: 'broken' });
  expect(parseYaml('a: "\u001b[31m"\n')).toMatchObject({ is: 'broken' });
  expect(parseYaml('a:\t1\r\n')).toMatchObject({ is: 'parsed' });
});
