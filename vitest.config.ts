import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const compiled = (file: string) => fileURLToPath(new URL(`dist/esm/${file}`, import.meta.url));

// Tests import the compiled modules, so they run what ships: `npm test` builds first. (The package's entries are the same
// modules joined by scripts/bundle.mjs; a test that mixes the two would see two of everything.) What a user can see runs twice:
// on the kernels that this machine picks (native wherever it was built) and on the TypeScript ones.
const base = {
  testTimeout: 60_000,
  // Each file in a process of its own: a crash in native code then costs one file, not the run.
  pool: 'forks' as const,
  alias: [
    { find: /^steepest$/, replacement: compiled('index.js') },
    { find: /^steepest\/kernels$/, replacement: compiled('blas/index.js') },
  ],
};

export default defineConfig({
  test: {
    projects: [
      { test: { ...base, name: 'default', include: ['test/**/*.test.ts'] } },
      {
        test: {
          ...base,
          name: 'typescript',
          include: ['test/{blas,estimators,models,training,parallel}/**/*.test.ts'],
          env: { STEEPEST_BACKEND: 'typescript' },
        },
      },
    ],
  },
});
