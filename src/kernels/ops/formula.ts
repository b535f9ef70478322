import { BYTES_PER_ELEMENT, type DType, GROUP_IMAGES, planeOf } from '../constants.js';
import type { Expression, NodeKind } from './expression.js';
import type { OpSchema } from './schema.js';

/** A node of a formula. `of` contains indices of earlier nodes. */
export interface FlatNode {
  readonly kind: NodeKind;
  readonly name: string;
  readonly value: number;
  readonly of: readonly number[];
}

/** The expressions of one op kind. Each part occurs once, before the nodes that use it. */
export class Formula {
  readonly nodes: FlatNode[] = [];
  private readonly places = new Map<string, number>();

  constructor(
    private readonly kind: string,
    private readonly schema: OpSchema,
  ) {}

  /** Adds an expression. @returns the index of its node */
  add(expression: Expression): number {
    if (typeof expression === 'number') return this.place('constant', '', expression, []);
    const { kind, name, of } = expression;
    this.checkName(kind, name);
    return this.place(
      kind,
      name,
      0,
      of.map((part) => this.add(part)),
    );
  }

  /** The value of each node for one op. The next call for any formula overwrites it. */
  evaluate(op: Sizes, maxRows: number): Float64Array {
    const { nodes } = this;
    const batch = { rows: maxRows, groups: Math.ceil(maxRows / GROUP_IMAGES) };
    for (let i = 0; i < nodes.length; i++) {
      const node = nodes[i] as FlatNode;
      VALUES[i] = COMPUTE[node.kind](node, op, batch);
    }
    return VALUES;
  }

  private place(kind: NodeKind, name: string, value: number, of: readonly number[]): number {
    const key = `${kind} ${name} ${value} ${of.join(' ')}`;
    const known = this.places.get(key);
    if (known !== undefined) return known;
    const place = this.nodes.length;
    if (place === MOST_NODES) throw new Error(`op ${this.kind}: more than ${MOST_NODES} nodes of rules`);
    this.nodes.push({ kind, name, value, of });
    this.places.set(key, place);
    return place;
  }

  private checkName(kind: NodeKind, name: string): void {
    const { operands, scalars } = this.schema;
    const names = OF_OPERANDS.has(kind) ? operands : kind === 'scalar' ? scalars : undefined;
    if (names !== undefined && !Object.hasOwn(names, name)) {
      throw new Error(`op ${this.kind}: a rule names ${kind} '${name}', which it does not have`);
    }
  }
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
export const OF_OPERANDS: ReadonlySet<NodeKind> = new Set(['rows', 'cols', 'given', 'elementBytes']);

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
