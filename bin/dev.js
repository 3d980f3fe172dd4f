#!/usr/bin/env node
// pretrip from its sources, without a build: what contributors run.
const { spawnSync } = require('node:child_process');
const { existsSync } = require('node:fs');
const { join } = require('node:path');

const root = join(__dirname, '..');
const pinned = join(root, 'node_modules', '.bin', 'node');
const [major, minor] = process.versions.node.split('.').map(Number);
if ((major < 22 || (major === 22 && minor < 18)) && existsSync(pinned) && process.env.PRETRIP_PINNED === undefined) {
  const { status } = spawnSync(pinned, [__filename, ...process.argv.slice(2)], {
    stdio: 'inherit',
    env: { ...process.env, PRETRIP_PINNED: '1' },
  });
  process.exitCode = status ?? 70;
} else {
  const sources = join(root, 'src', 'cli');
  import(join(sources, 'main.ts')).then(({ main }) => main(process.argv.slice(2), join(sources, 'commands.ts')));
}
