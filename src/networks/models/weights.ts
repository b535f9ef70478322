import { SteepestError } from '../../core/errors.js';
import { Matrix } from '../../core/matrix.js';
import type { NdArray } from '../../core/ndarray.js';
import { reading } from '../../core/refuse.js';
import { readNumbers } from '../../core/rows.js';
import { show } from '../../core/show.js';
import { valueTable } from '../../data/sharedRows.js';
import type { ParameterSpec } from '../../program/parameters.js';

/** Copies of a model's parameters, in layer order. */
export function copyWeights(
  parameters: readonly ParameterSpec[],
  values: ReadonlyMap<string, Float32Array>,
): Matrix<Float32Array>[] {
  return parameters.map(({ name, shape }) => new Matrix(values.get(name)!.slice(), [...shape]));
}

/**
 * Checks the arrays passed to `setWeights` against a model's parameters, and copies them.
 * @throws SteepestError `ERR_SHAPE`, `ERR_NOT_FINITE` or `ERR_ARGUMENT`
 */
export function readWeights(
  parameters: readonly ParameterSpec[],
  weights: readonly NdArray[],
): Map<string, Float32Array> {
  return reading('weights', () => readArrays(parameters, weights));
}

function readArrays(
  parameters: readonly ParameterSpec[],
  weights: readonly NdArray[],
): Map<string, Float32Array> {
  if (!Array.isArray(weights) || weights.length !== parameters.length) {
    throw new SteepestError('ERR_SHAPE', {
      expected: `a list of ${parameters.length} arrays, as getWeights returns`,
      given: Array.isArray(weights) ? `${weights.length}` : show(weights),
      hint: 'Pass one array per parameter, in layer order.',
    });
  }
  return new Map(parameters.map((parameter, i) => [parameter.name, readArray(parameter, weights[i])]));
}

function readArray({ name, shape, rows, cols, notNegative }: ParameterSpec, given: unknown): Float32Array {
  const { data, shape: has } = (given ?? {}) as Partial<NdArray>;
  const fits = Array.isArray(has) && has.length === shape.length && shape.every((size, i) => has[i] === size);
  if (!fits) {
    throw new SteepestError('ERR_SHAPE', {
      expected: `${name} as { data, shape: [${shape.join(', ')}] }`,
      given: has === undefined ? show(given) : `shape ${show(has)}`,
      hint: 'Pass the arrays in the order of getWeights.',
    });
  }
  const matrix = { data, shape: [rows, cols] } as NdArray;
  const values = Float32Array.from(valueTable(name, readNumbers(name, matrix, 'values')).data);
  if (notNegative && values.some((v) => v < 0)) {
    throw new SteepestError('ERR_ARGUMENT', {
      expected: `${name} to have numbers of at least 0, as variances are`,
      given: String(values.find((v) => v < 0)),
      hint: 'Pass the arrays in the order of getWeights: gamma, beta, moving mean, moving variance.',
    });
  }
  return values;
}
