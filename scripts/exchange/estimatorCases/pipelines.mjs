import { drawColumns, drawLaws } from '../tables.mjs';
import { targetsOf } from './common.mjs';

const NUMBERS_STEPS = (steepest, draws) => {
  const { MinMaxScaler, PolynomialFeatures, RobustScaler, SimpleImputer, StandardScaler } = steepest;
  return draws.pick([
    () => steepest.pipeline(new SimpleImputer(), new StandardScaler()),
    () => steepest.pipeline(new StandardScaler(), new SimpleImputer({ addIndicator: true })),
    () =>
      steepest.pipeline(
        new SimpleImputer({ strategy: 'median' }),
        new RobustScaler(),
        new PolynomialFeatures(),
      ),
    () =>
      steepest.pipeline(
        new SimpleImputer(),
        steepest.featureUnion(
          [
            ['scaled', new MinMaxScaler({ clip: true })],
            ['all', 'passthrough'],
            ['roots', new steepest.FunctionTransformer({ func: 'cbrt' })],
          ],
          { transformerWeights: { roots: 0.5 } },
        ),
      ),
  ]);
};

const TEXT_STEPS = (steepest, draws, target) => {
  const { OneHotEncoder, OrdinalEncoder, SimpleImputer, TargetEncoder } = steepest;
  const isClass = ['two', 'three', 'words'].includes(target);
  return draws.pick([
    () => new OneHotEncoder({ handleUnknown: 'ignore' }),
    () => new OneHotEncoder({ handleUnknown: 'infrequentIfExist', minFrequency: 0.2 }),
    () =>
      steepest.pipeline(
        new SimpleImputer({ strategy: 'mostFrequent' }),
        new OneHotEncoder({ handleUnknown: 'ignore', drop: 'first' }),
      ),
    () =>
      steepest.pipeline(
        new SimpleImputer({ strategy: 'constant', fillValue: 'nothing' }),
        new OrdinalEncoder({ handleUnknown: 'useEncodedValue', unknownValue: -1 }),
      ),
    ...(target === 'columns'
      ? []
      : [() => new TargetEncoder({ seed: 4, ...(isClass ? {} : { targetType: 'continuous' }) })]),
  ]);
};

/** [model, kind of target] for the end of a pipeline. */
const ENDS = [
  [({ LogisticRegression }) => new LogisticRegression(), 'words'],
  [({ LogisticRegression }) => new LogisticRegression({ penalty: 'l1' }), 'two'],
  [({ Ridge }) => new Ridge(), 'numbers'],
  [({ LinearRegression }) => new LinearRegression(), 'columns'],
  [({ Lasso }) => new Lasso({ alpha: 0.01 }), 'numbers'],
  [({ SGDClassifier }) => new SGDClassifier({ loss: 'modifiedHuber', seed: 1 }), 'three'],
  [({ MLPClassifier }) => new MLPClassifier({ hiddenLayerSizes: [6], maxIter: 9, seed: 1 }), 'words'],
  [({ PoissonRegressor }) => new PoissonRegressor(), 'counts'],
  [
    ({ CalibratedClassifierCV, LogisticRegression }) =>
      new CalibratedClassifierCV({ estimator: new LogisticRegression(), cv: 3, method: 'isotonic' }),
    'two',
  ],
  [
    ({ TransformedTargetRegressor, Ridge }) =>
      new TransformedTargetRegressor({ regressor: new Ridge(), func: 'log' }),
    'amounts',
  ],
  [undefined, 'two'],
];

/** What some pipelines are inside of. */
const WRAPS = [
  { name: 'plain', targets: [] },
  {
    name: 'calibrated',
    targets: ['two', 'three', 'words'],
    make: ({ CalibratedClassifierCV }, estimator) => new CalibratedClassifierCV({ estimator, cv: 2 }),
  },
  { name: 'plain', targets: [] },
  {
    name: 'with a threshold',
    targets: ['two'],
    make: ({ FixedThresholdClassifier }, estimator) =>
      new FixedThresholdClassifier({ estimator, threshold: 0.4, posLabel: 'no' }),
  },
  {
    name: 'with scaled targets',
    targets: ['numbers', 'columns'],
    make: ({ TransformedTargetRegressor, RobustScaler }, regressor) =>
      new TransformedTargetRegressor({ regressor, transformer: new RobustScaler() }),
  },
];

/** Pipelines of tables with text and gaps. */
export function* pipelineCases(steepest, draws, number) {
  const { columns, columnTransformer, data, pipeline, StandardScaler } = steepest;
  for (let i = 0; i < number; i++) {
    const types = Array.from({ length: draws.whole(3, 7) }, () =>
      draws.pick(['number', 'text', 'number', 'code']),
    );
    types[0] = 'number';
    types[1] = 'text';
    const laws = drawLaws(draws, types);
    const known = drawColumns(draws, laws, 90);
    const [end, target] = ENDS[i % ENDS.length];
    // Targets depend on the table: gaps count as 0.
    const first = known[0][1].map((v) => (Number.isNaN(v) ? 0 : (v - laws[0][1].center) / laws[0][1].spread));
    const last = known[1][1].map((v) => (v === laws[1][1].words[0] ? 1 : v === null ? -0.5 : 0));
    const y = targetsOf(
      draws,
      first.map((v, row) => [v, last[row], v * last[row]]),
    )[target];
    const codes = laws.filter(([, law]) => law.type === 'code').map(([name]) => name);
    const numbers = laws.filter(([, law]) => law.type === 'number').map(([name]) => name);
    const isWhole = draws.chance(0.5);
    const prepare = columnTransformer(
      [
        ['numbers', NUMBERS_STEPS(steepest, draws)(), numbers],
        ['text', TEXT_STEPS(steepest, draws, target)(), columns.byType('text')],
      ],
      { remainder: codes.length > 0 && isWhole ? new StandardScaler() : 'drop' },
    );
    const wrap = WRAPS[i % WRAPS.length];
    const isWrapped = end !== undefined && wrap.targets.includes(target);
    yield {
      kind: 'Pipeline of a table',
      name: `pipeline ${i} of ${types.join(', ')} with ${end?.(steepest).type ?? 'no model'} of ${target}${isWrapped ? `, ${wrap.name}` : ''}`,
      fitted: () =>
        (end === undefined
          ? pipeline(prepare)
          : isWrapped
            ? wrap.make(steepest, pipeline(prepare, end(steepest)))
            : pipeline(prepare, end(steepest))
        ).fit(new data.DataTable(known), y),
      rows: (rows) => new data.DataTable(drawColumns(draws, laws, rows, true)),
    };
  }
}
