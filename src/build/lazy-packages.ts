/** Packages that only some hosts or rules need are set up when first used; the code says plain imports. */
import type { Plugin } from 'esbuild';

/**
 * Each export becomes a stand-in that loads the package when it is called, constructed or looked into. Not for packages
 * whose exports are plain values.
 */
export const lazyPackages = (names: readonly string[]): Plugin => ({
  name: 'lazy-packages',
  setup(build) {
    const filter = new RegExp(`^(?:${names.join('|')})$`);
    build.onResolve({ filter }, ({ path, kind, resolveDir }) =>
      kind === 'import-statement' ? { path, namespace: 'lazy-package', pluginData: resolveDir } : undefined,
    );
    build.onLoad({ filter: /.*/, namespace: 'lazy-package' }, async ({ path, pluginData }) => {
      const exported = Object.keys((await import(path)) as object).filter((name) => /^\w+$/.test(name));
      const lines = [
        'const handler = (of) => new Proxy({}, { get: (_, trap) => (_, ...rest) => Reflect[trap](of(), ...rest) });',
        `const load = () => require(${JSON.stringify(path)});`,
        'const main = () => (load().__esModule ? load().default : load());',
        ...exported.map((name) => {
          const standIn = `new Proxy(function () {}, handler(() => ${name === 'default' ? 'main()' : `load().${name}`}))`;
          return name === 'default' ? `export default ${standIn};` : `export const ${name} = ${standIn};`;
        }),
      ];
      return { contents: lines.join('\n'), loader: 'js', resolveDir: pluginData as string };
    });
  },
});
