import { defineConfig } from 'vitest/config';
import { Aloud } from './test/aloud.ts';

/** Where the runner's own report goes, for who counts: see .ci/run. */
const report = process.env.PRETRIP_TEST_REPORT;

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // By default one core is left idle, which on two cores is half of them.
    maxWorkers: '100%',
    testTimeout: 60_000,
    hookTimeout: 60_000,
    reporters: report ? ['default', new Aloud(), ['json', { outputFile: report }]] : ['default', new Aloud()],
  },
});
