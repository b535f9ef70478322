import { SteepestError } from '../../core/errors.js';
import { type NdArray, ndArray } from '../../core/ndarray.js';
import { exponentOf, timesPower } from '../../core/powers.js';
import { show } from '../../core/show.js';
import type { EstimatorFitOptions } from '../base/estimator.js';
import { checkFiniteFeatures, type FeatureInput, readFeatures } from '../base/features.js';
import { checkNoOptionsAsY, checkOptions, TRANSFORMER_FIT_KEYS } from '../base/fitOptions.js';
import { defaultParams, type ParamSpecs, param, resolveParams } from '../base/params.js';
import { attribute, type SavedState } from '../base/saved.js';
import { allocate, forSlices, type TableInput } from '../base/tables.js';
import { BaseTransformer } from './baseTransformer.js';

export interface PolynomialFeaturesParams {
  /** Products of up to this many columns (2), or of at least and at most so many: [least, most]. */
  degree: number | readonly [number, number];
  /** Only products of different columns: no x0² (false). */
  interactionOnly: boolean;
  /** A first column of ones (true). */
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
    mend: 'Use 2, or [2, 3].',
  });
}

const SPECS: ParamSpecs<PolynomialFeaturesParams> = {
  degree: param.custom<number | readonly [number, number]>(2, checkDegree),
  interactionOnly: param.boolean(false),
  includeBias: param.boolean(true),
};

const isBoolean = (value: unknown): value is boolean => typeof value === 'boolean';

/**
 * More factors than this in all products are a mistake:
 * their list alone would take half a gigabyte.
 */
const MOST_FACTORS = 2 ** 24;

/**
 * All products of columns up to a degree, in scikit-learn's order: by degree, then by column
 * numbers. For columns a and b and degree 2: 1, a, b, a², a·b, b². NaN and infinities are refused.
 */
export class PolynomialFeatures extends BaseTransformer<PolynomialFeaturesParams, NdArray<Float64Array>> {
  /**
   * Per output column the numbers of the columns that are
   * multiplied, ascending; empty for the bias.
   */
  private products: readonly (readonly number[])[] = [];

  /** The hyper-parameters of the fit. */
  private learned: PolynomialFeaturesParams | undefined;

  constructor(params: Partial<PolynomialFeaturesParams> = {}) {
    super('PolynomialFeatures', SPECS, params);
  }

  /**
   * Only counts columns.
   * @throws SteepestError `ERR_SHAPE`, `ERR_RAGGED`,
   * `ERR_EMPTY`, `ERR_ARGUMENT`, `ERR_NOT_FINITE`, `ERR_MEMORY`
   */
  async fit(x: TableInput, y?: unknown, options: EstimatorFitOptions = {}): Promise<this> {
    checkNoOptionsAsY('fit', y);
    checkOptions('PolynomialFeatures.fit', options, TRANSFORMER_FIT_KEYS);
    const features = readFeatures('X', x as FeatureInput);
    checkFiniteFeatures('X', features);
    const { cols, names } = features;
    this.products = productsOf(cols, this.params);
    this.learned = this.getParams();
    this.fitted = { cols, names };
    return this;
  }

  /**
   * rows × nOutputFeatures.
   * @throws SteepestError `ERR_NOT_FITTED`, `ERR_SHAPE`, `ERR_NOT_FINITE`, `ERR_MEMORY`
   */
  async transform(x: TableInput): Promise<NdArray<Float64Array>> {
    this.ready('transform()');
    const features = readFeatures('X', x as FeatureInput);
    this.checkColumns('transform()', features);
    checkFiniteFeatures('X', features);
    const { data, rows, cols } = features;
    const { products } = this;
    const outputs = products.length;
    const result = allocate(rows, outputs);
    await forSlices(rows, outputs, (begin, end) => {
      for (let i = begin; i < end; i++) {
        for (let k = 0; k < outputs; k++) {
          let product = 1;
          for (const j of products[k]!) product *= data[i * cols + j]!;
          // Factors before the last may have left float64 where the product does not.
          const isLost = product === 0 || !Number.isFinite(product);
          result.data[i * outputs + k] = isLost ? inUnits(products[k]!, data, i * cols) : product;
        }
      }
    });
    return result;
  }

  /**
   * The columns that went in, which are those of degree 1.
   * @throws SteepestError `ERR_NOT_FITTED`, `ERR_SHAPE`; `ERR_ARGUMENT` if degree 1 is left out
   */
  async inverseTransform(x: TableInput): Promise<NdArray<Float64Array>> {
    this.ready('inverseTransform()');
    const features = readFeatures('X', x as FeatureInput);
    const { cols } = this.checkColumns('inverseTransform()', features, this.products.length);
    const first = this.products.findIndex(({ length }) => length === 1);
    if (first < 0) {
      throw new SteepestError('ERR_ARGUMENT', {
        expected: 'columns of degree 1 to read the input from',
        given: `degree ${JSON.stringify(this.learned?.degree)}`,
        mend: 'Let the least degree be 1 or 0.',
      });
    }
    const result = allocate(features.rows, cols);
    for (let at = 0; at < result.data.length; at++) {
      const row = Math.floor(at / cols);
      result.data[at] = features.data[row * features.cols + first + (at % cols)]!;
    }
    return result;
  }

  /** How many columns `transform` gives. */
  get nOutputFeatures(): number {
    this.ready('nOutputFeatures');
    return this.products.length;
  }

  /** Exponents: outputs × columns. */
  get powers(): NdArray<Int32Array> {
    const { cols } = this.ready('powers');
    const data = new Int32Array(this.products.length * cols);
    this.products.forEach((product, k) => {
      for (const j of product) data[k * cols + j]!++;
    });
    return ndArray(data, [this.products.length, cols]);
  }

  /** Such as '1', 'x0', 'x0^2', 'x0 x1'. */
  getFeatureNamesOut(inputNames?: readonly string[]): string[] {
    const names = this.inputNames(inputNames);
    return this.products.map((product) => {
      if (product.length === 0) return '1';
      const exponents = new Map<number, number>();
      for (const j of product) exponents.set(j, (exponents.get(j) ?? 0) + 1);
      return [...exponents].map(([j, n]) => (n === 1 ? names[j]! : `${names[j]}^${n}`)).join(' ');
    });
  }

  protected fittedState(): SavedState | undefined {
    if (this.fitted === undefined) return undefined;
    return { tensors: {}, attributes: { ...this.columnAttributes(), ...this.learned } };
  }

  protected restoreState(state: SavedState): void {
    const fitted = this.columnsFrom(state);
    this.learned = resolveParams(this.type, SPECS, defaultParams(SPECS), {
      degree: attribute(state, 'degree', (value): value is number => value !== undefined),
      interactionOnly: attribute(state, 'interactionOnly', isBoolean),
      includeBias: attribute(state, 'includeBias', isBoolean),
    });
    this.products = productsOf(fitted.cols, this.learned);
    this.fitted = fitted;
  }
}

/**
 * The product of elements of a row with its power of two
 * kept apart; beyond float64 it is infinite or 0.
 */
function inUnits(product: readonly number[], data: ArrayLike<number>, row: number): number {
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

function productsOf(cols: number, params: PolynomialFeaturesParams): number[][] {
  const { degree, interactionOnly, includeBias } = params;
  const [least, most] = typeof degree === 'number' ? [0, degree] : degree;
  checkSize(cols, least, most, interactionOnly);
  const products: number[][] = includeBias ? [[]] : [];
  const extend = (product: number[], size: number): void => {
    if (product.length === size) {
      products.push(product);
      return;
    }
    const last = product[product.length - 1];
    const from = last === undefined ? 0 : interactionOnly ? last + 1 : last;
    for (let j = from; j < cols; j++) extend([...product, j], size);
  };
  for (let size = Math.max(1, least); size <= most; size++) extend([], size);
  if (products.length > 0) return products;
  throw new SteepestError('ERR_ARGUMENT', {
    expected: 'at least one output column',
    given: `degree ${JSON.stringify(degree)}${interactionOnly ? ' with interactionOnly' : ''} of ${cols} columns and no bias`,
    mend: 'Set includeBias, or another degree.',
  });
}

/**
 * There are C(cols + size − 1, size) products of `size` columns, C(cols, size) of different ones.
 * @throws SteepestError `ERR_MEMORY`
 */
function checkSize(cols: number, least: number, most: number, interactionOnly: boolean): void {
  let products = 1;
  let factors = 0;
  for (let size = 1; size <= most; size++) {
    products *= (interactionOnly ? cols - size + 1 : cols + size - 1) / size;
    if (products <= 0) return;
    if (size >= least) factors += products * size;
    if (factors <= MOST_FACTORS) continue;
    throw new SteepestError('ERR_MEMORY', {
      expected: `at most ${MOST_FACTORS} factors in all products`,
      given: `${factors.toPrecision(3)} or more, of ${cols} columns`,
      mend: 'Lower degree, set interactionOnly, or choose columns first.',
    });
  }
}
