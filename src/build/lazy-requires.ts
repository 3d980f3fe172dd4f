/** Defers what oclif requires at the top of its files until it is used: of its help, plugins and spinners a scan needs nothing. */
import { readFileSync } from 'node:fs';
import type { Plugin } from 'esbuild';

/** What TypeScript writes for an import: `const NAME = require("…");`, with a helper around it at times. */
const topRequire = /^(?:const|var) (\w+) = ((?:__importDefault\(|__importStar\()?require\("[^"]+"\)\)?);$/gm;

/** The same text, with each top-level require done at every use; Node remembers what was loaded. */
export function withLazyRequires(source: string): string {
  const names = [...source.matchAll(topRequire)].map(([, name = '']) => name);
  const declared = source.replace(topRequire, 'const load_$1 = () => $2;');
  return names.reduce((text, name) => text.replace(new RegExp(`(?<![\\w.$])${name}\\b`, 'g'), `(load_${name}())`), declared);
}

export const lazyRequires: Plugin = {
  name: 'lazy-requires',
  setup(build) {
    build.onLoad({ filter: /[\\/]@oclif[\\/]core[\\/]lib[\\/].*\.js$/ }, ({ path }) => ({
      contents: withLazyRequires(readFileSync(path, 'utf8')),
      loader: 'js',
    }));
  },
};

/** oclif makes loggers at every start; without DEBUG they say nothing, and need no terminal to say it on. */
export const quietDebug: Plugin = {
  name: 'quiet-debug',
  setup(build) {
    build.onLoad({ filter: /[\\/]debug[\\/]src[\\/]index\.js$/ }, () => ({
      contents:
        "const quiet = Object.assign(() => {}, { enabled: false, extend: () => quiet });\nmodule.exports = process.env.DEBUG ? require('./node.js') : Object.assign(() => quiet, { default: () => quiet, enabled: () => false });",
      loader: 'js',
    }));
  },
};
