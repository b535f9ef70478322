import * as steepest from 'steepest';
import { type Loss, layers, lossNames } from 'steepest';
import { describe, expect, it } from 'vitest';
import { atOnce } from '#steepest/core/inParts.js';
import { decoding } from '#steepest/io/onnx/decode.js';
import { differenceOf, MOST_DIFFERENCE, mostDifference } from '../../scripts/exchange/compare.mjs';
import { type NetworkCase, networkCases } from '../../scripts/exchange/networks.mjs';
import { expectedOutputs } from '../../scripts/exchange/outputs.mjs';
import { evaluateOnnx } from '../support/onnx/evaluate.js';

/** Every layer with every option, and some networks at random. */
const cases = [...networkCases(steepest, 30)];

const nameOf = (loss: Loss | undefined): string => (typeof loss === 'object' ? loss.name : (loss ?? 'none'));

/** Runs the network's graph, and compares it with what the network predicts. */
async function compare({ model, options, x }: NetworkCase): Promise<void> {
  const input = x(3);
  const outputs = evaluateOnnx(atOnce(decoding(model.toOnnx(options))), { input });
  const actual = Object.fromEntries(
    [...outputs].map(([name, { data, shape }]) => [name, { data, dims: shape }]),
  );
  const expected = await expectedOutputs(model, options, input);
  const difference = differenceOf([{ expected, actual }]);
  const most = difference <= MOST_DIFFERENCE ? MOST_DIFFERENCE : await mostDifference(model, input);
  expect(difference).toBeLessThanOrEqual(most);
}

describe('the ONNX graph of a network', () => {
  it('is there for every type of layer', () => {
    const written = new Set(cases.flatMap(({ model }) => model.config.layers.map(({ type }) => type)));
    expect([...written].sort()).toEqual(Object.keys(layers).sort());
  });

  it('is there for every loss, with class names too', () => {
    const named = cases.filter(({ model }) => model.classes !== undefined);
    const losses = named.map(({ model }) => model.compileConfig?.loss).map(nameOf);
    expect([...new Set(losses)].sort()).toEqual([...lossNames, 'none'].sort());
  });

  it.each(cases)('computes what predict does: $name', compare);
});
