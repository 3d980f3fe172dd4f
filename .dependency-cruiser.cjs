// Folder boundaries: one positive row a folder ("may import") in src/build/layers.ts, which ARCHITECTURE.md prints.
const { layerRules, pureFiles } = require('./src/build/layers.ts');

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    ...layerRules(),
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'pure-stays-pure',
      comment: 'only rows that say so touch files, processes, clocks or networks',
      severity: 'error',
      from: { path: pureFiles() },
      to: { dependencyTypes: ['core'] },
    },
    { name: 'oclif-only-in-cli', severity: 'error', from: { path: '^src/', pathNot: '^src/cli/' }, to: { path: 'node_modules/@oclif' } },
    { name: 'no-test-in-src', severity: 'error', from: { path: '^(src|bin)/' }, to: { path: '^test/' } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'types'] },
  },
};
