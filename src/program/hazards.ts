/**
 * Finds where a rank would read what another one writes in the same phase, or write what another
 * one still reads or writes: there, a new phase has to begin. Only ops of owners are looked at.
 * Ops over rows of the mini-batch meet on the same rows of the same rank.
 */
import { BYTES_PER_ELEMENT, type Op, type Operand } from '../kernels/contract.js';
import { compiledOp } from '../kernels/ops/compiled.js';
import { transposed } from './memory.js';

/** Ops with the same sharer run on the same rank, on the same rows if they run over rows. */
function sharerOf({ part, split }: Op): string {
  if (part !== undefined) return `${part.index} of ${part.of}`;
  return split === 'rows' || split === 'groups' ? 'rows' : 'any';
}

interface Access {
  operand: Operand;
  writes: boolean;
}

function accessesOf({ kind, operands }: Op): Access[] {
  return compiledOp(kind).operands.flatMap(([name, { access }]) => {
    const operand = operands[name];
    if (operand === undefined) return [];
    return [{ operand: operand.colStride === 1 ? operand : transposed(operand), writes: access !== 'read' }];
  });
}

const sizeOf = ({ dtype }: Operand): number => BYTES_PER_ELEMENT[dtype];
const endOf = (operand: Operand): number =>
  operand.byteOffset + ((operand.rows - 1) * operand.rowStride + operand.cols) * sizeOf(operand);

/** Whether two operands have bytes in common. Different columns of a matrix have none. */
export function overlaps(a: Operand, b: Operand): boolean {
  if (a.buffer !== b.buffer || a.rows === 0 || b.rows === 0) return false;
  if (a.byteOffset >= endOf(b) || b.byteOffset >= endOf(a)) return false;
  const stride = a.rowStride * sizeOf(a);
  if (stride !== b.rowStride * sizeOf(b) || (a.rows === 1 && b.rows === 1)) return true;
  const shift = (((a.byteOffset - b.byteOffset) % stride) + stride) % stride;
  return shift < b.cols * sizeOf(b) || shift + a.cols * sizeOf(a) > stride;
}

/** Whether two ops of one phase need a barrier between them. */
export function conflict(a: Op, b: Op): boolean {
  if ((a.part ?? b.part) === undefined || sharerOf(a) === sharerOf(b)) return false;
  const others = accessesOf(b);
  return accessesOf(a).some((mine) =>
    others.some((other) => (mine.writes || other.writes) && overlaps(mine.operand, other.operand)),
  );
}
