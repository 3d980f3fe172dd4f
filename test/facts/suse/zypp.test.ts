/** What zypper 1.14 says of the same files (zypper --root R lr): enabled or not, and what it checks. */
import { expect, test } from 'vitest';
import { answerer } from '../../../src/collect/composed/composed.ts';
import { settle } from '../../../src/facts/settle.ts';
import { rancherProduct, transportOf, verified, zypp } from '../../../src/facts/suse/zypp.ts';

const learn = (repo: string, conf?: string) =>
  settle(zypp(), answerer({ files: { '/etc/zypp/repos.d/x.repo': repo, ...(conf === undefined ? {} : { '/etc/zypp/zypp.conf': conf }) } }));

const first = (repo: string, conf?: string) => {
  const found = learn(`[r]\n${repo}`, conf);
  const one = found.is === 'known' ? found.repositories[0] : undefined;
  return one && [one.enabled ? 'on' : 'off', verified(one)];
};

test.each([
  ['', undefined, ['on', 'metadata']],
  ['enabled=0\n', undefined, ['off', 'metadata']],
  ['enabled=yes\ngpgcheck=no\n', undefined, ['on', 'nothing']],
  ['enabled=maybe\n', undefined, ['off', 'metadata']],
  ['enabled=\n', undefined, ['off', 'metadata']],
  ['gpgcheck=maybe\n', undefined, ['on', 'metadata']],
  ['gpgcheck=false # x\n', undefined, ['on', 'metadata']],
  ['gpgcheck=0\ngpgcheck=1\n', undefined, ['on', 'metadata']],
  ['gpgcheck=0\nrepo_gpgcheck=1\n', undefined, ['on', 'metadata']],
  ['gpgcheck=0\npkg_gpgcheck=1\n', undefined, ['on', 'packages']],
  ['gpgcheck=1\nrepo_gpgcheck=0\n', undefined, ['on', 'packages']],
  ['', '[main]\ngpgcheck = off\n', ['on', 'nothing']],
  ['', '[other]\ngpgcheck = off\n', ['on', 'metadata']],
  ['gpgcheck=1\n', '[main]\ngpgcheck = off\n', ['on', 'metadata']],
])('%j with zypp.conf %j', (repo, conf, wanted) => {
  expect(first(repo, conf)).toEqual(wanted);
});

test('addresses on further lines belong to the key above', () => {
  const found = learn('[r]\nbaseurl=https://a.example/r\n        http://b.example/r\nname=r\n[s]\nmirrorlist=http://c.example/s\n');
  expect(found.is === 'known' && found.repositories.map((r) => r.urls.map((u) => [u.text, u.at.line]))).toEqual([
    [
      ['https://a.example/r', 2],
      ['http://b.example/r', 3],
    ],
    [['http://c.example/s', 6]],
  ]);
});

test.each([
  ['https://a.example/', 'https'],
  ['https://a.example/?ssl_verify=no', 'unverified'],
  ['HTTP://a.example/', 'open'],
  ['cd:/?devices=/dev/sr0', 'local'],
  ['plugin:susemanager', 'other'],
])('%s is reached by %s', (address, wanted) => {
  expect(transportOf(address)).toBe(wanted);
});

test('the product of a repository of K3s', () => {
  expect(rancherProduct('https://rpm.rancher.io/k3s/stable/common/centos/8/noarch')).toBe('centos/8');
  expect(rancherProduct('https://example.com/k3s/stable/common/centos/8/noarch')).toBeUndefined();
});

test.each(['\0\0[r]\nbaseurl=https://a.example/r\n', 'x=1\n[r]\nbaseurl=https://a.example/r\n', '\ufeff[r]\nbaseurl=https://a.example/r\n', '\0\0\0'])(
  '%j is a file that zypper does not take',
  (text) => {
    expect(learn(text)).toMatchObject({ is: 'unknown', why: 'unparsable' });
  },
);

test('a comment may stand behind the name of a section, or before the first', () => {
  const found = learn('# c\n\n; d\n [r] # x\nbaseurl=http://a.example/r\n');
  expect(found.is === 'known' && found.repositories.map((r) => [r.alias, r.urls.map((u) => u.text)])).toEqual([['r', ['http://a.example/r']]]);
});
