import { defineConfig } from 'vitest/config';

// Tests import the compiled package, so they run what ships: `npm test` builds first.
export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 60_000,
    // Each file in a process of its own: a crash in native code then costs one file, not the run.
    pool: 'forks',
  },
});
