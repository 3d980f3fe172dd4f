import { defineConfig } from 'vitest/config';

export default defineConfig({
  // By default one core is left idle, which on two cores is half of them.
  test: { include: ['test/**/*.test.ts'], maxWorkers: '100%', testTimeout: 60_000, hookTimeout: 60_000, reporters: ['default', './test/aloud.ts'] },
});
