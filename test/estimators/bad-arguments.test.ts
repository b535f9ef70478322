/**
 * Whatever is passed where, what comes back is a SteepestError that can be read: never a TypeError
 * from inside. Every estimator of the registry, every hyper-parameter, every function of selection
 * and every score is walked.
 */
import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import * as steepest from '#steepest/index.js';
import { SteepestError } from '#steepest/index.js';

/** One of each kind of thing that ends up in an argument by mistake. */
const BAD: Record<string, unknown> = {
  undefined: undefined,
  null: null,
  text: 'text',
  number: 42,
  NaN: Number.NaN,
  true: true,
  bigint: 10n,
  symbol: Symbol('s'),
  'an empty list': [],
  'an empty object': {},
  'an unknown key': { nonsense: 1 },
  'an object without a prototype': Object.create(null),
  'a function': () => undefined,
  'a class': class Thing {},
  'a Date': new Date(0),
  'a Map': new Map(),
  'a Promise': Promise.resolve([[1]]),
  'a BigInt64Array': new BigInt64Array(4),
  'a DataView': new DataView(new ArrayBuffer(8)),
  'a list with holes': new Array(4),
  'a list of null': [null],
  'rows of null': [[null]],
  'rows of BigInts': [[1n]],
  'a list of objects': [{}],
  'empty rows': [[]],
  'data without shape': { data: [1] },
  'shape without data': { shape: [1] },
  'data and shape of null': { data: null, shape: null },
  'a shape of text': { data: new Float64Array(2), shape: 'x' },
  'a shape with fractions': { data: new Float64Array(2), shape: [1.5, -1] },
  'names of null': { columnNames: null, toMatrix: () => null },
  'a signal that is none': { signal: {} },
  'a weight for all': { sampleWeight: 5 },
  'weights of null': { sampleWeight: [null] },
};

const X = [
  [0, 1],
  [1, 0],
  [2, 1],
  [3, 5],
];
const names = ['a', 'b', 'a', 'b'];
const numbers = [1, 2, 3, 5];
const {
  columnTransformer,
  crossValidate,
  featureUnion,
  gridSearch,
  KFold,
  layers,
  LogisticRegression,
  metrics,
  pipeline,
  Ridge,
  sequential,
  StandardScaler,
  StratifiedKFold,
  trainTestSplit,
} = steepest;

/** An estimator as this test sees it. */
type Any = Record<string, (...args: unknown[]) => unknown> & { getParams(): object };
type Make = (params?: unknown) => Any;

/** Hyper-parameters without which a class cannot learn from four rows of two columns. */
const needed = (type: string): object => {
  if (type.startsWith('MLP')) return { maxIter: 2 };
  if (/^(Lasso|ElasticNet|LogisticRegression)CV$/.test(type)) return { cv: 2 };
  if (type === 'SelectPercentile') return { percentile: 50 };
  if (type.startsWith('Network')) {
    const isClassifier = type === 'NetworkClassifier';
    const units = isClassifier ? 2 : 1;
    const loss = isClassifier ? 'sparseCategoricalCrossentropy' : 'mse';
    const activation = isClassifier ? 'softmax' : 'linear';
    const network = sequential({ layers: [layers.dense({ units, activation, inputShape: [2] })] });
    return { network: network.compile({ loss }) };
  }
  if (/Calibrated|ThresholdClassifier/.test(type)) {
    const cv = type.startsWith('Fixed') ? {} : { cv: 2 };
    return { estimator: new LogisticRegression(), ...cv };
  }
  return {};
};

const of = (Class: unknown): Make => {
  const Made = Class as new (params: unknown) => Any;
  return (params = {}) => new Made({ ...needed(Made.name), ...(params as object) });
};
const TYPES = steepest.estimatorTypes();
const MADE: Record<string, Make> = {
  ...Object.fromEntries(TYPES.map((type) => [type, of((steepest as Record<string, unknown>)[type])])),
  Pipeline: () => pipeline(new StandardScaler(), new LogisticRegression()) as unknown as Any,
  'Pipeline of transformers': () => pipeline(new StandardScaler(), new StandardScaler()) as unknown as Any,
  ColumnTransformer: () => columnTransformer([['a', new StandardScaler(), [0]]]) as unknown as Any,
  FeatureUnion: () => featureUnion([['a', new StandardScaler()]]) as unknown as Any,
  GridSearch: () => gridSearch(new LogisticRegression(), { C: [1] }, { cv: 2 }) as unknown as Any,
};

/** What no message shows: an object's default text, or the source of a function. */
const SOURCE = /\[object|given (?:async )?(?:function\b|\(.*=>|\w+ =>)/;

/** What went wrong otherwise than it should. */
async function complaints(
  what: string,
  call: (bad: unknown) => unknown,
  skip: readonly string[] = [],
): Promise<string[]> {
  const found: string[] = [];
  for (const [name, bad] of Object.entries(BAD)) {
    if (skip.includes(name)) continue;
    try {
      await call(bad);
    } catch (error) {
      if (!(error instanceof SteepestError)) found.push(`${what}, ${name}: ${String(error)}`);
      else if (SOURCE.test(error.message)) found.push(`${what}, ${name}: ${error.message}`);
    }
  }
  return found;
}

beforeEach(() => {
  vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
});

describe.each(Object.keys(MADE))('%s', (title) => {
  const make = MADE[title]!;
  const isEncoder = title === 'LabelEncoder';
  const x = isEncoder ? names : X;
  const y = /Logistic|Classifier|Pipeline$|Grid/.test(title) ? names : numbers;
  const inPart = title === 'MLPClassifier' ? { classes: ['a', 'b'] } : undefined;
  let fitted: Any;
  beforeAll(async () => {
    vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
    fitted = (await make().fit!(x, y)) as Any;
  });

  it.each(['fit', 'partialFit', 'fitTransform'])('%s', async (name) => {
    if (make()[name] === undefined) return;
    const more = name === 'partialFit' ? inPart : undefined;
    expect([
      ...(await complaints('X', (bad) => make()[name]!(bad, y, more))),
      ...(isEncoder ? [] : await complaints('y', (bad) => make()[name]!(x, bad, more))),
      ...(isEncoder ? [] : await complaints('options', (bad) => make()[name]!(x, y, bad))),
    ]).toEqual([]);
  });

  it.each([
    'predict',
    'predictProba',
    'predictLogProba',
    'decisionFunction',
    'transform',
    'inverseTransform',
    'getFeatureNamesOut',
    'score',
  ])('%s', async (name) => {
    if (fitted[name] === undefined) return;
    expect(await complaints('X', (bad) => fitted[name]!(bad, y))).toEqual([]);
    if (name !== 'score') return;
    expect(await complaints('y', (bad) => fitted.score!(x, bad))).toEqual([]);
    expect(await complaints('options', (bad) => fitted.score!(x, y, bad))).toEqual([]);
  });

  it('constructor, setParams, save and load', async () => {
    const Class = fitted.constructor as unknown as {
      new (params: unknown): Any;
      load?: (path: unknown) => unknown;
    };
    expect([
      ...(await complaints('constructor', (bad) => new Class(bad))),
      ...(await complaints('setParams', (bad) => make().setParams!(bad))),
      ...(await complaints('save', (bad) => fitted.save!(bad), ['text'])),
      ...(Class.load ? await complaints('load', (bad) => Class.load!(bad)) : []),
    ]).toEqual([]);
  });

  it('every hyper-parameter', async () => {
    for (const name of Object.keys(make().getParams())) {
      expect(await complaints(name, (bad) => make().setParams!({ [name]: bad }))).toEqual([]);
    }
  });
});

describe('selection and composition', () => {
  const ridge = new Ridge();
  const cv = 2;
  const call = (f: unknown) => f as (...args: unknown[]) => unknown;
  const CALLS: Record<string, (bad: unknown) => unknown> = {
    'gridSearch(bad)': (bad) => call(gridSearch)(bad, { alpha: [1] }),
    'gridSearch(e, bad)': (bad) => call(gridSearch)(ridge, bad),
    'gridSearch(e, [bad])': (bad) => call(gridSearch)(ridge, [bad]),
    'gridSearch(e, { alpha: bad })': (bad) => call(gridSearch)(ridge, { alpha: bad }),
    'gridSearch(e, grid, bad)': (bad) => call(gridSearch)(ridge, { alpha: [1] }, bad),
    'crossValidate(bad)': (bad) => call(crossValidate)(bad, X, numbers),
    'crossValidate(e, bad)': (bad) => call(crossValidate)(ridge, bad, numbers, { cv }),
    'crossValidate(e, X, bad)': (bad) => call(crossValidate)(ridge, X, bad, { cv }),
    'crossValidate(e, X, y, bad)': (bad) => call(crossValidate)(ridge, X, numbers, bad),
    'cv: [bad]': (bad) => call(crossValidate)(ridge, X, numbers, { cv: [bad] }),
    'cv: [{ train: bad }]': (bad) =>
      call(crossValidate)(ridge, X, numbers, { cv: [{ train: bad, test: [1] }] }),
    'cv: { split }': (bad) => call(crossValidate)(ridge, X, numbers, { cv: { split: () => bad } }),
    // A class as a score is called, and says itself that it is none.
    'scoring: [bad]': (bad) => call(crossValidate)(ridge, X, numbers, { cv, scoring: [bad] }),
    'scoring: { a: bad }': (bad) => call(crossValidate)(ridge, X, numbers, { cv, scoring: { a: bad } }),
    'pipeline(bad)': (bad) => call(pipeline)(bad),
    'pipeline(e, bad)': (bad) => call(pipeline)(new StandardScaler(), bad),
    'pipeline([name, bad])': (bad) => call(pipeline)(['a', bad]),
    'pipeline([bad, e])': (bad) => call(pipeline)([bad, ridge]),
    'columnTransformer(bad)': (bad) => call(columnTransformer)(bad),
    'columnTransformer([bad])': (bad) => call(columnTransformer)([bad]),
    'columnTransformer([[bad, e, 0]])': (bad) => call(columnTransformer)([[bad, new StandardScaler(), 0]]),
    'columnTransformer([[name, bad, 0]])': (bad) => call(columnTransformer)([['a', bad, 0]]),
    'columnTransformer([[name, e, bad]])': async (bad) => {
      const rules = [['a', new StandardScaler(), bad]];
      await (call(columnTransformer)(rules) as { fit(x: unknown): Promise<unknown> }).fit(X);
    },
    'columnTransformer(rules, bad)': (bad) => call(columnTransformer)([['a', new StandardScaler(), 0]], bad),
    'trainTestSplit(bad)': (bad) => call(trainTestSplit)(bad),
    'trainTestSplit(X, bad)': (bad) => call(trainTestSplit)(X, bad),
    'trainTestSplit(X, y, bad)': (bad) => call(trainTestSplit)(X, numbers, bad),
    'loadEstimator(bad)': (bad) => call(steepest.loadEstimator)(bad),
    ...Object.fromEntries(
      [KFold, StratifiedKFold].flatMap((Folds) => [
        [`new ${Folds.name}(bad)`, (bad: unknown) => new Folds(bad as object)],
        [`${Folds.name}.split(bad)`, (bad: unknown) => new Folds({ nSplits: 2 }).split(bad as never, names)],
        [
          `${Folds.name}.split(X, bad)`,
          (bad: unknown) => call(new Folds({ nSplits: 2 }).split.bind(new Folds({ nSplits: 2 })))(X, bad),
        ],
      ]),
    ),
  };
  it.each(Object.keys(CALLS))('%s', async (name) => {
    expect(await complaints(name, CALLS[name]!, /^scoring/.test(name) ? ['a class'] : [])).toEqual([]);
  });

  it.each([
    [
      'gridSearch',
      ['cv', 'scoring', 'returnTrainScore', 'nJobs', 'errorScore', 'refit'],
      (options: object) =>
        (call(gridSearch)(ridge, { alpha: [1] }, { cv, ...options }) as ReturnType<typeof gridSearch>).fit(
          X,
          numbers,
        ),
    ],
    [
      'crossValidate',
      [
        'cv',
        'scoring',
        'returnTrainScore',
        'returnEstimator',
        'sampleWeight',
        'nJobs',
        'errorScore',
        'signal',
      ],
      (options: object) => call(crossValidate)(ridge, X, numbers, { cv, ...options }),
    ],
    [
      'trainTestSplit',
      ['testSize', 'trainSize', 'shuffle', 'seed', 'stratify'],
      (options: object) => call(trainTestSplit)(X, options),
    ],
    ['KFold', ['nSplits', 'shuffle', 'seed'], (options: object) => new KFold(options)],
  ] as const)('every option of %s', async (_, options, run) => {
    for (const name of options) {
      const skip = name === 'scoring' ? ['a class'] : [];
      expect(await complaints(name, (bad) => run({ [name]: bad }), skip)).toEqual([]);
    }
  });

  it('calls without arguments', async () => {
    for (const f of [gridSearch, crossValidate, trainTestSplit, columnTransformer, steepest.loadEstimator]) {
      await expect((async () => call(f)())()).rejects.toBeInstanceOf(SteepestError);
    }
    await expect(pipeline().fit(X, numbers)).rejects.toBeInstanceOf(SteepestError);
  });
});

describe.each(['makeBlobs', 'makeClassification', 'makeMoons', 'makeRegression'] as const)(
  'data.%s',
  (name) => {
    const make = steepest.data[name] as (options?: unknown) => unknown;
    const options = {
      makeBlobs: ['nSamples', 'nFeatures', 'centers', 'clusterStd', 'centerBox', 'shuffle', 'seed'],
      makeClassification: [
        'nSamples',
        'nFeatures',
        'nClasses',
        'weights',
        'shift',
        'scale',
        'hypercube',
        'seed',
      ],
      makeMoons: ['nSamples', 'noise', 'shuffle', 'seed'],
      makeRegression: [
        'nSamples',
        'nFeatures',
        'nTargets',
        'bias',
        'noise',
        'effectiveRank',
        'tailStrength',
        'seed',
      ],
    }[name];

    it('takes anything as its options, and as each of them', async () => {
      expect(await complaints('options', make)).toEqual([]);
      for (const option of options) {
        expect(await complaints(option, (bad) => make({ nSamples: 20, [option]: bad }))).toEqual([]);
      }
    });
  },
);

describe.each(Object.keys(metrics))('metrics.%s', (name) => {
  const score = (metrics as unknown as Record<string, (...args: unknown[]) => unknown>)[name]!;
  const isOfNumbers = /Error|r2/.test(name);
  const isOfScores = /roc|averagePrec|precisionRecallC|logLoss/i.test(name);
  const truth = isOfNumbers ? numbers : [0, 1, 0, 1];
  const guess = isOfNumbers ? numbers : isOfScores ? [0.1, 0.9, 0.2, 0.8] : [0, 1, 1, 1];

  it('takes anything as an argument', async () => {
    expect([
      ...(await complaints('yTrue', (bad) => score(bad, guess))),
      ...(await complaints('yPred', (bad) => score(truth, bad))),
      ...(await complaints('options', (bad) => score(truth, guess, bad))),
    ]).toEqual([]);
  });

  it.each([
    'sampleWeight',
    'labels',
    'posLabel',
    'average',
    'zeroDivision',
    'normalize',
    'targetNames',
    'digits',
    'multiClass',
    'maxFpr',
    'multioutput',
    'dropIntermediate',
    'adjusted',
    'forceFinite',
  ])('takes anything as %s', async (option) => {
    expect(await complaints(option, (bad) => score(truth, guess, { [option]: bad }))).toEqual([]);
  });
});
