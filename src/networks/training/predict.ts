import { type NdArray, ndArray } from '../../core/ndarray.js';
import { readNumbers } from '../../core/rows.js';
import type { BatchReader } from '../../data/batches.js';
import { withoutSampleShape } from '../../data/sampleShape.js';
import { checkInputCols, type Table } from '../../data/sharedRows.js';
import type { KernelRequest } from '../../kernels/backend.js';
import { discardShared } from '../../kernels/sharedMemory.js';
import { withFewerThreads } from '../../parallel/fewerThreads.js';
import type { Workers } from '../../parallel/workers.js';
import { allocateShared } from '../../program/allocate.js';
import { compileProgram } from '../compile/compile.js';
import type { ResolvedModel } from '../compile/model.js';
import { tableSpec } from './dataSets.js';
import { checkBatch, emptyStream, InputRows } from './rowStore.js';
import type { ModelState } from './state.js';
import { planSweep, runSweepHere, runSweepRequest, sweepArena } from './sweep.js';

const X_BUFFER = 1;
const OUT_BUFFER = 2;

/**
 * Up to this many operations, about a millisecond, a prediction runs on this thread instead of
 * worker threads.
 */
const INLINE_FLOPS = 5e7;

/** Predicts a table of rows: on this thread if that is quick, otherwise on the pool. */
export async function predictTable(
  model: ResolvedModel,
  state: ModelState,
  table: Table,
  options: { batchSize: number; kernels: KernelRequest; workers: Workers },
): Promise<NdArray<Float32Array>> {
  const { kernels } = options;
  const { rows } = table;
  const batchSize = Math.min(options.batchSize, rows);
  const out = { buffer: OUT_BUFFER, dtype: 'f32', rows, cols: model.outputCols, firstRow: 0 } as const;
  const io = { x: tableSpec(table, X_BUFFER, 0, rows), out };
  const plan = planSweep(model, options.workers, (room) =>
    compileProgram({ ...room, model, mode: 'predict', io, maxRows: batchSize }),
  );
  const bytes = rows * model.outputCols * Float32Array.BYTES_PER_ELEMENT;
  const results = new Float32Array(allocateShared(bytes, () => `predictions of ${rows} rows`));
  const arena = sweepArena(plan, model, state);
  const request = { arena, tables: [table.data, results], samples: rows, batchSize, kernels };
  const isQuick = options.workers === 'auto' && (plan.flops / batchSize) * rows <= INLINE_FLOPS;
  try {
    if (isQuick) runSweepHere(plan, request);
    else await runSweepRequest(plan, request);
    return ndArray(Float32Array.from(results), [rows, ...model.outputShape]);
  } finally {
    discardShared(arena);
    discardShared(results);
  }
}

/** Bytes of inputs per prediction of a stream, so that threads have enough work. */
const BLOCK_BYTES = 2 ** 23;

/**
 * Predicts the rows of a stream block by block; only the predictions stay in memory. Closes the
 * stream.
 */
export async function predictStream(
  model: ResolvedModel,
  state: ModelState,
  reader: BatchReader,
  options: { batchSize: number; kernels: KernelRequest; workers: Workers },
): Promise<NdArray<Float32Array>> {
  const { inputCols, outputCols } = model;
  const blockRows = Math.max(options.batchSize, Math.floor(BLOCK_BYTES / (4 * inputCols)));
  const parts: Float32Array[] = [];
  let inputs: InputRows | undefined;
  let rows = 0;
  let filled = 0;
  const predictBlock = async ({ table }: InputRows): Promise<void> => {
    const block = { ...table, data: table.data.subarray(0, filled * inputCols), rows: filled };
    const predicted = withFewerThreads(() => predictTable(model, state, block, options));
    parts.push((await predicted).data);
    filled = 0;
  };
  try {
    reader.begin();
    for (let batch = await reader.next(); batch !== undefined; batch = await reader.next()) {
      checkBatch(batch, '', ['x'], rows);
      const x = readNumbers('x', withoutSampleShape('x', batch.x, model.inputShape, rows), 'samples', rows);
      checkInputCols('x', x, inputCols, model.inputShape);
      inputs ??= new InputRows('', x, blockRows);
      for (let i = 0; i < x.rows; i++) {
        inputs.put(x, i, filled++, rows++);
        if (filled === blockRows) await predictBlock(inputs);
      }
    }
    if (inputs === undefined) emptyStream(reader.what);
    if (filled > 0) await predictBlock(inputs);
  } catch (error) {
    // Report the first error; later ones are its consequences.
    await reader.close().catch(() => {});
    throw error;
  }
  const data = new Float32Array(rows * outputCols);
  let offset = 0;
  for (const part of parts) {
    data.set(part, offset);
    offset += part.length;
  }
  return ndArray(data, [rows, ...model.outputShape]);
}
