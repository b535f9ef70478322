import type { Matrix } from '../../core/matrix.js';
import type { NumberRow, NumericArray } from '../../core/ndarray.js';
import type { ColumnNames, TargetInput } from '../../data/arrayInputs.js';
import type { FeatureInput } from './features.js';
import type { RowInput } from './work.js';

// Types only: which form the predictions of a regressor have, as far as its fit's types say it.
//
// A class with a type parameter for the form would lose `this`: a subclass's fit would give its
// base. Overloads would make every wrong argument "No overload matches this call". Assertion
// signatures cannot be asynchronous. So `fit` adds what it knows about `predict` to `this`.

/** A key that no object has: it keeps models of the two forms apart. */
declare const FORM: unique symbol;

type Form = 'vector' | 'columns';

/** Targets of which the type says that there is one number per row. */
export type VectorTarget =
  | readonly number[]
  | NumericArray
  | { readonly data: NumericArray; readonly shape: readonly [number] }
  | string
  | readonly [string];

/** Targets of which the type says that they are rows × targets. */
export type ColumnsTarget =
  | readonly NumberRow[]
  | { readonly data: NumericArray; readonly shape: readonly [number, number, ...number[]] }
  | readonly [string, string, ...string[]];

/** The form of each member of a union of types of targets. */
type FormsOf<Y> = Y extends VectorTarget ? 'vector' : Y extends ColumnsTarget ? 'columns' : Form;

/** The form of predictions; both where Y leaves it open, also for `any`; never without targets. */
type FormOf<Y> = 0 extends 1 & Y ? Form : FormsOf<Y>;

interface PredictsVector<X> {
  readonly [FORM]: 'vector';
  /** One number per row. */
  predict(x: X): Promise<Float64Array>;
  /** {@link predict} at once, for one row or a few. Same bits. */
  predictSync(x: X | RowInput): Float64Array;
}

interface PredictsColumns<X> {
  readonly [FORM]: 'columns';
  /** Rows × targets. */
  predict(x: X): Promise<Matrix<Float64Array>>;
  /** {@link predict} at once, for one row or a few. Same bits. */
  predictSync(x: X | RowInput): Matrix<Float64Array>;
}

/**
 * A regressor M after a fit on targets of type Y. `predict` returns a `Float64Array` where Y is one
 * number per row, a `Matrix` where Y has columns, and either where Y may be both:
 * `FittedOn<Ridge, number[]>`.
 */
// The first of several signatures wins, so those of M come last.
export type FittedOn<M, Y, X = FeatureInput> = [FormOf<Y>] extends [never]
  ? M
  : [FormOf<Y>] extends ['vector']
    ? PredictsVector<X> & M
    : [FormOf<Y>] extends ['columns']
      ? PredictsColumns<X> & M
      : M;

/**
 * Targets for another fit of M: those of the form that its type promises, for a model whose type
 * promises one.
 */
export type TargetsFor<M, Any = TargetInput | ColumnNames> = M extends { readonly [FORM]: 'vector' }
  ? VectorTarget
  : M extends { readonly [FORM]: 'columns' }
    ? ColumnsTarget
    : Any;

/** The targets in the batches of a stream; never where they are unknown, and for tables. */
type TargetsIn<X> = X extends () => infer S
  ? TargetsIn<S>
  : X extends AsyncIterable<infer B> | Iterable<infer B>
    ? B extends { y: infer Y }
      ? Y
      : never
    : never;

/** {@link FittedOn} the given targets or, without them, those in a stream. */
export type FittedOnRows<M, X, Y> = [Y] extends [never] ? FittedOn<M, TargetsIn<X>> : FittedOn<M, Y>;

/** What predicts either form, as the regressors do whose targets may be both. */
interface PredictsEither {
  predict(...args: never[]): Promise<Float64Array | Matrix<Float64Array>>;
}

/** True for what predicts either form. */
type IsEither<P> = P extends PredictsEither
  ? Promise<Float64Array | Matrix<Float64Array>> extends ReturnType<P['predict']>
    ? true
    : false
  : false;

/** As {@link FittedOn}, if the estimator whose predictions M passes on predicts either form. */
export type FittedLike<M, Last, Y, X> = IsEither<Last> extends true ? FittedOn<M, Y, X> : M;

/** What E predicts after a fit on targets of type Y, if it predicts either form; otherwise R. */
export type PredictedLike<E, Y, R> =
  IsEither<E> extends true
    ? [FormOf<Y>] extends ['vector']
      ? Float64Array
      : [FormOf<Y>] extends ['columns']
        ? Matrix<Float64Array>
        : R
    : R;
