import { SteepestError } from '../../core/errors.js';
import type { Matrix } from '../../core/matrix.js';
import { exponentOf, timesPower } from '../../core/powers.js';
import { show } from '../../core/show.js';
import { allocate, allocateInt32, rowParts, type TableInput } from '../base/columns.js';
import type { EstimatorFitOptions } from '../base/estimator.js';
import {
  checkFiniteFeatures,
  type FeatureInput,
  type FittedColumns,
  readFeatures,
} from '../base/features.js';
import { checkOptions, TRANSFORMER_FIT_KEYS, withoutTarget } from '../base/fitOptions.js';
import { defaultParams, type ParamSpecs, param, resolveParams } from '../base/params.js';
import { attribute, type SavedState } from '../base/saved.js';
import type { Work } from '../base/work.js';
import { writeProducts } from '../onnx/columns.js';
import type { Graph } from '../onnx/graph.js';
import { OnnxTable } from '../onnx/table.js';
import { InvertibleTransformer } from './invertible.js';
import { countProducts, listProducts, type ProductGroup, type ProductSpec } from './products.js';

/** Hyperparameters of `PolynomialFeatures`. */
export interface PolynomialFeaturesParams {
  /** Products of up to this many columns (2), or a minimum and maximum number: [least, most]. */
  degree: number | readonly [number, number];
  /** Only products of different columns, without x0² (false). */
  interactionOnly: boolean;
  /** Add a first column of ones (true). */
  includeBias: boolean;
}

function checkDegree(name: string, value: unknown): number | readonly [number, number] {
  const [least, most] = Array.isArray(value) && value.length === 2 ? value : [0, value];
  if (Number.isSafeInteger(least) && Number.isSafeInteger(most) && least >= 0 && least <= most) {
    return Array.isArray(value) ? [least, most] : (most as number);
  }
  throw new SteepestError('ERR_ARGUMENT', {
    expected: `${name} as a whole number of at least 0, or as [least, most] of them`,
    given: show(value),
    hint: 'For example 2, or [2, 3].',
  });
}

const SPECS: ParamSpecs<PolynomialFeaturesParams> = {
  degree: param.custom<number | readonly [number, number]>(2, checkDegree),
  interactionOnly: param.boolean(false),
  includeBias: param.boolean(true),
};

const isBoolean = (value: unknown): value is boolean => typeof value === 'boolean';

/**
 * All products of columns up to a degree, in scikit-learn's order: by degree, then by column
 * numbers. For columns a and b and degree 2: 1, a, b, a², a·b, b². NaN and infinities are refused.
 * @example
 * ```ts
 * import { PolynomialFeatures } from 'steepest';
 * const powers = new PolynomialFeatures({ degree: 2 });
 * console.log((await powers.fitTransform([[2, 3]])).row(0).join(' ')); // 1 2 3 4 6 9
 * console.log(powers.getFeatureNamesOut().join(', ')); // 1, x0, x1, x0^2, x0 x1, x1^2
 * ```
 */
export class PolynomialFeatures extends InvertibleTransformer<
  PolynomialFeaturesParams,
  Matrix<Float64Array>
> {
  /** The products, computed on first use: a small file may ask for many. */
  private listed: readonly ProductGroup[] | undefined;

  /** The hyperparameters of the fit. */
  private learned: PolynomialFeaturesParams | undefined;

  constructor(params: Partial<PolynomialFeaturesParams> = {}) {
    super('PolynomialFeatures', SPECS, params);
  }

  /**
   * Only counts columns.
   * @throws SteepestError `ERR_SHAPE`, `ERR_RAGGED`, `ERR_EMPTY`, `ERR_ARGUMENT`, `ERR_NOT_FINITE`,
   *   `ERR_MEMORY`
   */
  async fit(x: TableInput, y?: unknown, options: EstimatorFitOptions = {}): Promise<this> {
    const samples = withoutTarget('fit', x, y);
    checkOptions('PolynomialFeatures.fit', options, TRANSFORMER_FIT_KEYS);
    const features = readFeatures('X', samples as FeatureInput);
    checkFiniteFeatures('X', features);
    const { cols, names } = features;
    this.become({ cols, names }, this.getParams());
    return this;
  }

  /** @throws SteepestError `ERR_MEMORY` for too many products, `ERR_ARGUMENT` for none */
  private become(fitted: FittedColumns, learned: PolynomialFeaturesParams): void {
    checkProducts(fitted.cols, learned);
    this.learned = learned;
    this.fitted = fitted;
    this.listed = undefined;
  }

  private spec(what: string): ProductSpec {
    return specOf(this.ready(what).cols, this.learned as PolynomialFeaturesParams);
  }

  private products(what: string): readonly ProductGroup[] {
    this.listed ??= listProducts(this.spec(what));
    return this.listed;
  }

  /**
   * rows × nOutputFeatures.
   * @throws SteepestError `ERR_NOT_FITTED`, `ERR_SHAPE`, `ERR_NOT_FINITE`, `ERR_MEMORY`
   */
  protected *transforming(x: TableInput): Work<Matrix<Float64Array>> {
    const features = this.featuresLikeFit('transform()', x);
    checkFiniteFeatures('X', features);
    const { data, rows, cols } = features;
    const groups = this.products('transform()');
    const outputs = this.nOutputFeatures;
    const result = allocate(rows, outputs);
    yield* rowParts(rows, outputs, (begin, end) => {
      for (let i = begin; i < end; i++) {
        let at = i * outputs;
        for (const { size, factors } of groups) {
          if (size === 0) result.data[at++] = 1;
          for (let f = 0; f < factors.length; f += size) {
            let product = 1;
            for (let t = f; t < f + size; t++) product *= data[i * cols + factors[t]!]!;
            // Partial products may leave float64's range even if the product does not.
            const isLost = product === 0 || !Number.isFinite(product);
            result.data[at++] = isLost ? inUnits(factors.subarray(f, f + size), data, i * cols) : product;
          }
        }
      }
    });
    return this.named(result);
  }

  /**
   * The input columns, which are those of degree 1.
   * @throws SteepestError `ERR_NOT_FITTED`, `ERR_SHAPE`; `ERR_ARGUMENT` if degree 1 is excluded
   */
  protected *inverting(x: TableInput): Work<Matrix<Float64Array>> {
    this.ready('inverseTransform()');
    const features = readFeatures('X', x as FeatureInput);
    const { cols } = this.checkColumns('inverseTransform()', features, this.nOutputFeatures);
    const sizes = countProducts(this.spec('inverseTransform()'));
    // Only the bias may come before them.
    const first = sizes[0]!.size === 0 ? 1 : 0;
    if (sizes[first]?.size !== 1) {
      throw new SteepestError('ERR_ARGUMENT', {
        expected: 'columns of degree 1 to read the input from',
        given: `degree ${JSON.stringify(this.learned?.degree)}`,
        hint: 'Set the least degree to 1 or 0.',
      });
    }
    const result = allocate(features.rows, cols);
    yield* rowParts(features.rows, features.cols, (begin, end) => {
      for (let at = begin * cols; at < end * cols; at++) {
        const row = Math.floor(at / cols);
        result.data[at] = features.data[row * features.cols + first + (at % cols)]!;
      }
    });
    return result;
  }

  override writeOnnx(graph: Graph, table: OnnxTable): OnnxTable {
    const products = writeProducts(graph, table.numbers(graph), this.products('toOnnx()'));
    return OnnxTable.ofNumbers(products, this.nOutputFeatures);
  }

  /** Number of columns that `transform` returns. */
  get nOutputFeatures(): number {
    return countProducts(this.spec('nOutputFeatures')).reduce((sum, { count }) => sum + count, 0);
  }

  /** Exponents: outputs × columns. @throws SteepestError `ERR_NOT_FITTED`, `ERR_MEMORY` */
  get powers(): Matrix<Int32Array> {
    const { cols } = this.ready('powers');
    const outputs = this.nOutputFeatures;
    const result = allocateInt32(outputs, cols);
    const { data } = result;
    let row = 0;
    for (const { size, count, factors } of this.products('powers')) {
      for (let f = 0; f < factors.length; f++) data[(row + Math.floor(f / size)) * cols + factors[f]!]!++;
      row += count;
    }
    return result;
  }

  /** For example '1', 'x0', 'x0^2', 'x0 x1'. */
  getFeatureNamesOut(inputNames?: readonly string[]): string[] {
    const nameAt = this.inputName(inputNames);
    return this.products('getFeatureNamesOut()').flatMap(({ size, count, factors }) =>
      Array.from({ length: count }, (_, k) => nameOf(factors.subarray(k * size, (k + 1) * size), nameAt)),
    );
  }

  protected fittedState(): SavedState | undefined {
    if (this.fitted === undefined) return undefined;
    return { tensors: {}, attributes: { ...this.columnAttributes(), ...this.learned } };
  }

  protected restoreState(state: SavedState): void {
    const fitted = this.columnsFrom(state);
    const learned = resolveParams(this.type, SPECS, defaultParams(SPECS), {
      degree: attribute(state, 'degree', (value): value is number => value !== undefined),
      interactionOnly: attribute(state, 'interactionOnly', isBoolean),
      includeBias: attribute(state, 'includeBias', isBoolean),
    });
    this.become(fitted, learned);
  }
}

function nameOf(product: Uint32Array, nameAt: (column: number) => string): string {
  if (product.length === 0) return '1';
  const exponents = new Map<number, number>();
  for (const j of product) exponents.set(j, (exponents.get(j) ?? 0) + 1);
  return [...exponents].map(([j, n]) => (n === 1 ? nameAt(j) : `${nameAt(j)}^${n}`)).join(' ');
}

/**
 * The product of elements of a row, with its power of two kept separately; outside float64 it is
 * infinite or 0.
 */
function inUnits(product: Uint32Array, data: ArrayLike<number>, row: number): number {
  let fraction = 1;
  let exponent = 0;
  for (const j of product) {
    const value = data[row + j]!;
    const own = exponentOf(value);
    fraction *= timesPower(value, -own);
    exponent += own;
    const carry = exponentOf(fraction);
    fraction = timesPower(fraction, -carry);
    exponent += carry;
  }
  return timesPower(fraction, exponent);
}

function specOf(cols: number, params: PolynomialFeaturesParams): ProductSpec {
  const { degree, interactionOnly, includeBias } = params;
  const [least, most] = typeof degree === 'number' ? [0, degree] : degree;
  return { cols, least, most, interactionOnly, includeBias };
}

/** @throws SteepestError `ERR_MEMORY` for too many products, `ERR_ARGUMENT` for none */
function checkProducts(cols: number, params: PolynomialFeaturesParams): void {
  if (countProducts(specOf(cols, params)).length > 0) return;
  const { degree, interactionOnly } = params;
  throw new SteepestError('ERR_ARGUMENT', {
    expected: 'at least one output column',
    given: `degree ${JSON.stringify(degree)}${interactionOnly ? ' with interactionOnly' : ''} of ${cols} columns and no bias`,
    hint: 'Set includeBias, or another degree.',
  });
}
