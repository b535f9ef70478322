import { SteepestError } from '../../core/errors.js';
import { indexOfNotFinite } from '../../core/finite.js';
import { Matrix } from '../../core/matrix.js';
import { type KernelRequest, selectKernels } from '../../kernels/backend.js';
import { PHASES, REGISTER_COUNT, REGISTERS, STATUS } from '../../kernels/contract.js';
import { allocateArena } from '../../program/allocate.js';
import { MemoryPlan, type Region } from '../../program/memory.js';
import { trainable } from '../../program/parameters.js';
import { phasesOf, programForRank } from '../../program/partition.js';
import { compileProgram, type Objective } from '../compile/compile.js';
import type { ResolvedModel } from '../compile/model.js';
import { type DataSet, TableList } from './dataSets.js';
import { refreshTransposes } from './persistence.js';
import { transposePairs } from './plan.js';
import { copyOut, loadState, type ModelState, reserveState } from './state.js';

/**
 * Gradients of the mean loss over a whole data set, on this thread.
 * @throws SteepestError `ERR_DIVERGED` if the loss or a gradient is not finite
 */
export function computeGradients(
  model: ResolvedModel,
  state: ModelState,
  objective: Objective,
  data: DataSet,
  kernels: KernelRequest,
): Matrix<Float32Array>[] {
  const { parameters } = model;
  const memory = new MemoryPlan();
  reserveState(memory, parameters, []);
  const tables = new TableList();
  const io = tables.add(data);
  const program = compileProgram({
    model,
    objective,
    mode: 'gradients',
    io,
    memory,
    maxRows: data.rows,
  });
  const arena = allocateArena(memory);
  loadState(state, memory, arena, parameters, []);
  refreshTransposes(arena, transposePairs(memory, model));
  const registers = new Float64Array(new SharedArrayBuffer(REGISTER_COUNT * Float64Array.BYTES_PER_ELEMENT));
  registers[REGISTERS.rows] = data.rows;
  const bound = selectKernels(kernels).bind(
    programForRank(program, 0, 1),
    [arena, ...tables.buffers],
    registers,
  );
  let status = 0;
  for (const phase of phasesOf(program).rows) status |= bound.run(phase);
  status |= bound.run(PHASES.merge);
  bound.release();
  if ((status & ~STATUS.lossNotFinite) !== 0) {
    throw new SteepestError('ERR_PROGRAM', {
      expected: 'every row and label within its table',
      given: 'one outside',
      hint: 'Do not change the data while the model reads it.',
    });
  }
  if (status !== 0) diverged('a finite loss to take gradients of', 'one that is NaN or infinite');
  return trainable(parameters).map(({ name, shape }) => {
    const data = copyOut(arena, memory.get(`${name}.gradient`) as Region);
    const wrong = indexOfNotFinite(data);
    if (wrong >= 0) diverged('finite gradients', `${data[wrong]} in that of ${name}`);
    return new Matrix(data, [...shape]);
  });
}

function diverged(expected: string, given: string): never {
  const hint = 'Scale the inputs to about −1 … 1, or use smaller initial weights.';
  throw new SteepestError('ERR_DIVERGED', { expected, given, hint });
}
