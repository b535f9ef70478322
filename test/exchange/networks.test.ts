import * as steepest from 'steepest';
import { layers } from 'steepest';
import { describe, expect, it } from 'vitest';
import { atOnce } from '#steepest/core/inParts.js';
import { decoding } from '#steepest/io/onnx/decode.js';
import { type NetworkCase, networkCases } from '../../scripts/exchange/networks.mjs';
import { expectedOutputs } from '../../scripts/exchange/outputs.mjs';
import { evaluateOnnx } from '../support/onnx/evaluate.js';

/** Every layer with every option, and some networks at random. */
const cases = [...networkCases(steepest, 30)];

/** The largest difference, in units of the largest number. */
function differenceOf(actual: ArrayLike<number>, expected: readonly number[]): number {
  const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return (
    expected.reduce((most, value, i) => Math.max(most, Math.abs(actual[i]! - value)), 0) / (largest || 1)
  );
}

/** Runs the network's graph, and compares it with what the network predicts. */
async function compare({ model, options, x }: NetworkCase): Promise<void> {
  const input = x(3);
  const outputs = evaluateOnnx(atOnce(decoding(model.toOnnx(options))), { input });
  const expected = await expectedOutputs(model, options, input);
  expect([...outputs.keys()].sort()).toEqual(Object.keys(expected).sort());
  for (const [name, { data, shape }] of Object.entries(expected)) {
    const output = outputs.get(name)!;
    expect(output.shape).toEqual(shape);
    if (name === 'label') expect(output.data).toEqual(data);
    else expect(differenceOf(output.data as Float64Array, data as number[])).toBeLessThan(1e-6);
  }
}

describe('the ONNX graph of a network', () => {
  it('is there for every type of layer', () => {
    const written = new Set(cases.flatMap(({ model }) => model.config.layers.map(({ type }) => type)));
    expect([...written].sort()).toEqual(Object.keys(layers).sort());
  });

  it.each(cases)('computes what predict does: $name', compare);
});
