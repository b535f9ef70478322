import { beforeAll, describe, expect, it, vi } from 'vitest';
import { SGDClassifier, SGDRegressor } from '#steepest/index.js';
import { readFixture } from '../support/fixtures.js';
import { centredNumbers } from '../support/random.js';

interface Learned {
  coef: number[];
  intercept: number[];
}
interface Case extends Learned {
  weighted?: boolean;
  nIter: number;
  /** After `partialFit` on four parts of the rows. */
  parts?: Learned;
  probabilities?: number[];
}
/** Written by scripts/oracles/sgd.py. */
interface Fixture {
  binary: Case[];
  several: Case[];
  numbers: Case[];
}

const fixture = readFixture<Fixture>('sgd');

const ROWS = 120;
const COLS = 3;
const BATCH = 30;

/** The same numbers as in the script: products and sums of multiples of 2⁻³², without a rounding. */
function table() {
  const next = centredNumbers(1);
  const data = new Float64Array(ROWS * COLS);
  const numbers: number[] = [];
  for (let i = 0; i < ROWS; i++) {
    for (let j = 0; j < COLS; j++) data[i * COLS + j] = next() * (j + 1) * 2;
    const [a, b, c] = data.subarray(i * COLS) as unknown as [number, number, number];
    numbers.push(a - b / 2 + c / 4 + next());
  }
  return { data, numbers, several: numbers.map((y) => Math.min(2, Math.max(0, Math.floor(y + 1.5)))) };
}

const { data, numbers, several } = table();
const x = { data, shape: [ROWS, COLS] as [number, number] };
const weights = Array.from({ length: ROWS }, (_, i) => ((i % 7) + 1) / 4);

const allClose = (given: ArrayLike<number>, wanted: readonly number[]): void => {
  expect(given).toHaveLength(wanted.length);
  wanted.forEach((value, i) => {
    expect(Math.abs(given[i]! - value)).toBeLessThan(1e-9 * Math.max(1, Math.abs(value)));
  });
};

beforeAll(() => {
  vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
});

/** The hyperparameters and the expected values of a case. */
function split({ weighted, coef, intercept, nIter, parts, probabilities, ...params }: Case) {
  return {
    params: { shuffle: false, maxIter: 40, alpha: 0.05, ...params },
    options: weighted ? { sampleWeight: weights } : {},
    wanted: { coef, intercept, nIter, parts, probabilities },
  };
}

type Model = SGDClassifier | SGDRegressor;

/** Part of the rows. */
function part(k: number, y: readonly number[], weighted: boolean) {
  const [begin, end] = [k * BATCH, (k + 1) * BATCH];
  const sampleWeight = weighted ? { sampleWeight: weights.slice(begin, end) } : {};
  return {
    x: { data: data.slice(begin * COLS, end * COLS), shape: [BATCH, COLS] as [number, number] },
    y: y.slice(begin, end),
    ...sampleWeight,
  };
}

async function check(make: () => Model, y: readonly number[], one: Case, first: object): Promise<void> {
  const { options, wanted } = split(one);
  const weighted = one.weighted === true;
  const batches = [0, 1, 2, 3].map((k) => part(k, y, weighted));
  const model = make();
  await model.fit(x, y as number[], options);
  // A stream is the same rows, in batches of any size.
  const streamed = 'classWeight' in one ? undefined : await make().fit(batches, undefined, first);
  for (const fitted of [model, streamed]) {
    if (fitted === undefined) continue;
    allClose(fitted.coef.data, wanted.coef);
    allClose(fitted.intercept, wanted.intercept);
    expect(fitted.nIter).toBe(wanted.nIter);
  }
  if (streamed) expect([...streamed.coef.data]).toEqual([...model.coef.data]);
  if (wanted.probabilities) {
    const proba = await (model as SGDClassifier).predictProba(x);
    allClose(proba.data.slice(0, wanted.probabilities.length), wanted.probabilities);
  }
  if (wanted.parts === undefined) return;
  const parts = make();
  for (const { x: rows, y: targets, ...rest } of batches) {
    await parts.partialFit(rows, targets, { ...rest, ...first });
  }
  allClose(parts.coef.data, wanted.parts.coef);
  allClose(parts.intercept, wanted.parts.intercept);
}

describe('SGDClassifier makes the steps that scikit-learn makes', () => {
  it.each(fixture.binary)('two classes, case %#', async (one) => {
    const y = several.map((c) => (c === 2 ? 1 : 0));
    await check(() => new SGDClassifier(split(one).params), y, one, { classes: [0, 1] });
  });

  it.each(fixture.several)('three classes, case %#', async (one) => {
    await check(() => new SGDClassifier(split(one).params), several, one, { classes: [0, 1, 2] });
  });
});

describe('SGDRegressor makes the steps that scikit-learn makes', () => {
  it.each(fixture.numbers)('case %#', async (one) => {
    await check(() => new SGDRegressor(split(one).params), numbers, one, {});
  });
});
