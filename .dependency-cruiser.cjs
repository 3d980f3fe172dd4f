// Folder boundaries (see ARCHITECTURE.md). The arrow from I/O points inward.
const pure = '^src/(rules|plan|facts|evaluate|verdicts|report)/';

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'pure-stays-pure',
      comment: 'only collect, cli, build and bin touch files, processes, clocks or networks',
      severity: 'error',
      from: { path: pure },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'pure-imports-no-io',
      severity: 'error',
      from: { path: pure },
      to: { path: '^src/(cli|build)/|^src/collect/(?!composed\\.ts|image\\.ts|limits\\.ts|resolve\\.ts)' },
    },
    { name: 'facts-stand-alone', severity: 'error', from: { path: '^src/facts/' }, to: { path: '^src/(?!facts/)' } },
    { name: 'report-sees-verdicts-only', severity: 'error', from: { path: '^src/report/' }, to: { path: '^src/(?!report/|verdicts/|facts/fact\\.ts)' } },
    { name: 'verdicts-know-no-rules', severity: 'error', from: { path: '^src/verdicts/' }, to: { path: '^src/(?!verdicts/|facts/(fact|ask)\\.ts)' } },
    {
      name: 'targets-only-from-cli',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(cli|collect)/' },
      to: { path: '^src/collect/(local|root-directory)\\.ts' },
    },
    { name: 'oclif-only-in-cli', severity: 'error', from: { path: '^src/', pathNot: '^src/cli/' }, to: { path: 'node_modules/@oclif' } },
    {
      name: 'kinds-only-in-the-list',
      comment: 'kind files do not import each other; what they share lies in a plain module',
      severity: 'error',
      from: { path: '^src/facts/.+\\.ts$', pathNot: '^src/facts/kinds\\.ts$' },
      to: { path: '^src/facts/kinds\\.ts$' },
    },
    { name: 'no-test-in-src', severity: 'error', from: { path: '^(src|bin)/' }, to: { path: '^test/' } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'types'] },
  },
};
