import { defineConfig } from 'vitest/config';

// Tests import the compiled package, so they run what ships: `npm test` builds first. What a user can see runs twice:
// on the kernels that this machine picks (native wherever it was built) and on the TypeScript ones.
const base = {
  testTimeout: 60_000,
  // Each file in a process of its own: a crash in native code then costs one file, not the run.
  pool: 'forks' as const,
};

export default defineConfig({
  test: {
    projects: [
      { test: { ...base, name: 'default', include: ['test/**/*.test.ts'] } },
      {
        test: {
          ...base,
          name: 'typescript',
          include: ['test/{blas,models,training,parallel}/**/*.test.ts'],
          env: { STEEPEST_BACKEND: 'typescript' },
        },
      },
    ],
  },
});
