import { expect, test } from 'vitest';
import { capabilityNames } from '../../../src/facts/text/file-capabilities.ts';

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
