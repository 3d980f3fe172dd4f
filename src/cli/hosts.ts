/** Composed hosts from fixtures/hosts, for rule cases and for trying pretrip. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { HostSpec } from '../collect/composed.ts';
import { packageRoot } from './paths.ts';

const hosts = new Map<string, HostSpec | undefined>();

/** The composed host of that name, or undefined. */
export function hostNamed(name: string): HostSpec | undefined {
  if (!hosts.has(name)) {
    const path = join(packageRoot, 'fixtures', 'hosts', `${name}.yaml`);
    hosts.set(name, existsSync(path) ? (parse(readFileSync(path, 'utf8')) as HostSpec) : name === 'empty' ? { files: {} } : undefined);
  }
  return hosts.get(name);
}
