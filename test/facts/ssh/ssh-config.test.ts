import { describe, expect, it } from 'vitest';
import { answerer, type HostSpec } from '../../../src/collect/composed/composed.ts';
import type { Known } from '../../../src/facts/fact.ts';
import { wildcardMatches } from '../../../src/facts/glob.ts';
import { settle } from '../../../src/facts/settle.ts';
import { sshConfig } from '../../../src/kinds/ssh/ssh-config.ts';

const dev = { name: 'dev', uid: 501, gid: 20, home: '/Users/dev' };
const learn = (files: HostSpec['files'], host = 'edge'): Known | string => {
  const fact = settle(sshConfig.learn({ host }, dev), answerer({ files: files ?? {} }));
  return fact.is === 'known' ? fact : fact.why;
};
const value = (files: HostSpec['files'], host?: string): Record<string, unknown> => {
  const fact = learn(files, host);
  return typeof fact === 'string' ? { why: fact } : fact.value;
};

describe('ssh-config', () => {
  it('fills in ~ and the tokens', () => {
    const files = {
      '/Users/dev/.ssh/config':
        'Host edge\n  HostName %h.lan\n  User core\n  IdentityFile ~/.ssh/a\n  IdentityFile %d/b-%h-%r-%u-%n-%i%%\n  IdentityFile "/with space/c"\n  IdentityFile none\n',
    };
    expect(value(files)).toMatchObject({
      hostname: 'edge.lan',
      user: 'core',
      identityFiles: ['/Users/dev/.ssh/a', '/Users/dev/b-edge.lan-core-dev-edge-501%', '/with space/c'],
    });
  });

  it('takes the first value, from the user before the system, and adds up keys', () => {
    const files = { '/Users/dev/.ssh/config': 'Port 1\nIdentityFile /a\n', '/etc/ssh/ssh_config': 'Host *\nPort 2\nUser root\nIdentityFile /b\n' };
    expect(value(files)).toMatchObject({ port: 1, user: 'root', identityFiles: ['/a', '/b'] });
  });

  it("reads the vendor's file of SUSE only when /etc has none", () => {
    expect(value({ '/usr/etc/ssh/ssh_config': 'Port 3\n' })).toMatchObject({ port: 3 });
    expect(value({ '/usr/etc/ssh/ssh_config': 'Port 3\n', '/etc/ssh/ssh_config': '' })).not.toHaveProperty('port');
  });

  it('includes in order, only where the block applies', () => {
    const files = {
      '/Users/dev/.ssh/config': 'Host other\n  Include config.d/a\nHost *\n  Include config.d/*\n',
      '/Users/dev/.ssh/config.d/a': 'Port 7\n',
      '/Users/dev/.ssh/config.d/b': 'Port 8\n',
    };
    expect(value(files)).toMatchObject({ port: 7 });
  });

  it('says what it cannot decide and keeps what is decided', () => {
    const fact = learn({ '/Users/dev/.ssh/config': 'Port 1\nMatch exec "x"\n  User core\n  IdentityFile /a\nInclude /opt/ssh/config\n' });
    expect(typeof fact === 'string' ? [] : [...fact.gaps.keys()].sort()).toEqual([
      'hostname',
      'identitiesOnly',
      'identityFiles',
      'strictHostKeyChecking',
      'user',
    ]);
  });

  it('does not read keys', () => {
    const asked: string[] = [];
    const answer = answerer({ files: { '/Users/dev/.ssh/config': 'Include id_*\nInclude *\n', '/Users/dev/.ssh/id_ed25519': 'key' } });
    settle(sshConfig.learn({ host: 'x' }, dev), (ask) => {
      if (ask.do === 'read') asked.push(ask.path);
      return answer(ask);
    });
    expect(asked).not.toContain('/Users/dev/.ssh/id_ed25519');
  });

  it.each([
    ['an unclosed quote', 'IdentityFile "/a\n', 'unparsable'],
    ['a file that includes itself', 'Include config.d/a\n', 'unparsable'],
  ])('is unknown after %s', (_, text, why) => {
    expect(value({ '/Users/dev/.ssh/config': text, '/Users/dev/.ssh/config.d/a': 'Include config.d/a\n' })).toEqual({ why });
  });

  it('matches hostile patterns in reasonable time', () => {
    const start = performance.now();
    expect(wildcardMatches(`${'*a'.repeat(1000)}b`, 'a'.repeat(5000))).toBe(false);
    expect(performance.now() - start).toBeLessThan(1000);
  });
});
