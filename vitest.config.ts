import { defineConfig } from 'vitest/config';
import { Aloud } from './test/aloud.ts';

/** Where the runner's own report goes, for who counts: see .ci/run. */
const report = process.env.PRETRIP_TEST_REPORT;

/** These start processes or change what is the process's own (variables, signals, the directory), or take so long that workers share them out. */
const apart = [
  ...['attacks', 'ci', 'cli', 'collect', 'lab', 'recipes'].map((folder) => `test/${folder}/**/*.test.ts`),
  ...['shard-*', 'promises', 'reports'].map((name) => `test/laws/${name}.test.ts`),
];

export default defineConfig({
  test: {
    // Files that share a worker read the product and its rules once for all of them.
    projects: [
      { extends: true, test: { name: 'together', isolate: false, include: ['test/**/*.test.ts'], exclude: apart } },
      { extends: true, test: { name: 'apart', include: apart } },
    ],
    // By default one core is left idle, which on two cores is half of them.
    maxWorkers: '100%',
    testTimeout: 60_000,
    hookTimeout: 60_000,
    reporters: report ? ['default', new Aloud(), ['json', { outputFile: report }]] : ['default', new Aloud()],
  },
});
