/**
 * What the generators of Podman 4.4 to 6.0 make of files on which they differ, or end. Recorded with each built from
 * containers/podman at v4.4.4, v4.5.1, v4.6.2, v4.7.2, v4.8.3, v4.9.5, v5.0.3, v5.1.2, v5.2.5, v5.3.2, v5.4.2, v5.5.2, v5.6.2,
 * v5.7.1, v5.8.2 and main, run with -dryrun on the files of one case. `made`: the releases that make a service of the first.
 */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { answerer } from '../../../src/collect/composed/composed.ts';
import { rootAccount } from '../../../src/facts/host/accounts.ts';
import { settle } from '../../../src/facts/settle.ts';
import { quadlet } from '../../../src/kinds/quadlet/quadlet.ts';

const etc = '/etc/containers/systemd';
const releases = '4.4.4 4.5.1 4.6.2 4.7.2 4.8.3 4.9.5 5.0.3 5.1.2 5.2.5 5.3.2 5.4.2 5.5.2 5.6.2 5.7.1 5.8.2 6.0.0'.split(' ');

interface Recorded {
  readonly name: string;
  readonly files: Readonly<Record<string, string>>;
  readonly made: readonly string[];
}
const recorded = JSON.parse(readFileSync(new URL('quadlet-by-release.json', import.meta.url), 'utf8')) as readonly Recorded[];

/** Whether a service is made that only lacks another: before 5.3 the generator does not look for what a file names. */
const onlyLacks = (error: unknown): boolean => /^the service that is made requires/.test(String(error));

function makes(files: Recorded['files'], release: string): boolean {
  const host = {
    files: Object.fromEntries(Object.entries(files).map(([name, text]) => [`${etc}/${name}`, text])),
    commands: { 'podman --version': { stdout: `podman version ${release}\n` } },
  };
  const found = quadlet.find && settle(quadlet.find.learn(rootAccount), answerer(host));
  if (found?.is !== 'known') throw new Error('no Quadlet files were found');
  const value: Readonly<Record<string, unknown>> = found.each.find((s) => s.key === `quadlet:${etc}/${Object.keys(files)[0]}`)?.fact.value ?? {};
  const reasons = [value.loadErrors, value.unknownKeys, value.errors].flat().filter((r) => !onlyLacks(r));
  return value.read === true && value.lostWith === undefined && reasons.length === 0;
}

describe('agrees with the generators of Podman 4.4 to 6.0', () => {
  it.each(recorded)('$name', ({ files, made }) => {
    expect(releases.filter((release) => makes(files, release))).toEqual(made);
  });
});
