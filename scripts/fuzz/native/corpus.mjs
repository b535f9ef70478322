// Valid programs for the fuzzer to begin with: cases of every kind of op, drawn by the generators
// of test/kernels/cases, and whole training steps. Nothing of it is kept: whoever adds an op has
// added it here.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { rolldown } from 'rolldown';
import { OP_KINDS } from '#steepest/kernels/contract.js';
import { encodeProgram } from '#steepest/kernels/encode.js';

const root = dirname(dirname(dirname(dirname(fileURLToPath(import.meta.url)))));

/** First word of a corpus (native/fuzz/corpus.h). */
const CORPUS_MAGIC = 0x5eed01;
/** Sizes of a case, small and on both sides of vectors' ends. */
const SIZES = [1, 2, 3, 5, 7, 8, 13, 15, 16, 17, 31, 33];

/** The generators are TypeScript, which Node.js 20 does not read. */
export async function loadGenerators(folder) {
  const bundle = await rolldown({
    input: ['case', 'generators', 'random'].map((name) => join(root, `test/kernels/cases/${name}.ts`)),
    external: /^#steepest\//,
    platform: 'node',
  });
  const dir = join(folder, 'cases');
  await bundle.write({ dir, format: 'esm', entryFileNames: '[name].mjs', chunkFileNames: '[name].mjs' });
  await bundle.close();
  const modules = ['case', 'generators', 'random'].map(
    (name) => import(pathToFileURL(join(dir, `${name}.mjs`)).href),
  );
  return Object.assign({}, ...(await Promise.all(modules)));
}

/** @returns `{ program, buffers, registers }` for each case; buffers are lengths in bytes */
export function drawCases({ CaseBuilder, GENERATORS, NEEDS_COLUMN, Random }, casesPerKind) {
  return OP_KINDS.flatMap((kind, number) =>
    Array.from({ length: casesPerKind }, (_, i) => {
      const random = new Random(1 + number * 1000 + i);
      const size = () => (random.chance(0.1) ? 0 : random.pick(SIZES));
      const cols = size();
      const workers = random.pick([1, 1, 2, 3]);
      const builder = new CaseBuilder(kind, {
        rows: size(),
        cols: NEEDS_COLUMN.has(kind) ? Math.max(1, cols) : cols,
        inner: random.pick([0, 1, 2, 5, 8]),
        values: 'ordinary',
        seed: random.word(),
        workers,
        rank: random.below(workers),
      });
      GENERATORS[kind](builder);
      const { op, maxRows, rowChunk, registers, bytes } = builder.finish();
      const program = { ops: [op], rank: builder.dims.rank, workers, maxRows, rowChunk };
      return { words: encodeProgram(program), buffers: [Math.ceil(bytes.length / 8) * 8], registers };
    }),
  );
}

/** Writes cases for program_fuzz to read. */
export function writeCorpus(file, cases) {
  const words = [CORPUS_MAGIC, cases.length];
  for (const { words: program, buffers, registers } of cases) {
    words.push(buffers.length, ...buffers, ...registers, program.length, ...program);
  }
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, Float64Array.from(words));
}
