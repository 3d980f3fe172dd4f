/** Where this installation keeps its own files, and who it is. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The package's root: the directory above `src` in a checkout, above `dist` in an installation. */
export const packageRoot: string = (() => {
  let at = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(at, 'package.json'))) {
    const up = dirname(at);
    if (up === at) throw new Error('package.json of pretrip is missing');
    at = up;
  }
  return at;
})();

export const shippedRules: string = join(packageRoot, 'rules');
/** The shipped rules, already read, written by the build; what only reports tell of them stands in a file of its own. */
export const builtPack: string = join(packageRoot, 'dist', 'pack.jsonl');
export const builtTexts: string = join(packageRoot, 'dist', 'texts.jsonl');
export const isCheckout: boolean = existsSync(join(packageRoot, 'src', 'inspect.ts'));

export const manifest = JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8')) as { name: string; version: string; [key: string]: unknown };
