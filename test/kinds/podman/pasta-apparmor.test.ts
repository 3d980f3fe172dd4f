import { expect, test } from 'vitest';
import { answerer, type FileSpec } from '../../../src/collect/composed/composed.ts';
import { settle } from '../../../src/facts/settle.ts';
import { pastaApparmor } from '../../../src/kinds/podman/pasta-apparmor.ts';

type Files = Readonly<Record<string, FileSpec>>;
const alice = { name: 'alice', uid: 1000, gid: 1000, home: '/home/alice' };
const learn = (rules: string) =>
  settle(
    pastaApparmor.learn({}, alice),
    answerer({
      files: {
        '/usr/bin/pasta': { link: 'passt' },
        '/usr/bin/passt': { mode: '0755' },
        '/sys/module/apparmor/parameters/enabled': 'Y\n',
        '/etc/apparmor.d/usr.bin.passt': `profile passt /usr/bin/passt{,.avx2} {\n${rules}\n}\n`,
      } satisfies Files,
    }),
  );

test.each<[string, string[]]>([
  ['/run/user/*/netns/* r,\n/dev/net/tun rw,', []],
  ['@{run}/user/@{uid}/** rw,\nowner /dev/net/tun rw,', ['/dev/net/tun']],
  ['/run/user/*/netns r,\n/dev/** r,', ['/run/user/1000/netns/*', '/dev/net/tun']],
  ['file,\ndeny /dev/net/tun w,', ['/dev/net/tun']],
])('%j refuses %j', (rules, refused) => {
  expect(learn(rules)).toMatchObject({ value: { profile: 'passt', refused } });
});
