import { expect, test } from 'vitest';
import { answerer } from '../../../src/collect/composed/composed.ts';
import { rootAccount } from '../../../src/facts/host/accounts.ts';
import { settle } from '../../../src/facts/settle.ts';
import { auditDenials } from '../../../src/kinds/host/audit-denials.ts';

const journal = 'journalctl --no-pager -b -o cat -g avc: +denied|apparmor="DENIED" _TRANSPORT=audit + _TRANSPORT=kernel';
const learn = (stdout: string) => settle(auditDenials.learn({}, rootAccount), answerer({ commands: { [journal]: { stdout, exit: stdout === '' ? 1 : 0 } } }));

const avc = (comm: string, domain: string): string =>
  `AVC avc:  denied  { read } for  pid=7 comm=${comm} scontext=system_u:system_r:${domain}:s0:c1,c2 tcontext=system_u:object_r:var_lib_t:s0 tclass=file permissive=0\n`;

test.each([
  ['none', '', 0, []],
  [
    'one twice, and one of no container',
    avc('"nginx"', 'container_t').repeat(2) + avc('"sshd"', 'sshd_t'),
    2,
    [{ program: 'nginx', as: 'container_t', times: 2 }],
  ],
  ['a name in hexadecimal', avc('6E67', 'spc_t'), 1, [{ program: '6E67' }]],
  [
    'a tool of containers under a profile of its own',
    'apparmor="DENIED" operation="userns_create" profile="unconfined" comm="podman"\n',
    1,
    [{ by: 'AppArmor', program: 'podman' }],
  ],
  ['what was let through', 'apparmor="ALLOWED" operation="open" profile="crun" comm="crun"\n', 0, []],
])('%s', (_, text, count, refused) => {
  expect(learn(text)).toMatchObject({ is: 'known', value: { count, refused } });
});
