/**
 * Expressions over the sizes of an op. Rules about shapes, ranges, limits and costs consist of
 * them. They are data, so that `scripts/generate-contract.mjs` can generate the same tables for C++
 * that TypeScript uses. All arithmetic is float64 on both sides: whole numbers are exact up to 2⁵³,
 * and a larger number never becomes small.
 */

/** What a node computes from nodes a, b and c. The order is the encoding in C++. */
export const NODE_KINDS = [
  'constant',
  /** Rows of an operand. 0 if it is absent. */
  'rows',
  'cols',
  /** 1 if an optional operand is present, else 0. */
  'given',
  'elementBytes',
  'scalar',
  /** Maximum rows of the mini-batch (`maxRows` of the program). */
  'batchRows',
  /** Groups of 16 of these rows. */
  'batchGroups',
  /** Rows of mini-batch matrices. For an op split by groups, this is the number of groups. */
  'splitRows',
  'add',
  'subtract',
  'multiply',
  /** ⌊a / b⌋ */
  'quotient',
  'remainder',
  'least',
  /** 1 if a = b, else 0. */
  'equals',
  /** a ≠ 0 ? b : c */
  'select',
  /** `imagePlane` of this many pixels. */
  'plane',
] as const;
export type NodeKind = (typeof NODE_KINDS)[number];

export interface Node {
  readonly kind: NodeKind;
  /** Name of the operand or scalar. */
  readonly name: string;
  readonly of: readonly Expression[];
}
export type Expression = number | Node;

const leaf =
  (kind: NodeKind) =>
  (name = ''): Node => ({ kind, name, of: [] });
const node = (kind: NodeKind, ...of: Expression[]): Node => ({ kind, name: '', of });

export const rows = leaf('rows');
export const cols = leaf('cols');
export const given = leaf('given');
export const elementBytes = leaf('elementBytes');
export const scalar = leaf('scalar');
export const batchRows = leaf('batchRows')();
export const batchGroups = leaf('batchGroups')();
export const splitRows = leaf('splitRows')();

const chain =
  (kind: NodeKind) =>
  (...of: [Expression, ...Expression[]]): Expression =>
    of.reduce((a, b) => node(kind, a, b));

export const plus = chain('add');
export const minus = chain('subtract');
export const times = chain('multiply');
export const least = chain('least');
export const quotient = (a: Expression, b: Expression): Node => node('quotient', a, b);
export const remainder = (a: Expression, b: Expression): Node => node('remainder', a, b);
export const equals = (a: Expression, b: Expression): Node => node('equals', a, b);
export const select = (condition: Expression, a: Expression, b: Expression): Node =>
  node('select', condition, a, b);
export const plane = (height: Expression, width: Expression): Node => node('plane', times(height, width));

export const half = (a: Expression): Node => quotient(a, 2);
/** ⌈a / b⌉ */
export const blocks = (a: Expression, b: number): Node => quotient(plus(a, b - 1), b);
export const elements = (operand: string): Expression => times(rows(operand), cols(operand));
/** This many per element of an operand. */
export const perElement = (operand: string, count: Expression): Expression =>
  times(rows(operand), cols(operand), count);
