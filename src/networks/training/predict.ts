import type { Matrix } from '../../core/matrix.js';
import { readNumbers } from '../../core/rows.js';
import type { BatchReader } from '../../data/batches.js';
import { withoutSampleShape } from '../../data/sampleShape.js';
import { checkInputCols, type Table } from '../../data/sharedRows.js';
import { withFewerThreads } from '../../parallel/fewerThreads.js';
import type { ResolvedModel } from '../compile/model.js';
import type { TableMemory } from './keptPredictions.js';
import { outputMatrix } from './outputs.js';
import { type PredictChoices, Prediction } from './prediction.js';
import { checkBatch, emptyStream, InputRows } from './rowStore.js';
import type { ModelState } from './state.js';

/**
 * Predicts a table of rows: on this thread if that is quick, otherwise on the pool.
 * @param memory the call's memory for its table, if a later call may use that again
 */
export async function predictTable(
  model: ResolvedModel,
  state: ModelState,
  table: Table,
  options: PredictChoices,
  memory?: TableMemory,
): Promise<Matrix<Float32Array>> {
  const subject = { model, state, table, options };
  const prediction = memory?.takeFitting(subject) ?? new Prediction(subject);
  let result: Matrix<Float32Array>;
  try {
    result = await prediction.run(memory?.canKeep(prediction) ?? false);
  } catch (error) {
    prediction.release();
    throw error;
  }
  if (memory === undefined) prediction.release();
  else memory.keep(prediction);
  return result;
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
  options: PredictChoices,
): Promise<Matrix<Float32Array>> {
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
  return outputMatrix(model, data, rows);
}
