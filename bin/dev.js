#!/usr/bin/env node
// pretrip from its sources, without a build: what contributors run.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const pinned = fileURLToPath(new URL('../node_modules/.bin/node', import.meta.url));
const [major, minor] = process.versions.node.split('.').map(Number);
if ((major < 22 || (major === 22 && minor < 18)) && existsSync(pinned) && process.env.PRETRIP_PINNED === undefined) {
  const { status } = spawnSync(pinned, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], {
    stdio: 'inherit',
    env: { ...process.env, PRETRIP_PINNED: '1' },
  });
  process.exitCode = status ?? 70;
} else {
  const { main } = await import('../src/cli/main.ts');
  await main(process.argv.slice(2), fileURLToPath(new URL('../src/cli/commands.ts', import.meta.url)));
}
