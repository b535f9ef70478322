import type { DType } from '../constants.js';
import type { Expression } from './expression.js';

/** What an op takes under one name. */
export interface OperandSchema {
  readonly dtypes: readonly DType[];
  readonly access: 'read' | 'write' | 'update';
  readonly isOptional: boolean;
  /** Any two strides; the others have `colStride` 1. */
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
/** Numbers of a user's table. */
export const table = reads('f32', 'u8');
export const anyTable = reads('f64', 'f32', 'u8');

export const optional = (operand: OperandSchema): OperandSchema => ({ ...operand, isOptional: true });
export const strided = (operand: OperandSchema): OperandSchema => ({ ...operand, isStrided: true });
/** Written, and not read before. */
export const output = (operand: OperandSchema): OperandSchema => ({ ...operand, access: 'write' });
/** Read and written. */
export const updated = (operand: OperandSchema): OperandSchema => ({ ...operand, access: 'update' });

/** Values that a scalar may take. */
export interface ScalarRange {
  readonly least: number;
  readonly most: number;
  readonly isWhole: boolean;
}

const between = (least: number, most: number): ScalarRange => ({ least, most, isWhole: false });
export const whole = (least: number, most: number): ScalarRange => ({ least, most, isWhole: true });
export const finite = between(-Number.MAX_VALUE, Number.MAX_VALUE);
/** More than 0 in float32 too, and no denormal. */
export const positive = between(2 ** -126, (2 - 2 ** -23) * 2 ** 127);
export const flag = whole(0, 1);
export const word = whole(0, 2 ** 32 - 1);
/** One of the numbers of a table of names. */
export const choice = (names: Readonly<Record<string, number>>): ScalarRange =>
  whole(0, Object.keys(names).length - 1);

/** The dimension that a split divides is the mini-batch, whose rows are known at run time. */
export const BATCH = Number.POSITIVE_INFINITY;
/** No limit to `batchStart` plus rows. */
export const UNLIMITED = Number.POSITIVE_INFINITY;

/**
 * Splits that an op allows besides `all` and `first`. The order is the encoding in C++.
 * - `rows`: rows of the mini-batch, and slices
 * - `groups`: groups of 16 rows of it, and nothing else
 * - `rowsOrGroups`: both
 * - `none`: its result is one whole, so that ranks cannot share it
 */
export const SPLIT_CLASSES = ['rows', 'groups', 'rowsOrGroups', 'none'] as const;
export type SplitClass = (typeof SPLIT_CLASSES)[number];

/** The order is the encoding in C++. */
export const RELATIONS = ['exactly', 'atLeast', 'atMost'] as const;
export type Relation = (typeof RELATIONS)[number];

/**
 * What must hold of an op. A rule about the rows or columns of an operand (`left`) holds if that
 * operand is absent.
 */
export interface Comparison {
  readonly relation: Relation;
  readonly left: Expression;
  readonly right: Expression;
  /** For people: why, or what is asked for where `left` is not a side of an operand. */
  readonly why: string;
}
export type Rule = Comparison | readonly Rule[];

/** All that is known about a kind of op but its arithmetic. */
export interface OpSchema {
  readonly operands: Readonly<Record<string, OperandSchema>>;
  readonly scalars: Readonly<Record<string, ScalarRange>>;
  readonly splits: SplitClass;
  /** Rows, columns or blocks that the split divides, or {@link BATCH}. */
  readonly range: Expression;
  readonly rules: () => readonly Rule[];
  /** Rows of its tables, which `batchStart` plus the rows of the mini-batch must not exceed. */
  readonly tableRows: Expression;
  /** Runs even over an empty range. */
  readonly runsEmpty: boolean;
  /** Pairs of an output and an input of its shape that may be the same memory. */
  readonly inPlace: readonly (readonly [output: string, input: string])[];
  /** Floating-point operations for a full mini-batch; exp, log and their kin count 20, a root 1. */
  readonly flops: Expression;
  /** Bytes read and written, where that is not all of every operand. */
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
 * A kind of op, with the usual answers to what is not said. It is made when it is first asked for:
 * a program has few of all kinds, and importing the package should take no time for them.
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
