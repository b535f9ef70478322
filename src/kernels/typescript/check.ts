import { SteepestError } from '../../core/errors.js';
import { isCount } from '../../core/guards.js';
import { isDataView, isSharedBuffer, isTypedArray } from '../../core/realm.js';
import {
  type BindableProgram,
  BYTES_PER_ELEMENT,
  DTYPES,
  GROUP_IMAGES,
  type Op,
  type Operand,
  PHASE_LIMIT,
  type ProgramBuffer,
  REGISTER_COUNT,
  SPLITS,
} from '../contract.js';
import { isOpKind } from '../layout.js';
import { type CompiledOp, compiledOp, type FlatRule } from '../ops/compiled.js';
import { evaluate } from '../ops/evaluate.js';
import type { OpSchema, Relation, SplitClass } from '../ops/schema.js';
import { BATCH } from '../ops/schema.js';

/** Rows of a mini-batch are counted in 32-bit integers. */
export const MOST_ROWS = 0x7fffffff;

const HINT =
  'This is a fault in the program, not in your data: compile it again, or report it with explain().';

function refuseProgram(expected: string, given: string): never {
  throw new SteepestError('ERR_PROGRAM', { expected, given, hint: HINT });
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
  if (!isCount(workers) || workers < 1) refuseProgram('at least one worker', `workers = ${workers}`);
  if (!isCount(rank) || rank >= workers) {
    refuseProgram(`a rank below ${workers}, the number of workers`, `rank = ${rank}`);
  }
  if (!isCount(maxRows) || maxRows > MOST_ROWS) {
    refuseProgram(`maxRows to be a number of rows up to ${MOST_ROWS}`, `maxRows = ${maxRows}`);
  }
  if (!isCount(rowChunk) || rowChunk < 1) {
    refuseProgram('rowChunk to be at least one row', `rowChunk = ${rowChunk}`);
  }
  if (!isTypedArray(registers, 'Float64Array') || registers.length < REGISTER_COUNT) {
    refuseProgram(`registers in a Float64Array of ${REGISTER_COUNT}`, describe(registers));
  }
  checkRowRange(program);
  if (memory === 'shared') buffers.forEach(checkBuffer);
  program.ops.forEach((op, number) => {
    checkOp(op, number, program, buffers);
  });
}

/** Ops on groups of rows take whole groups. */
function checkRowRange({ ops, maxRows, rowRange }: BindableProgram): void {
  if (rowRange === undefined) return;
  const { firstRow, endRow } = rowRange;
  if (!isCount(firstRow) || !isCount(endRow) || firstRow > endRow || endRow > maxRows) {
    refuseProgram(`rows [firstRow, endRow) within the ${maxRows} of the program`, `[${firstRow}, ${endRow})`);
  }
  if (ops.every(({ split }) => split !== 'groups')) return;
  const isWhole = (row: number): boolean => row % GROUP_IMAGES === 0 || row === maxRows;
  if (isWhole(firstRow) && isWhole(endRow)) return;
  refuseProgram(`firstRow and endRow at multiples of ${GROUP_IMAGES} rows`, `[${firstRow}, ${endRow})`);
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
  if (!isOpKind(op.kind)) refuseProgram(`op ${number} of a known kind`, `kind '${op.kind}'`);
  const name = `op ${number} (${op.kind}${op.label === undefined ? '' : `, ${op.label}`})`;

  const compiled = compiledOp(op.kind);
  checkOperandNames(op, compiled, name);
  for (const [operandName, operandSchema] of compiled.operands) {
    const operand = op.operands[operandName];
    if (operand === undefined) {
      if (!operandSchema.isOptional) refuseProgram(`${name}: operand ${operandName}`, 'none');
      continue;
    }
    checkOperand(operand, operandSchema, buffers, (expected, given) =>
      refuseProgram(`${name}: operand ${operandName} with ${expected}`, given),
    );
  }
  checkScalars(op, compiled, name);
  checkWindow(op, program.maxRows, name);
  const values = evaluate(compiled.nodes, op, op.window?.rows ?? program.maxRows);
  checkRules(op, compiled, values, name);
  checkPlace(op, compiled.splits, values[compiled.range]!, name);
}

function checkOperandNames(op: Op, { operands }: CompiledOp, name: string): void {
  for (const given of Object.keys(op.operands)) {
    if (operands.every(([known]) => known !== given) && op.operands[given] !== undefined) {
      const names = operands.map(([known]) => known).join(', ');
      refuseProgram(`${name}: operands ${names}`, `an operand '${given}'`);
    }
  }
}

const SIDES = ['byteOffset', 'rows', 'cols', 'rowStride', 'colStride'] as const;

/** One operand against its schema and its buffer. */
function checkOperand(
  operand: Operand,
  { dtypes, isStrided }: OpSchema['operands'][string],
  buffers: readonly ProgramBuffer[],
  refuse: (expected: string, given: string) => never,
): void {
  const { dtype, byteOffset, rows, cols, rowStride, colStride } = operand;
  if (!DTYPES.includes(dtype) || !dtypes.includes(dtype)) refuse(`dtype ${dtypes.join(' or ')}`, `${dtype}`);
  for (const side of SIDES) {
    const value = operand[side];
    if (!isCount(value)) refuse(`${side} a whole number from 0 to 2^53 − 1`, `${value}`);
  }
  if (!isStrided && colStride !== 1) refuse('colStride 1', `${colStride}`);
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
    refuse(`an end within the ${buffer.byteLength} bytes of buffer ${operand.buffer}`, `${end}`);
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
    'strides that give each element a place of its own',
    `${rows} by ${cols} with strides ${rowStride} and ${colStride}`,
  );
}

function checkScalars(op: Op, { scalars }: CompiledOp, name: string): void {
  for (const [scalar, { least, most, isWhole }] of scalars) {
    const value = op.scalars[scalar]!;
    if (value >= least && value <= most && (!isWhole || Number.isInteger(value))) continue;
    const range = isWhole ? `a whole number from ${least} to ${most}` : 'finite';
    refuseProgram(`${name}: scalar ${scalar} ${range}`, `${value}`);
  }
}

const HOLDS: Readonly<Record<Relation, (left: number, right: number) => boolean>> = {
  exactly: (left, right) => left === right,
  atLeast: (left, right) => left >= right,
  atMost: (left, right) => left <= right,
};
const IN_WORDS: Readonly<Record<Relation, string>> = {
  exactly: '',
  atLeast: 'at least ',
  atMost: 'at most ',
};

/** The same as `checkShapes` in native/program/shapes.cc. */
function checkRules(op: Op, { rules, nodes }: CompiledOp, values: Float64Array, name: string): void {
  for (const rule of rules) {
    if (rule.operand !== undefined && op.operands[rule.operand] === undefined) continue;
    const [left, right] = [values[rule.left]!, values[rule.right]!];
    if (!HOLDS[rule.relation](left, right)) refuseRule(rule, nodes[rule.left]!.kind, left, right, name);
  }
}

function refuseRule(rule: FlatRule, side: string, left: number, right: number, name: string): never {
  const { operand, why } = rule;
  const count = `${IN_WORDS[rule.relation]}${right}`;
  const what =
    operand === undefined ? `${why} (${count})` : `operand ${operand} with ${count} ${side} (${why})`;
  refuseProgram(`${name}: ${what}`, `${left}`);
}

/** Only ops that ranks do not share by rows have a window of rows. */
function checkWindow({ window, split }: Op, maxRows: number, name: string): void {
  if (window === undefined) return;
  const { firstRow, rows } = window;
  if (!isCount(firstRow) || !isCount(rows) || firstRow + rows > maxRows) {
    const expected = `${name}: a window of rows within the ${maxRows} of the program`;
    refuseProgram(expected, `${rows} rows from row ${firstRow}`);
  }
  if (firstRow === 0 && rows === maxRows) return;
  if (split !== 'slice' && split !== 'all') {
    refuseProgram(`${name}: split 'slice' or 'all', as it has a window`, `'${split}'`);
  }
}

/** Which splits each class allows. */
const BY_ROWS: ReadonlySet<SplitClass> = new Set(['rows', 'rowsOrGroups']);
const BY_GROUPS: ReadonlySet<SplitClass> = new Set(['groups', 'rowsOrGroups']);

/** Phase, split and range. */
function checkPlace(op: Op, splits: SplitClass, range: number, name: string): void {
  if (!isCount(op.phase) || op.phase >= PHASE_LIMIT) {
    refuseProgram(`${name}: a phase below ${PHASE_LIMIT}`, `${op.phase}`);
  }
  if (!SPLITS.includes(op.split)) refuseProgram(`${name}: split ${SPLITS.join(', ')}`, `'${op.split}'`);
  if (splits === 'groups' ? op.split !== 'groups' : op.split === 'groups' && !BY_GROUPS.has(splits)) {
    refuseProgram(`${name}: split groups for ops on images, and only for those`, `'${op.split}'`);
  }
  if (op.split === 'rows' && (range !== BATCH || !BY_ROWS.has(splits))) {
    refuseProgram(`${name}: split 'slice', 'all' or 'first', as its range is not the mini-batch`, "'rows'");
  }
  if (op.split !== 'slice') return;
  if (splits === 'none') refuseProgram(`${name}: split 'all' or 'first'`, "'slice'");
  const { begin, end } = op;
  const extent = Math.min(range, Number.MAX_SAFE_INTEGER);
  if (!isCount(begin) || !isCount(end) || begin > end || end > extent) {
    refuseProgram(`${name}: a slice within [0, ${extent})`, `[${begin}, ${end})`);
  }
}
