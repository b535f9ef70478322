/** Every estimator as a graph of ONNX: it computes what the estimator does. */
import * as steepest from 'steepest';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { atOnce } from '#steepest/core/inParts.js';
import { decoding } from '#steepest/io/onnx/decode.js';
import { compareOutputs, expectedOutputs, onnxInputs } from '../../scripts/exchange/estimatorOutputs.mjs';
import { type EstimatorCase, estimatorCases, type Saved } from '../../scripts/exchange/estimators.mjs';
import { evaluateOnnx } from '../support/onnx/evaluate.js';

// Few epochs, with a warning each.
beforeAll(() => {
  vi.spyOn(process, 'emitWarning').mockReturnValue(undefined);
});
afterAll(() => steepest.shutdown());

const cases = [...estimatorCases(steepest, 8)];

/** Classes that were fitted, and those inside them. */
const seen = new Set<string>();
function note({ type, state }: Saved): void {
  seen.add(type);
  for (const child of Object.values(state?.children ?? {})) note(child);
}

const run = (bytes: Uint8Array, x: unknown, options?: steepest.EstimatorOnnxOptions) =>
  Object.fromEntries(evaluateOnnx(atOnce(decoding(bytes)), onnxInputs(x, options)));

async function compare({ isFloat32, options, fitted, rows, refused }: EstimatorCase): Promise<void> {
  const estimator = await fitted();
  note(estimator.toSaved());
  const bytes = estimator.toOnnx(options);
  const x = rows(7);
  const expected = await expectedOutputs(estimator, x);
  expect(compareOutputs(run(bytes, x, options), expected, isFloat32)).toBeLessThan(1e-6);
  if (refused === undefined) return;
  const unknown = refused(3);
  await expect(expectedOutputs(estimator, unknown)).rejects.toMatchObject({ code: 'ERR_LABEL_RANGE' });
  expect(() => run(bytes, unknown)).toThrow(/index/);
}

describe('the ONNX graph of an estimator', () => {
  it.each(cases)('computes what it does: $name', compare);

  it('was there for every class', () => {
    expect([...seen].sort()).toEqual([...steepest.estimatorTypes()].sort());
  });
});
