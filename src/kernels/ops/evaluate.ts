import { BYTES_PER_ELEMENT, type DType, GROUP_IMAGES, planeOf } from '../constants.js';
import type { NodeKind } from './expression.js';

/** A node of a formula. `of` contains indices of earlier nodes; `name` names an operand or scalar. */
export interface FlatNode {
  readonly kind: NodeKind;
  readonly name: string;
  readonly value: number;
  readonly of: readonly number[];
}

/** The properties of an op that formulas use. */
export interface Sizes {
  readonly split: string;
  readonly operands: Readonly<Record<string, { rows: number; cols: number; dtype: DType } | undefined>>;
  readonly scalars: Readonly<Record<string, number>>;
}

/** Limits the number of nodes, because a node index is one byte. */
export const MOST_NODES = 256;
const VALUES = new Float64Array(MOST_NODES);

type Compute = (node: FlatNode, op: Sizes, batch: { rows: number; groups: number }) => number;

const of =
  (compute: (a: number, b: number, c: number) => number): Compute =>
  ({ of }) =>
    compute(VALUES[of[0]!]!, VALUES[of[1]!]!, of.length > 2 ? VALUES[of[2]!]! : 0);

/** The same as `evaluate` in native/program/shapes.cc. */
const COMPUTE: Readonly<Record<NodeKind, Compute>> = {
  constant: ({ value }) => value,
  rows: ({ name }, { operands }) => operands[name]?.rows ?? 0,
  cols: ({ name }, { operands }) => operands[name]?.cols ?? 0,
  given: ({ name }, { operands }) => (operands[name] === undefined ? 0 : 1),
  elementBytes: ({ name }, { operands }) => BYTES_PER_ELEMENT[operands[name]!.dtype],
  scalar: ({ name }, { scalars }) => scalars[name]!,
  batchRows: (_node, _op, { rows }) => rows,
  batchGroups: (_node, _op, { groups }) => groups,
  splitRows: (_node, { split }, { rows, groups }) => (split === 'groups' ? groups : rows),
  add: of((a, b) => a + b),
  subtract: of((a, b) => a - b),
  multiply: of((a, b) => a * b),
  quotient: of((a, b) => Math.floor(a / b)),
  remainder: of((a, b) => a % b),
  least: of((a, b) => Math.min(a, b)),
  equals: of((a, b) => (a === b ? 1 : 0)),
  select: of((a, b, c) => (a !== 0 ? b : c)),
  plane: of(planeOf),
};

/** The value of each node for one op. The next call overwrites it. */
export function evaluate(nodes: readonly FlatNode[], op: Sizes, maxRows: number): Float64Array {
  const batch = { rows: maxRows, groups: Math.ceil(maxRows / GROUP_IMAGES) };
  for (let i = 0; i < nodes.length; i++) {
    const node = nodes[i] as FlatNode;
    VALUES[i] = COMPUTE[node.kind](node, op, batch);
  }
  return VALUES;
}
