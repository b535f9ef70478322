import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { configDefaults, defineConfig } from 'vitest/config';

const compiled = (file: string) => fileURLToPath(new URL(`dist/esm/${file}`, import.meta.url));

// Tests import the compiled modules, so they run what ships: `npm test` builds first. (The
// package's entries are the same modules joined by scripts/bundle.mjs; a test that mixes the two
// would see two of everything.) What a user can see runs twice: on the kernels that this machine
// picks (native wherever it was built) and on the TypeScript ones.
const base = {
  testTimeout: 60_000,
  // As long as a test: hooks compile samples and copy packages.
  hookTimeout: 60_000,
  // Each file in a process of its own: a crash in native code then costs one file, not the run.
  pool: 'forks' as const,
  alias: [
    { find: /^steepest$/, replacement: compiled('index.js') },
    { find: /^steepest\/kernels$/, replacement: compiled('kernels/index.js') },
    { find: /^steepest\/cluster$/, replacement: compiled('cluster/index.js') },
  ],
  // Node.js loads the compiled modules itself, as it would for a user. Vitest would transform all
  // 200 of them anew in each of the processes, which costs more than most files of tests.
  server: { deps: { external: [/\/dist\/esm\//] } },
};

/**
 * A second run would be the first one again: these name every kernel set themselves, or compute
 * nothing by kernels.
 */
const RUN_ONCE = [
  'test/training/same-bits*.test.ts',
  'test/training/{few-images-kernels,frozen-layers,saturated}.test.ts',
  'test/training/{arena,never-answers,progress,progress-writer}.test.ts',
  'test/parallel/{few-threads,leftovers}.test.ts',
  'test/estimators/{bad-arguments,hostile-files,printing,suggestions}.test.ts',
  'test/estimators/{normalEquations,penalized}.test.ts',
  'test/estimators/preprocessing/**',
  'test/estimators/selection/split.test.ts',
  'test/models/{image-errors,printing-images}.test.ts',
];

export default defineConfig({
  test: {
    // Vitest would leave one core to itself, which is half of a machine with two.
    maxWorkers: availableParallelism(),
    projects: [
      { test: { ...base, name: 'default', include: ['test/**/*.test.ts'] } },
      {
        test: {
          ...base,
          name: 'typescript',
          include: [
            'test/{kernels/calls,estimators,models,training,parallel}/**/*.test.ts',
            'test/inputs/containers.test.ts',
          ],
          exclude: [...configDefaults.exclude, ...RUN_ONCE],
          env: { STEEPEST_BACKEND: 'typescript' },
        },
      },
    ],
  },
});
