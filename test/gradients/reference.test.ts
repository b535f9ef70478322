import type { ActivationName } from 'steepest';
import { describe, it } from 'vitest';
import { expectClose, flat, type Numbers, readFixture } from '../support/fixtures.js';
import { centralDifferences, type ReferenceArray, referenceLoss } from './reference.js';
import type { ReferenceLoss } from './referenceLosses.js';

interface Case {
  loss: ReferenceLoss;
  activation: ActivationName;
  scale: number;
  x: number[][];
  y: number[][] | number[];
  weights: Numbers[];
  value: number;
  gradients: Numbers[];
}

/** The reference takes logarithms of probabilities, so it is accurate only where they are not saturated. */
const cases = readFixture<{ cases: Case[] }>('losses').cases.filter(({ scale }) => scale === 1);
/** What central differences can resolve. */
const DIFFERENCES = { ofLargest: 1e-8, absolute: 1e-10 };

describe('the float64 reference agrees with PyTorch', () => {
  it.each(cases)('$loss after $activation', (given) => {
    const { loss, activation, value, gradients } = given;
    // Fixtures write float32 numbers with nine digits, which is enough to get them back.
    const x = given.x.map((row) => row.map(Math.fround));
    const y = given.y.map((t) => (typeof t === 'number' ? t : t.map(Math.fround))) as typeof given.y;
    const model = {
      layers: [{ type: 'dense', activation, alpha: 0, useBias: true } as const],
      loss,
    };
    const [kernel, bias] = given.weights as [number[][], number[]];
    const weights: ReferenceArray[] = [
      { data: Float64Array.from(flat(kernel), Math.fround), shape: [kernel.length, bias.length] },
      { data: Float64Array.from(bias, Math.fround), shape: [bias.length] },
    ];
    expectClose([referenceLoss(model, weights, x, y)], [value], { relative: 1e-11 });
    centralDifferences(model, weights, x, y).forEach((differences, i) => {
      expectClose(differences, gradients[i]!, DIFFERENCES);
    });
  });
});
