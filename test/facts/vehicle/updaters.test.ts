import { expect, test } from 'vitest';
import { answerer, type FileSpec } from '../../../src/collect/composed/composed.ts';
import { settle } from '../../../src/facts/settle.ts';
import { updaters } from '../../../src/facts/vehicle/updaters.ts';

/** Whether each channel asks for a signature, by name. */
function verifies(files: Readonly<Record<string, FileSpec>>): unknown {
  const found = settle(updaters(), answerer({ files }));
  return 'is' in found ? found.why : found.map((c) => [c.name, c.verifies.is === 'known' ? c.verifies.yes : c.verifies.why]);
}

const remote = (lines: string): Readonly<Record<string, FileSpec>> => ({
  '/ostree/repo/config': `[core]\nmode=bare\n[remote "v"]\nurl=https://example.com\n${lines}`,
});

// What pulls of an unsigned commit did with ostree 2022.7, and what the sources of the others say.
test.each<[string, Readonly<Record<string, FileSpec>>, unknown]>([
  ['nothing', {}, []],
  ['OSTree that says nothing', remote(''), [['the OSTree remote v', true]]],
  ['OSTree that is told not to', remote('gpg-verify=0\n'), [['the OSTree remote v', false]]],
  ['a word that is no boolean to OSTree', remote('gpg-verify=False\n'), [['the OSTree remote v', true]]],
  ['a signed summary', remote('gpg-verify=false\ngpg-verify-summary=true\n'), [['the OSTree remote v', true]]],
  ['another sort of signature', remote('gpg-verify=false\nsign-verify=ed25519\n'), [['the OSTree remote v', true]]],
  ['Mender without a key', { '/etc/mender/mender.conf': '{}' }, [['Mender', false]]],
  ['Mender with keys', { '/etc/mender/mender.conf': '{"ArtifactVerifyKeys": ["/a.pem"]}' }, [['Mender', true]]],
  ['a file of Mender that is no JSON', { '/etc/mender/mender.conf': '{' }, 'unparsable'],
  ['SWUpdate that says nothing', { '/etc/swupdate.cfg': '# public-key-file = "/x";\nglobals : {\n};\n' }, [['SWUpdate', 'unsupported']]],
  ['SWUpdate with a key', { '/etc/swupdate.cfg': 'globals : {\n\tpublic-key-file = "/x.pem";\n};\n' }, [['SWUpdate', true]]],
  [
    'arguments of SWUpdate that /etc hides',
    { '/usr/lib/swupdate/conf.d/9': 'SWUPDATE_ARGS="-k /x"\n', '/etc/swupdate/conf.d/9': '' },
    [['SWUpdate', 'unsupported']],
  ],
  ['what may not be read', { '/etc/ostree/remotes.d/v.conf': { blocked: 'denied' } }, 'denied'],
])('%s', (_, files, expected) => {
  expect(verifies(files)).toEqual(expected);
});
