import { SteepestError } from '../../core/errors.js';
import { orNull } from '../../core/guards.js';
import { show } from '../../core/show.js';
import { checkNoInfinity, type TableInput } from '../base/columns.js';
import type { EstimatorFitOptions } from '../base/estimator.js';
import { type FeatureInput, readFeatures } from '../base/features.js';
import { checkOptions, TRANSFORMER_FIT_KEYS, withoutTarget } from '../base/fitOptions.js';
import { type ParamSpecs, param } from '../base/params.js';
import { attribute, type SavedState } from '../base/saved.js';
import { writeFunction } from '../onnx/functions.js';
import type { Graph } from '../onnx/graph.js';
import { noOnnxForm } from '../onnx/source.js';
import { Columnwise, type NumberMap } from './columnwise.js';
import {
  checkFunctionChoice,
  checkInverse,
  type FunctionChoice,
  type FunctionPair,
  functionsOf,
  type NumberFunction,
} from './namedFunctions.js';

/** Hyperparameters of `FunctionTransformer`. */
export interface FunctionTransformerParams {
  /**
   * A function of one number, or the name of one: 'log1p', 'sqrt', … or one of `registerFunction`.
   * 'identity' by default.
   */
  func: FunctionChoice;
  /** The inverse of `func`. By default that of its name; a function without a name has none. */
  inverseFunc: FunctionChoice | undefined;
  /** Warn in `fit` if the inverse does not take numbers back (true). */
  checkInverse: boolean;
}

const SPECS: ParamSpecs<FunctionTransformerParams> = {
  func: param.custom<FunctionChoice>('identity', checkFunctionChoice),
  inverseFunc: param.optional(param.custom<FunctionChoice>('identity', checkFunctionChoice)),
  checkInverse: param.boolean(true),
};

/** The functions of the fit. */
type Chosen = Pick<FunctionTransformerParams, 'func' | 'inverseFunc'>;

/** The functions that were chosen. @throws SteepestError `ERR_UNKNOWN_NAME`, `ERR_ARGUMENT` */
function pairOf({ func, inverseFunc }: Chosen): FunctionPair {
  const { forward, inverse } = functionsOf('func', func);
  if (inverseFunc === undefined) return { forward, inverse };
  return { forward, inverse: functionsOf('inverseFunc', inverseFunc).forward };
}

/**
 * Applies a function to each number: logarithms, roots, or your own. NaN stays NaN.
 *
 * To save it, choose the function by name: a file holds no code. A function without a name works
 * until `save`, which refuses it.
 * @example
 * ```ts
 * import { FunctionTransformer } from 'steepest';
 * const root = new FunctionTransformer({ func: 'sqrt' });
 * console.log((await root.fitTransform([[4], [9]])).column(0).join(' ')); // 2 3
 * ```
 */
export class FunctionTransformer extends Columnwise<FunctionTransformerParams> {
  private chosen: Chosen | undefined;

  constructor(params: Partial<FunctionTransformerParams> = {}) {
    super('FunctionTransformer', SPECS, params);
  }

  /**
   * Counts columns, and tries the inverse on some numbers.
   * @throws SteepestError `ERR_SHAPE`, `ERR_RAGGED`, `ERR_EMPTY`, `ERR_ARGUMENT`, `ERR_NOT_FINITE`
   *   (infinities)
   */
  async fit(x: TableInput, y?: unknown, options: EstimatorFitOptions = {}): Promise<this> {
    const given = withoutTarget('fit', x, y);
    checkOptions('FunctionTransformer.fit', options, TRANSFORMER_FIT_KEYS);
    const { func, inverseFunc } = this.params;
    const { data, cols, names } = readFeatures('X', given as FeatureInput);
    checkNoInfinity('X', data, cols, names);
    const chosen = { func, inverseFunc };
    if (this.params.checkInverse) checkInverse(this.type, data, pairOf(chosen));
    this.chosen = chosen;
    this.fitted = { cols, names };
    return this;
  }

  protected forward(): NumberMap {
    return finite(shownName(this.ofFit('transform()').func), pairOf(this.ofFit('transform()')).forward);
  }

  /** @throws SteepestError `ERR_ARGUMENT` for a function without an inverse */
  protected backward(): NumberMap {
    const chosen = this.ofFit('inverseTransform()');
    const { inverse } = pairOf(chosen);
    if (inverse !== undefined) {
      return finite(shownName(chosen.inverseFunc ?? `the inverse of ${shownName(chosen.func)}`), inverse);
    }
    throw new SteepestError('ERR_ARGUMENT', {
      expected: 'a function with an inverse',
      given: `${shownName(chosen.func)}, which has none`,
      hint: 'Pass inverseFunc, or use registerFunction(name, { forward, inverse }).',
    });
  }

  protected override writeForward(graph: Graph, x: string): string {
    return writeNamed(graph, x, this.ofFit('toOnnx()').func);
  }

  protected override writeBackward(graph: Graph, x: string): string {
    const { func, inverseFunc } = this.ofFit('toOnnx()');
    return inverseFunc === undefined ? writeNamed(graph, x, func, true) : writeNamed(graph, x, inverseFunc);
  }

  private ofFit(what: string): Chosen {
    if (this.chosen === undefined) throw this.notFitted(what);
    return this.chosen;
  }

  protected fittedState(): SavedState | undefined {
    if (this.chosen === undefined) return undefined;
    const { func, inverseFunc } = this.chosen;
    return {
      tensors: {},
      attributes: { ...this.columnAttributes(), func, inverseFunc: inverseFunc ?? null },
    };
  }

  protected restoreState(state: SavedState): void {
    const fitted = this.columnsFrom(state);
    const chosen = {
      func: attribute(state, 'func', isChoice),
      inverseFunc: attribute(state, 'inverseFunc', orNull(isChoice)) ?? undefined,
    };
    pairOf(chosen);
    this.chosen = chosen;
    this.fitted = fitted;
  }
}

/** A copy within the program may hold functions; in a file there are only names. */
const isChoice = (value: unknown): value is FunctionChoice =>
  typeof value === 'string' || typeof value === 'function';

const shownName = (choice: FunctionChoice): string => (typeof choice === 'string' ? choice : show(choice));

/** @throws SteepestError `ERR_ARGUMENT` for functions not built in, and inverses they lack */
function writeNamed(graph: Graph, x: string, choice: FunctionChoice, isInverse = false): string {
  const written = typeof choice === 'string' ? writeFunction(graph, x, choice, isInverse) : undefined;
  if (written !== undefined) return written;
  const what = isInverse ? `the inverse of ${shownName(choice)}` : shownName(choice);
  throw noOnnxForm(
    `FunctionTransformer with ${what}`,
    'Choose a function that is built in, such as log1p, or apply your own before the model.',
  );
}

/** A function that must give a finite number for one. */
function finite(name: string, f: NumberFunction): NumberMap {
  return (value, column) => {
    if (Number.isNaN(value)) return value;
    const result: unknown = f(value);
    if (typeof result === 'number' && Number.isFinite(result)) return result;
    throw new SteepestError('ERR_NOT_FINITE', {
      expected: `a finite number from ${name} for each number of column ${column}`,
      given: `${show(result)} for ${value}`,
      hint: 'Choose a function that takes all numbers of the column, such as log1p where some are 0.',
    });
  };
}
