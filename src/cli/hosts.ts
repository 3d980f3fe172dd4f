/** Composed hosts from fixtures/hosts, for rule cases and for trying pretrip. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { HostSpec } from '../collect/composed/composed.ts';
import { readHost } from '../rules/text/read-host.ts';
import { ProblemsError } from './errors.ts';
import { packageRoot } from './paths.ts';

const hosts = new Map<string, HostSpec | undefined>();

/** The composed host of that name, or undefined. */
export function hostNamed(name: string): HostSpec | undefined {
  if (!hosts.has(name)) {
    const path = join(packageRoot, 'fixtures', 'hosts', `${name}.yaml`);
    hosts.set(name, existsSync(path) ? hostIn(path, `fixtures/hosts/${name}.yaml`) : name === 'empty' ? { files: {} } : undefined);
  }
  return hosts.get(name);
}

function hostIn(path: string, shown: string): HostSpec {
  const { host, problems } = readHost(shown, readFileSync(path, 'utf8'));
  if (!host) throw new ProblemsError(problems);
  return host;
}
