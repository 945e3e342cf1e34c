import { defineConfig } from 'vitest/config';

export default defineConfig({
  // Tests read the sources, so that a failing line is the line that was written.
  resolve: { conditions: ['source'] },
  ssr: { resolve: { conditions: ['source'], externalConditions: ['source'] } },
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/bench/**'],
    globalSetup: ['./test/kit/built.ts'],
    reporters: ['default', './test/kit/tally.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
    // No test replaces a module or keeps anything in one: files of one worker share what is loaded, which halves the time.
    isolate: false,
  },
});
