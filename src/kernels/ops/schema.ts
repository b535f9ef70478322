import type { DType } from '../constants.js';
import type { Expression } from './expression.js';

/** What an op accepts as the operand of one name. */
export interface OperandSchema {
  readonly dtypes: readonly DType[];
  readonly access: 'read' | 'write' | 'update';
  readonly isOptional: boolean;
  /** True if both strides are free. Other operands have `colStride` 1. */
  readonly isStrided: boolean;
}

const reads = (...dtypes: DType[]): OperandSchema => ({
  dtypes,
  access: 'read',
  isOptional: false,
  isStrided: false,
});
export const f32 = reads('f32');
export const f64 = reads('f64');
export const i32 = reads('i32');
export const u32 = reads('u32');
export const u8 = reads('u8');
/** Numbers from a user's table. */
export const table = reads('f32', 'u8');
export const anyTable = reads('f64', 'f32', 'u8');

export const optional = (operand: OperandSchema): OperandSchema => ({ ...operand, isOptional: true });
export const strided = (operand: OperandSchema): OperandSchema => ({ ...operand, isStrided: true });
/** Written without being read first. */
export const output = (operand: OperandSchema): OperandSchema => ({ ...operand, access: 'write' });
/** Read and written. */
export const updated = (operand: OperandSchema): OperandSchema => ({ ...operand, access: 'update' });

/** The values that a scalar may have. */
export interface ScalarRange {
  readonly least: number;
  readonly most: number;
  readonly isWhole: boolean;
}

const between = (least: number, most: number): ScalarRange => ({ least, most, isWhole: false });
export const whole = (least: number, most: number): ScalarRange => ({ least, most, isWhole: true });
export const finite = between(-Number.MAX_VALUE, Number.MAX_VALUE);
/** Positive and not denormal, in float32 too. */
export const positive = between(2 ** -126, (2 - 2 ** -23) * 2 ** 127);
/** At least 0, and finite in float32 too. */
export const notNegative = between(0, (2 - 2 ** -23) * 2 ** 127);
export const flag = whole(0, 1);
export const word = whole(0, 2 ** 32 - 1);
/** A number from a table of names. */
export const choice = (names: Readonly<Record<string, number>>): ScalarRange =>
  whole(0, Object.keys(names).length - 1);

/** The split divides the mini-batch, whose number of rows is known only at run time. */
export const BATCH = Number.POSITIVE_INFINITY;
/** No limit to the sum of `batchStart` and the rows. */
export const UNLIMITED = Number.POSITIVE_INFINITY;

/**
 * Splits that an op allows in addition to `all` and `first`. The order is the encoding in C++.
 * - `rows`: rows of the mini-batch, and slices
 * - `groups`: groups of 16 rows of the mini-batch, and nothing else
 * - `rowsOrGroups`: both
 * - `none`: the result is indivisible, so ranks cannot share the work
 */
export const SPLIT_CLASSES = ['rows', 'groups', 'rowsOrGroups', 'none'] as const;
export type SplitClass = (typeof SPLIT_CLASSES)[number];

/** The order is the encoding in C++. */
export const RELATIONS = ['exactly', 'atLeast', 'atMost'] as const;
export type Relation = (typeof RELATIONS)[number];

/**
 * A condition on an op. A rule about the rows or columns of an operand (`left`) holds if that
 * operand is absent.
 */
export interface Comparison {
  readonly relation: Relation;
  readonly left: Expression;
  readonly right: Expression;
  /** For messages: the reason. If `left` is not a side of an operand: the requirement. */
  readonly why: string;
}
export type Rule = Comparison | readonly Rule[];

/** Everything about an op kind except its arithmetic. */
export interface OpSchema {
  readonly operands: Readonly<Record<string, OperandSchema>>;
  readonly scalars: Readonly<Record<string, ScalarRange>>;
  readonly splits: SplitClass;
  /** Rows, columns or blocks that the split divides, or {@link BATCH}. */
  readonly range: Expression;
  readonly rules: () => readonly Rule[];
  /** Rows of the op's tables. `batchStart` plus the rows of the mini-batch must not exceed it. */
  readonly tableRows: Expression;
  /** Whether the op runs even over an empty range. */
  readonly runsEmpty: boolean;
  /** Pairs of an output and an input of the same shape that may share memory. */
  readonly inPlace: readonly (readonly [output: string, input: string])[];
  /** Floating-point operations for a full mini-batch. exp, log and the like count 20, a root 1. */
  readonly flops: Expression;
  /** Bytes read and written. Undefined if the op reads or writes every operand completely. */
  readonly bytes: Expression | undefined;
}

const DEFAULTS = {
  scalars: {},
  splits: 'rows',
  range: BATCH,
  tableRows: UNLIMITED,
  runsEmpty: false,
  inPlace: [],
  bytes: undefined,
} as const;

/**
 * Declares an op kind and fills in defaults. The schema is created on first use: a program uses few
 * of the kinds, and importing the package should not spend time on the others.
 */
export function op(
  make: () => Pick<OpSchema, 'operands' | 'rules' | 'flops'> & Partial<OpSchema>,
): () => OpSchema {
  let made: OpSchema | undefined;
  return () => {
    made ??= { ...DEFAULTS, ...make() };
    return made;
  };
}
