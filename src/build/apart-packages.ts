/** Packages that most runs do without stand in files of their own beside the program, and are read when one needs them. */
import type { Plugin } from 'esbuild';

/** What the program requires or imports of these packages is left to their files, `packages/NAME.cjs` beside it. */
export const apartPackages = (names: readonly string[]): Plugin => ({
  name: 'apart-packages',
  setup(build) {
    const filter = new RegExp(`^(?:${names.join('|')})$`);
    // Plain imports come first to lazyPackages, which requires what it stands in for.
    build.onResolve({ filter }, ({ path, kind, resolveDir }) => {
      if (kind === 'dynamic-import') return { path, namespace: 'apart', pluginData: resolveDir };
      return kind === 'require-call' ? { path: `./packages/${path}.cjs`, external: true } : undefined;
    });
    build.onLoad({ filter: /.*/, namespace: 'apart' }, ({ path, pluginData }) => ({
      contents: `module.exports = require(${JSON.stringify(path)});`,
      loader: 'js',
      resolveDir: pluginData as string,
    }));
  },
});
