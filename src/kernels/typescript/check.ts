import { SteepestError } from '../../core/errors.js';
import { isDataView, isSharedBuffer, isTypedArray } from '../../core/realm.js';
import {
  ACTIVATIONS,
  type BindableProgram,
  BORDERS,
  BYTES_PER_ELEMENT,
  DTYPES,
  type DType,
  GEMM_BATCH,
  GEMM_EPILOGUE,
  GEMM_INIT,
  OPS,
  type Op,
  type Operand,
  type OpSchema,
  PHASE_LIMIT,
  type ProgramBuffer,
  REGISTER_COUNT,
  SPLITS,
} from '../contract.js';
import { checkShapes, groupSplits, type Refuse, rangeOf } from './shapes.js';

/** Ops whose result is one whole, so that ranks cannot share them. */
const INDIVISIBLE: ReadonlySet<string> = new Set([
  'rowSums',
  'shuffle',
  'logisticLoss',
  'qrFold',
  'jacobiRows',
  'normalResidual',
]);

/** Largest value of a 32-bit word. */
const LARGEST_WORD = 0xffffffff;

/** One-sided Jacobi needs about ten sweeps; numbers that are not finite would turn for ever. */
const MOST_SWEEPS = 1024;

/** Rows of a mini-batch are counted in 32-bit integers. */
export const MOST_ROWS = 0x7fffffff;

const HINT =
  'This is a fault in the program, not in your data: compile it again, or report it with explain().';

function refuseProgram(expected: string, given: string): never {
  throw new SteepestError('ERR_PROGRAM', { expected, given, hint: HINT });
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

/**
 * Checks a program against the contract and against its memory: the schema of every op, every
 * operand's bounds, the agreement of shapes, ranges and scalars. A program that passes cannot touch
 * memory outside its operands.
 *
 * @throws SteepestError `ERR_PROGRAM`, naming the op by number and kind, and the operand.
 */
export function checkProgram(
  program: BindableProgram,
  buffers: readonly ProgramBuffer[],
  registers: Float64Array<ArrayBufferLike>,
  memory: 'shared' | 'any' = 'shared',
): void {
  const { workers, rank, maxRows, rowChunk } = program;
  if (!isCount(workers) || workers < 1) refuseProgram('one worker or more', `workers = ${workers}`);
  if (!isCount(rank) || rank >= workers) {
    refuseProgram(`a rank below ${workers}, the number of workers`, `rank = ${rank}`);
  }
  if (!isCount(maxRows) || maxRows > MOST_ROWS) {
    refuseProgram(`maxRows to be a number of rows up to ${MOST_ROWS}`, `maxRows = ${maxRows}`);
  }
  if (!isCount(rowChunk) || rowChunk < 1) {
    refuseProgram('rowChunk to be one row or more', `rowChunk = ${rowChunk}`);
  }
  if (!isTypedArray(registers, 'Float64Array') || registers.length < REGISTER_COUNT) {
    refuseProgram(`registers in a Float64Array of ${REGISTER_COUNT}`, describe(registers));
  }
  if (memory === 'shared') buffers.forEach(checkBuffer);
  program.ops.forEach((op, number) => {
    checkOp(op, number, program, buffers);
  });
}

/** A buffer must stay where it is and as long as it is: not detachable, not growable. */
function checkBuffer(buffer: ProgramBuffer, number: number): void {
  const expected = `buffer ${number} to be a typed array over a SharedArrayBuffer of fixed length`;
  if (!ArrayBuffer.isView(buffer) || isDataView(buffer)) refuseProgram(expected, describe(buffer));
  const memory: ArrayBufferLike & { growable?: boolean } = buffer.buffer;
  if (!isSharedBuffer(memory)) refuseProgram(expected, 'one over an ArrayBuffer');
  if (memory.growable === true) refuseProgram(expected, 'one over a growable SharedArrayBuffer');
}

function describe(value: unknown): string {
  if (ArrayBuffer.isView(value)) return `${value.constructor.name} of ${value.byteLength} bytes`;
  return value === null ? 'null' : typeof value;
}

function checkOp(op: Op, number: number, program: BindableProgram, buffers: readonly ProgramBuffer[]): void {
  const schema: OpSchema | undefined = Object.hasOwn(OPS, op.kind) ? OPS[op.kind] : undefined;
  if (schema === undefined) refuseProgram(`op ${number} of a known kind`, `kind '${op.kind}'`);
  const name = `op ${number} (${op.kind}${op.label === undefined ? '' : `, ${op.label}`})`;
  const refuse: Refuse = (operand, expected, given) =>
    refuseProgram(`${name}: operand ${operand} with ${expected}`, given);

  checkOperandNames(op, schema, name);
  for (const [key, dtypes] of Object.entries(schema.operands)) {
    const operandName = key.replace('?', '');
    const operand = op.operands[operandName];
    if (operand === undefined) {
      if (!key.endsWith('?')) refuseProgram(`${name}: operand ${operandName}`, 'none');
      continue;
    }
    const anyStride = op.kind === 'gemm' && (operandName === 'a' || operandName === 'b');
    checkOperand(operand, dtypes, anyStride, buffers, (expected, given) =>
      refuse(operandName, expected, given),
    );
  }
  checkScalars(op, schema, name);
  checkShapes(op, program.maxRows, refuse);
  checkPlace(op, name);
}

function checkOperandNames(op: Op, schema: OpSchema, name: string): void {
  for (const [given, operand] of Object.entries(op.operands)) {
    if (operand === undefined) continue;
    if (!Object.hasOwn(schema.operands, given) && !Object.hasOwn(schema.operands, `${given}?`)) {
      refuseProgram(`${name}: operands ${Object.keys(schema.operands).join(', ')}`, `an operand '${given}'`);
    }
  }
}

/** One operand against its schema and its buffer. */
function checkOperand(
  operand: Operand,
  dtypes: readonly DType[],
  anyStride: boolean,
  buffers: readonly ProgramBuffer[],
  refuse: (expected: string, given: string) => never,
): void {
  const { dtype, byteOffset, rows, cols, rowStride, colStride } = operand;
  if (!DTYPES.includes(dtype) || !dtypes.includes(dtype)) refuse(`dtype ${dtypes.join(' or ')}`, `${dtype}`);
  for (const [side, value] of Object.entries({ byteOffset, rows, cols, rowStride, colStride })) {
    if (!isCount(value)) refuse(`${side} a whole number from 0 to 2^53 − 1`, `${value}`);
  }
  if (!anyStride && colStride !== 1) refuse('colStride 1', `${colStride}`);
  checkStrides(operand, refuse);
  const buffer = isCount(operand.buffer) ? buffers[operand.buffer] : undefined;
  if (buffer === undefined) refuse(`a buffer below ${buffers.length}`, `buffer ${operand.buffer}`);
  const size = BYTES_PER_ELEMENT[dtype];
  if (byteOffset % size !== 0 || (buffer.byteOffset + byteOffset) % size !== 0) {
    refuse(`an offset that is a multiple of ${size} bytes`, `${buffer.byteOffset} + ${byteOffset}`);
  }
  // Too large products lose digits here but never become small enough to pass.
  const elements = rows === 0 || cols === 0 ? 0 : (rows - 1) * rowStride + (cols - 1) * colStride + 1;
  const end = byteOffset + elements * size;
  if (!(end <= buffer.byteLength)) {
    refuse(`its end within the ${buffer.byteLength} bytes of buffer ${operand.buffer}`, `${end}`);
  }
}

/**
 * An operand without elements has no more rows or columns than these. Memory bounds the others; a
 * kernel would go over rows of nothing for years. No rows of large images are usual.
 */
const MOST_EMPTY_ROWS = 4096;
const MOST_EMPTY_COLS = 2 ** 24;

/**
 * Elements must be apart: overlapping ones would be written twice, and make matrices of any size
 * out of little memory.
 */
function checkStrides(operand: Operand, refuse: (expected: string, given: string) => never): void {
  const { rows, cols, rowStride, colStride } = operand;
  if (rows === 0 || cols === 0) {
    if (rows <= MOST_EMPTY_ROWS && cols <= MOST_EMPTY_COLS) return;
    refuse('at most 4096 rows and 2^24 columns, as it has no elements', `${rows} by ${cols}`);
  }
  const rowsApart = rows === 1 || (rowStride >= 1 && rowStride > (cols - 1) * colStride);
  const colsApart = cols === 1 || (colStride >= 1 && colStride > (rows - 1) * rowStride);
  // One of the strides steps over all that the other spans.
  if ((rowsApart && (cols === 1 || colStride >= 1)) || (colsApart && (rows === 1 || rowStride >= 1))) return;
  refuse(
    'strides that keep its elements apart',
    `${rows} by ${cols} with strides ${rowStride} and ${colStride}`,
  );
}

/** Values that each enumerated scalar may take; the others may be any finite number. */
const ALLOWED: Readonly<Record<string, readonly number[]>> = {
  activation: Object.values(ACTIVATIONS),
  init: Object.values(GEMM_INIT),
  epilogue: Object.values(GEMM_EPILOGUE),
  batch: Object.values(GEMM_BATCH),
  scaled: [0, 1],
  nesterov: [0, 1],
  intercept: [0, 1],
  triangular: [0, 1],
  transposed: [0, 1],
  border: Object.values(BORDERS),
  flipRows: [0, 1],
  flipCols: [0, 1],
};

function checkScalars(op: Op, schema: OpSchema, name: string): void {
  for (const scalar of schema.scalars) {
    const value = op.scalars[scalar];
    if (!Number.isFinite(value)) refuseProgram(`${name}: scalar ${scalar} finite`, `${value}`);
    const allowed = ALLOWED[scalar];
    if (allowed !== undefined && !allowed.includes(value!)) {
      refuseProgram(`${name}: scalar ${scalar} one of ${allowed.join(', ')}`, `${value}`);
    }
    const isWord =
      scalar === 'seed' || scalar === 'stream' || (scalar === 'threshold' && op.kind === 'dropout');
    if (isWord && !(isCount(value) && value <= LARGEST_WORD)) {
      refuseProgram(`${name}: scalar ${scalar} a whole number below 2^32`, `${value}`);
    }
    if (scalar === 'maxSweeps' && !(isCount(value) && value < MOST_SWEEPS)) {
      refuseProgram(`${name}: scalar ${scalar} a whole number below ${MOST_SWEEPS}`, `${value}`);
    }
  }
  if (op.kind !== 'gemm') return;
  if (op.scalars.init === GEMM_INIT.bias && op.operands.bias === undefined) {
    refuseProgram(`${name}: operand bias, as init says`, 'none');
  }
  if (op.scalars.epilogue === GEMM_EPILOGUE.derivative && op.operands.d === undefined) {
    refuseProgram(`${name}: operand d, as epilogue says`, 'none');
  }
}

/** Phase, split and range. */
function checkPlace(op: Op, name: string): void {
  if (!isCount(op.phase) || op.phase >= PHASE_LIMIT) {
    refuseProgram(`${name}: a phase below ${PHASE_LIMIT}`, `${op.phase}`);
  }
  if (!SPLITS.includes(op.split)) refuseProgram(`${name}: split ${SPLITS.join(', ')}`, `'${op.split}'`);
  const range = rangeOf(op);
  if (op.split === 'rows' && (range !== 'batch' || INDIVISIBLE.has(op.kind))) {
    refuseProgram(`${name}: split 'slice', 'all' or 'first', as its range is not the mini-batch`, "'rows'");
  }
  const allowed = groupSplits(op.kind);
  if (op.split === 'groups' ? !allowed.groups : !allowed.others) {
    refuseProgram(`${name}: split groups for ops on images, and only for those`, `'${op.split}'`);
  }
  if (op.split !== 'slice') return;
  if (INDIVISIBLE.has(op.kind)) refuseProgram(`${name}: split 'all' or 'first'`, "'slice'");
  const { begin, end } = op;
  const extent = range === 'batch' ? Number.MAX_SAFE_INTEGER : range;
  if (!isCount(begin) || !isCount(end) || begin > end || end > extent) {
    refuseProgram(`${name}: a slice within [0, ${extent})`, `[${begin}, ${end})`);
  }
}
