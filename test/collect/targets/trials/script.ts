import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { captureScript } from '../../../../src/collect/script/render.ts';
import type { Trial } from '../small-host.ts';

export const trial: Trial = {
  async behind({ dir, asks }) {
    const script = captureScript([], { nonce: '0123456789abcdef', tool: '0', files: [], traces: [], asks });
    const path = join(dir, 'host.raw');
    // Meanwhile our own server has to answer the script.
    writeFileSync(path, (await execa('sh', [], { input: script, encoding: 'buffer' })).stdout);
    return { asked: { name: path } };
  },
};
