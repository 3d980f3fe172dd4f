/** What Skopeo, which reads registries.conf and policy.json with the engines' library, makes of a file. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Release, releaseOf, since } from '../../../src/facts/containers/podman-release.ts';

/** From each release of Skopeo on, the library that came with it (go.mod of each; Debian builds 1.9 with 5.23). */
const built: readonly (readonly [string, string])[] = [
  ['1.0', '5.10'],
  ['1.9', '5.23'],
  ['1.11', '5.24'],
  ['1.12', '5.25'],
  ['1.14', '5.29'],
  ['1.15', '5.30'],
  ['1.16', '5.32.2'],
  ['1.17', '5.33'],
  ['1.18', '5.34'],
  ['1.19', '5.35'],
  ['1.20', '5.36'],
  ['1.21', '5.38'],
  ['1.22', '5.39'],
  ['1.23', '5.40'],
];

/** The library of the Skopeo that is installed here. */
export function skopeoLibrary(): Release {
  const version = releaseOf(/version (\S+)/.exec(spawnSync('skopeo', ['--version'], { encoding: 'utf8' }).stdout ?? '')?.[1] ?? '') as Release;
  return releaseOf(built.findLast(([from]) => since(version, from))?.[1] ?? '5.10') as Release;
}

/** Why Skopeo refuses a registries.conf; undefined when it takes it. No network is used. */
export const registriesRefused = (text: string): string | undefined =>
  withFile('registries.conf', text, (path) => refusal(['--registries-conf', path, 'login', '--get-login', 'registry.example'], /loading registries conf.*/));

/** Why Skopeo refuses a policy.json; undefined when it takes it. The image to copy is not there, which comes later. */
export const policyRefused = (text: string): string | undefined =>
  withFile('policy.json', text, (path) => refusal(['--policy', path, 'copy', 'dir:/nonexistent/a', 'dir:/nonexistent/b'], /loading trust policy.*/));

function withFile(name: string, text: string, ask: (path: string) => string | undefined): string | undefined {
  const directory = mkdtempSync(join(tmpdir(), 'pretrip-skopeo-'));
  try {
    writeFileSync(join(directory, name), text);
    return ask(join(directory, name));
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function refusal(args: readonly string[], told: RegExp): string | undefined {
  const { stderr, error } = spawnSync('skopeo', args, { encoding: 'utf8', timeout: 20_000 });
  if (error) throw error;
  return told.exec(stderr)?.[0];
}
