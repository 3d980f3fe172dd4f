import { describe, expect, test } from 'vitest';
import { capabilityNames, capableIn } from '../../../src/facts/text/file-capabilities.ts';

describe('a line of getcap', () => {
  test.each([
    ['/usr/bin/ping cap_net_raw=ep', '/usr/bin/ping', 'cap_net_raw=ep'],
    ['/usr/bin/ping = cap_net_raw+ep', '/usr/bin/ping', 'cap_net_raw+ep'],
    ['/opt/a b/c d cap_net_raw,cap_net_admin=eip', '/opt/a b/c d', 'cap_net_raw,cap_net_admin=eip'],
    ['/opt/x cap_net_raw=p cap_sys_admin+i', '/opt/x', 'cap_net_raw=p cap_sys_admin+i'],
    ['/opt/x =ep', '/opt/x', '=ep'],
    ['/opt/x = =ep cap_chown-e', '/opt/x', '=ep cap_chown-e'],
    ['/opt/x cap_net_raw=ep [rootid=100000]', '/opt/x', 'cap_net_raw=ep [rootid=100000]'],
  ])('%s', (line, path, capabilities) => {
    expect(capableIn(line)).toEqual({ path, capabilities });
  });

  test.each(['', 'ping cap_net_raw=ep', '/usr/bin/ping', 'usage: getcap [-h] [-l] [-n] [-r] [-v] <filename> [<filename> ...]'])('%j is none', (line) => {
    expect(capableIn(line)).toBeUndefined();
  });
});

test.each([
  ['cap_net_raw=ep', ['cap_net_raw']],
  ['cap_net_bind_service,cap_net_admin+ep', ['cap_net_admin', 'cap_net_bind_service']],
  ['cap_net_raw=p cap_sys_admin=i', ['cap_net_raw', 'cap_sys_admin']],
  ['=ep', ['all']],
  ['=ep cap_chown-e', ['all']],
  ['cap_chown=', []],
  ['cap_net_raw=ep [rootid=100000]', ['cap_net_raw']],
])('%s names %j', (text, names) => {
  expect(capabilityNames(text)).toEqual(names);
});
