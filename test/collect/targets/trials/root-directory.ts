import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Trial } from '../small-host.ts';

export const trial: Trial = {
  async behind({ dir, tree }) {
    const root = join(dir, 'rootfs');
    mkdirSync(join(root, 'etc'), { recursive: true });
    mkdirSync(join(root, dirname(tree)), { recursive: true });
    execFileSync('cp', ['-a', tree, join(root, dirname(tree))]);
    return { asked: { name: root } };
  },
};
