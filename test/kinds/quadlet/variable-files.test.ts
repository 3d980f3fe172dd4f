import { expect, test } from 'vitest';
import { answerer, type FileSpec } from '../../../src/collect/composed/composed.ts';
import { rootAccount } from '../../../src/facts/host/accounts.ts';
import { settle } from '../../../src/facts/settle.ts';
import { quadletWorkload } from '../../../src/kinds/quadlet/quadlet-workload.ts';

const shut: FileSpec = { type: 'directory', mode: '0700' };
const open: FileSpec = { mode: '0644' };

/** The files that others can read, or why that is not known. */
function readByOthers(files: Readonly<Record<string, FileSpec>>) {
  const path = '/etc/containers/systemd/a.container';
  const host = {
    files: { [path]: '[Container]\nImage=quay.io/a/b:1\nEnvironmentFile=/shut/app/web.env\n', ...files },
    commands: { 'podman --version': { stdout: 'podman version 5.4.2\n' } },
  };
  const fact = settle(quadletWorkload.learn({ path, mode: '0773' }, rootAccount), answerer(host));
  if (fact.is !== 'known') throw new Error(fact.said);
  const found = fact.value.environmentFiles as { readonly matching?: readonly string[] };
  return found.matching ?? [...fact.gaps.values()].map((g) => g.said);
}

const file = '/shut/app/web.env';

test.each<[string, Readonly<Record<string, FileSpec>>, readonly string[]]>([
  ['a closed directory above keeps others out', { '/shut': shut, [file]: open }, []],
  ['a way behind a link is another way', { '/shut': shut, '/shut/app': { link: '/data/app' }, '/data/app/web.env': open }, [file]],
  ['the closed directory that a link leads to keeps others out', { '/shut/app': { link: '/data/app' }, '/data/app': shut, '/data/app/web.env': open }, []],
  ['a file that is a link lies elsewhere', { '/shut': shut, [file]: { link: '/data/web.env' }, '/data/web.env': open }, [file]],
  ['a directory of its own group adds nobody', { '/shut': { type: 'directory', mode: '0750', owner: '0:7' }, [file]: { mode: '0644', owner: '0:7' } }, []],
  ['a directory of another group lets that one in', { '/shut': { type: 'directory', mode: '0750', owner: '0:7' }, [file]: open }, [file]],
])('%s', (_, files, wanted) => expect(readByOthers(files)).toEqual(wanted));
