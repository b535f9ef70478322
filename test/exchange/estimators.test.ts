/** Every estimator as a graph of ONNX: it computes what the estimator does. */
import * as steepest from 'steepest';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { atOnce } from '#steepest/core/inParts.js';
import { decoding } from '#steepest/io/onnx/decode.js';
import { expectedOutputs, onnxInputs } from '../../scripts/exchange/estimatorOutputs.mjs';
import { type EstimatorCase, estimatorCases, type Saved } from '../../scripts/exchange/estimators.mjs';
import { evaluateOnnx } from '../support/onnx/evaluate.js';

// Few epochs, with a warning each.
beforeAll(() => {
  vi.spyOn(process, 'emitWarning').mockReturnValue(undefined);
});
afterAll(() => steepest.shutdown());

const cases = [...estimatorCases(steepest, 8)];
const FLOAT32 = /MLP|Network|perceptron/;

/** Classes that were fitted, and those inside them. */
const seen = new Set<string>();
function note({ type, state }: Saved): void {
  seen.add(type);
  for (const child of Object.values(state?.children ?? {})) note(child);
}

/** @param isFloat32 whether differences are relative to the largest number, otherwise to each */
function differenceOf(actual: ArrayLike<number>, expected: readonly number[], isFloat32: boolean): number {
  const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return expected.reduce((most, value, i) => {
    if (Object.is(value, actual[i]) || value === actual[i]) return most;
    return Math.max(most, Math.abs(actual[i]! - value) / (isFloat32 ? largest : Math.abs(value)));
  }, 0);
}

async function compare({ name, fitted, rows }: EstimatorCase): Promise<void> {
  const estimator = await fitted();
  note(estimator.toSaved());
  const x = rows(7);
  const outputs = evaluateOnnx(atOnce(decoding(estimator.toOnnx())), onnxInputs(x));
  const expected = await expectedOutputs(estimator, x);
  expect([...outputs.keys()].sort()).toEqual(Object.keys(expected).sort());
  for (const [output, { data, shape }] of Object.entries(expected)) {
    const actual = outputs.get(output)!;
    expect(actual.shape).toEqual(shape);
    if (typeof data[0] === 'string' || output === 'label') expect([...actual.data]).toEqual(data);
    else {
      const difference = differenceOf(actual.data as Float64Array, data as number[], FLOAT32.test(name));
      expect(difference).toBeLessThan(1e-6);
    }
  }
}

describe('the ONNX graph of an estimator', () => {
  it.each(cases)('computes what it does: $name', compare);

  it('was there for every class', () => {
    expect([...seen].sort()).toEqual([...steepest.estimatorTypes()].sort());
  });
});
