/** Perceptrons against scikit-learn: the steps of `partialFit`, and when training stops. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { Stopping } from '#steepest/estimators/network/stopping.js';
import { MLPClassifier, MLPRegressor } from '#steepest/index.js';

type Weights = (number[] | number[][])[];
interface PartialFits {
  x: number[][];
  batches: number[];
  cases: {
    kind: string;
    optimizer: keyof typeof OPTIMIZERS;
    y: number[] | number[][];
    start: Weights;
    weights: Weights;
    losses: number[] | null;
  }[];
}
interface Stop {
  earlyStopping: boolean;
  nIterNoChange: number;
  tol: number;
  curve: number[];
  epochs: number;
  best: number | null;
}
const { partialFits, stops } = JSON.parse(
  readFileSync(new URL('../fixtures/perceptrons.json', import.meta.url), 'utf8'),
) as { partialFits: PartialFits; stops: Stop[] };

const OPTIMIZERS = {
  adam: { solver: 'adam' },
  nesterov: { solver: 'sgd' },
  momentum: { solver: 'sgd', nesterovsMomentum: false },
} as const;

type Perceptron = MLPRegressor | MLPClassifier;

/** An estimator that is about to take its first step from these weights. */
function startedFrom(model: Perceptron, start: Weights): Perceptron {
  const saved = model.toSaved();
  const state = saved.state!;
  const tensors = Object.fromEntries(
    start.map((rows, i) => [
      `weight.${i}`,
      { data: Float32Array.from(rows.flat()), shape: state.tensors[`weight.${i}`]!.shape },
    ]),
  );
  const attributes = { ...state.attributes, counters: [0, 0] };
  return model.clone().fromSaved({ ...saved, state: { tensors, attributes } });
}

/** float32 here, float64 there; six steps. */
const DIGITS = 5;

describe.each(partialFits.cases)('$kind, $optimizer', ({ kind, optimizer, y, start, weights, losses }) => {
  const { x, batches } = partialFits;
  const params = {
    ...OPTIMIZERS[optimizer],
    hiddenLayerSizes: [(start[1] as number[]).length],
    activation: 'tanh',
    alpha: 0.5,
    learningRateInit: 0.02,
    shuffle: false,
  } as const;

  async function untrained(): Promise<Perceptron> {
    if (!kind.endsWith('classes'))
      return new MLPRegressor(params).partialFit(x.slice(0, 9), y.slice(0, 9) as number[]);
    const classes = [...new Set(y as number[])];
    return new MLPClassifier(params).partialFit(x.slice(0, 9), y.slice(0, 9) as number[], { classes });
  }

  /** One call per batch; before each, what `between` makes of the estimator. */
  async function train(between: (model: Perceptron) => Perceptron): Promise<[Perceptron, number[]]> {
    let model = startedFrom(await untrained(), start);
    const curve: number[] = [];
    let first = 0;
    for (const size of batches) {
      model = between(model);
      const part = [first, first + size] as const;
      await model.partialFit(x.slice(...part), y.slice(...part) as number[]);
      curve.push(...model.lossCurve);
      first += size;
    }
    return [model, curve];
  }

  it('takes the same steps over batches of 40, 39, 7, 40, 1 and 39 rows', async () => {
    const [model, curve] = await train((same) => same);
    model.weights.forEach(({ data }, i) => {
      const expected = weights[i]!.flat();
      data.forEach((weight, k) => {
        expect(weight).toBeCloseTo(expected[k]!, DIGITS);
      });
    });
    losses?.forEach((loss, call) => {
      expect(curve[call]).toBeCloseTo(loss, DIGITS);
    });
  });

  it('has the same bits where it is taken down and set up again between the calls', async () => {
    const [plain] = await train((same) => same);
    const [through] = await train((model) => model.clone().fromSaved(structuredClone(model.toSaved())));
    expect(through.weights).toEqual(plain.weights);
  });
});

it.each(stops)(
  'stops after $epochs epochs with nIterNoChange $nIterNoChange, tol $tol, early stopping $earlyStopping',
  ({ earlyStopping, nIterNoChange, tol, curve, epochs, best }) => {
    const stopping = new Stopping(earlyStopping ? 'max' : 'min', tol, nIterNoChange + 1);
    let bestEpoch = 0;
    const last = curve.findIndex((value, epoch) => {
      const { isBest, goesOn } = stopping.next(value);
      if (isBest) bestEpoch = epoch;
      return !goesOn;
    });
    expect(last < 0 ? curve.length : last + 1).toBe(epochs);
    if (best !== null) expect(bestEpoch).toBe(best);
  },
);
