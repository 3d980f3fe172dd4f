import { describe, expect, test } from 'vitest';
import { AddressError, sshAddress, sshCommand } from '../../../src/collect/targets/ssh.ts';
import { shellWords, viaCommand, WordsError } from '../../../src/collect/targets/via.ts';

describe('addresses that ssh may see', () => {
  test.each([
    ['ssh://edge01', { host: 'edge01' }],
    ['ssh://edge01/', { host: 'edge01' }],
    ['ssh://admin@edge-01.example.org:2222', { user: 'admin', host: 'edge-01.example.org', port: 2222 }],
    ['SSH://a.b+c_d@10.0.0.1', { user: 'a.b+c_d', host: '10.0.0.1' }],
    ['ssh://root@[fe80::1]:22', { user: 'root', host: 'fe80::1', port: 22 }],
    ['ssh://[fe80::1%eth0]', { host: 'fe80::1%eth0' }],
  ])('%s', (target, address) => {
    expect(sshAddress(target)).toEqual(address);
  });
});

describe('addresses that are refused', () => {
  test.each([
    'ssh://',
    'ssh://user@',
    'ssh://@host',
    'ssh://-oProxyCommand=touch${IFS}x',
    'ssh://-oProxyCommand=touch /tmp/x',
    'ssh://user@-oProxyCommand=x',
    'ssh://-l@host',
    'ssh://a b',
    'ssh://$(x)',
    'ssh://`x`',
    'ssh://host;x',
    'ssh://host|x',
    'ssh://host&x',
    'ssh://host>x',
    'ssh://user\n-oProxyCommand=x@host',
    'ssh://us\ner@host',
    'ssh://user@host\n',
    'ssh://host\u0000',
    'ssh://[-oX]:/p',
    'ssh://[::1',
    'ssh://::1',
    'ssh://[fe80::1%$(x)]',
    'ssh://[fe80::1%]',
    'ssh://\u2010oX@host',
    'ssh://h\u2013st',
    'ssh://user:password@host',
    'ssh://host/path',
    'ssh://host?x',
    'ssh://host#x',
    'ssh://%2doX@host',
    'ssh://%h',
    'ssh://host:',
    'ssh://host:0',
    'ssh://host:65536',
    'ssh://host:22x',
    'ssh://host:-1',
    "ssh://ho'st",
    'ssh://"host"',
    'ssh://~user@host',
    'ssh://a@b@c',
    `ssh://${'h'.repeat(300)}`,
  ])('%j', (target) => {
    expect(() => sshAddress(target)).toThrow(AddressError);
  });
});

test('the command ends in the host behind "--", and the user and port are options', () => {
  const argv = sshCommand(sshAddress('ssh://admin@edge01:2222'), { sudo: true, interactive: false, config: '/c' });
  expect(argv.slice(-3)).toEqual(['--', 'edge01', 'exec sudo -n /bin/sh']);
  expect(argv.join(' ')).toContain('-F /c -T');
  expect(argv.join(' ')).toContain('-p 2222 -l admin');
  for (const option of ['StrictHostKeyChecking=yes', 'BatchMode=yes', 'ForwardAgent=no', 'ClearAllForwardings=yes', 'PermitLocalCommand=no'])
    expect(argv).toContain(option);
  expect(sshCommand({ host: 'h' }, { sudo: false, interactive: true })).toContain('StrictHostKeyChecking=ask');
});

describe('--via', () => {
  test.each([
    ['podman exec -i node1', ['podman', 'exec', '-i', 'node1', 'sh']],
    ['  chroot   /mnt/host /bin/sh ', ['chroot', '/mnt/host', '/bin/sh']],
    [`kubectl exec -i 'pod a' -c "the \\"one\\"" -- dash`, ['kubectl', 'exec', '-i', 'pod a', '-c', 'the "one"', '--', 'dash']],
    ['a\\ b "" \'\'', ['a b', '', '', 'sh']],
    ["'$(x)'", ['$(x)', 'sh']],
  ])('%s', (text, argv) => {
    expect(viaCommand(text)).toEqual(argv);
  });

  test.each(['', '  ', '""', "'open", '"open', 'x\\', 'a | b', 'a; b', 'a && b', '$(x)', '`x`', 'a > b', '"$x"', 'a *'])('refused: %j', (text) => {
    expect(() => viaCommand(text)).toThrow(WordsError);
  });

  test('words are what a shell makes of them', () => {
    expect(shellWords(`a 'b c'"d e"\\ f`)).toEqual(['a', 'b cd e f']);
  });
});
