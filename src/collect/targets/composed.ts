/** The target `composed`: a host written down in YAML, as those in fixtures/hosts. */
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { rootAccount } from '../../facts/host/accounts.ts';
import { composed } from '../composed/composed.ts';
import { type ContentTarget, MisuseError, TargetError } from './target.ts';

export const composedTarget: ContentTarget = {
  kind: 'composed',
  by: 'content',
  is: 'file',
  written: 'a composed host',
  describe: 'a host written down in YAML, to try pretrip or its rules on',
  sign: 'is named .yaml',
  running: true,
  heeds: ['file', 'now'],
  examples: [['scan fixtures/hosts/k3d-rootless-broken.yaml', 'a host written down in YAML, to try it on']],
  recognises: ({ name }) => /\.ya?ml$/.test(name),
  async open({ path, name }) {
    // Loaded only here: reading YAML takes longer to load than a small snapshot to judge.
    const { noFiles, readHost } = await import('../../rules/text/read-host.ts');
    const { host, problems } = readHost(name, readFileSync(path, 'utf8'));
    if (problems.some((p) => p.message === noFiles)) throw new TargetError(`${name}: is not a composed host: ${noFiles}`, 'see fixtures/hosts for examples');
    if (!host) throw new MisuseError(`${name}: has mistakes`, undefined, problems);
    return {
      host: {
        kind: 'composed',
        name: basename(path).replace(/\.ya?ml$/, ''),
        user: host.user ?? rootAccount,
        target: composed(host),
        ...(host.given ? { files: host.given } : {}),
        ...(host.accounts ? { accounts: host.accounts } : {}),
        running: host.kind !== 'image',
        ...(host.takenAt !== undefined ? { takenAt: `${new Date(host.takenAt * 1000).toISOString().slice(0, 19)}Z` } : {}),
      },
    };
  },
};
