import { BYTES_PER_ELEMENT, type Op } from '../kernels/contract.js';
import { costOf } from '../kernels/ops/compiled.js';
import { evaluate } from '../kernels/ops/evaluate.js';

/** Floating-point operations and bytes that an op needs for a full mini-batch. */
export interface OpCost {
  flops: number;
  bytes: number;
}

/**
 * The cost of one op over a full mini-batch, all ranks together, as its entry in kernels/ops says.
 */
export function opCost(op: Op): OpCost {
  const { nodes, flops, bytes } = costOf(op.kind);
  const values = evaluate(nodes, op, 0);
  return { flops: values[flops]!, bytes: bytes === undefined ? bytesOf(op) : values[bytes]! };
}

/** All of every operand. */
function bytesOf({ operands }: Op): number {
  return Object.values(operands).reduce(
    (sum, { rows, cols, dtype }) => sum + rows * cols * BYTES_PER_ELEMENT[dtype],
    0,
  );
}

/** Floating-point operations of a whole step. */
export function stepFlops(ops: readonly Op[]): number {
  return ops.reduce((sum, op) => sum + opCost(op).flops, 0);
}
