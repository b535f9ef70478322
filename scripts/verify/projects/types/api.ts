// Uses all that the package exports, as strictly typed programs do. It is compiled, never run. With
// `skipLibCheck` off the compiler reads every declaration behind it as well.
import type {
  ActivationName,
  Batch,
  Callback,
  CallbackChoice,
  CallbackContext,
  CallbackName,
  ClassInput,
  Classifier,
  ClassProbability,
  CompileConfig,
  CompileOptions,
  CrossValidationResult,
  ErrorCode,
  EstimatorOnnxOptions,
  FitOptions,
  FitResult,
  FittedOn,
  History,
  InitializerName,
  KernelOptions,
  Label,
  LearningRate,
  Logs,
  Loss,
  LossName,
  Matrix,
  MatrixInput,
  Metric,
  MetricName,
  NamedWeightOptions,
  NdArray,
  OnnxOptions,
  Optimizer,
  OptimizerName,
  ProgressReport,
  Regressor,
  ResumeOptions,
  Schedule,
  ScheduleName,
  ScorerName,
  SklearnDump,
  Stopped,
  TableOutput,
  TargetInput,
  TfjsArtifacts,
  TfjsWeight,
  TrainEndContext,
  Transformer,
} from 'steepest';
import {
  activationNames,
  backend,
  CalibratedClassifierCV,
  type ColumnTransformer,
  type ConstraintName,
  calibrationCurve,
  callbackNames,
  callbacks,
  columns,
  columnTransformer,
  configure,
  constraintNames,
  crossValidate,
  crossValPredict,
  type Distribution,
  data,
  ElasticNet,
  ElasticNetCV,
  enetPath,
  estimatorTypes,
  type FeatureTests,
  type FeatureUnion,
  FixedThresholdClassifier,
  FunctionTransformer,
  featureScores,
  featureUnion,
  fromKeras,
  fromOnnx,
  fromSklearn,
  fromTfjs,
  GammaRegressor,
  type GridSearch,
  GroupKFold,
  giveWay,
  gridSearch,
  HuberRegressor,
  initializerNames,
  KFold,
  LabelEncoder,
  Lasso,
  LassoCV,
  LeaveOneOut,
  LinearRegression,
  LogisticRegression,
  LogisticRegressionCV,
  lassoPath,
  layers,
  learningCurve,
  load,
  loadEstimator,
  logUniform,
  lossNames,
  MaxAbsScaler,
  MinMaxScaler,
  MLPClassifier,
  MLPRegressor,
  metricNames,
  metrics,
  NetworkClassifier,
  NetworkRegressor,
  OneHotEncoder,
  OrdinalEncoder,
  optimizerNames,
  type PenaltyPath,
  type Pipeline,
  PoissonRegressor,
  PolynomialFeatures,
  permutationImportance,
  pipeline,
  QuantileRegressor,
  RandomizedSearch,
  RepeatedKFold,
  RepeatedStratifiedKFold,
  Ridge,
  RidgeCV,
  RobustScaler,
  randomInteger,
  randomizedSearch,
  registerFunction,
  SelectKBest,
  SelectPercentile,
  Sequential,
  SGDClassifier,
  SGDRegressor,
  ShuffleSplit,
  SimpleImputer,
  StandardScaler,
  SteepestError,
  StratifiedKFold,
  StratifiedShuffleSplit,
  scheduleNames,
  schedules,
  scorerNames,
  sequential,
  shutdown,
  TargetEncoder,
  TimeSeriesSplit,
  TransformedTargetRegressor,
  TunedThresholdClassifierCV,
  trainTestSplit,
  uniform,
  VarianceThreshold,
  validationCurve,
} from 'steepest';

import { type Cluster, type ClusterOptions, cluster } from 'steepest/cluster';
import {
  denseBackward,
  denseBackwardAsync,
  denseForward,
  denseForwardAsync,
  sgemm,
  sgemmAsync,
} from 'steepest/kernels';
import { plots, type ReportOptions, type ReportRows, report, writeReport } from 'steepest/report';

const x: MatrixInput = [
  [0, 1],
  [2, 3],
];
const y: TargetInput = Float32Array.of(0, 1);

export const names: {
  activations: readonly ActivationName[];
  constraints: readonly ConstraintName[];
  initializers: readonly InitializerName[];
  losses: readonly LossName[];
  metrics: readonly MetricName[];
  optimizers: readonly OptimizerName[];
  schedules: readonly ScheduleName[];
  scorers: readonly ScorerName[];
  estimators: readonly string[];
} = {
  activations: activationNames,
  constraints: constraintNames,
  initializers: initializerNames,
  losses: lossNames,
  metrics: metricNames,
  optimizers: optimizerNames,
  schedules: scheduleNames,
  scorers: scorerNames,
  estimators: estimatorTypes(),
};

/** Options passed on, some of which may be undefined. */
export async function networks(signal?: AbortSignal): Promise<Float32Array> {
  const model: Sequential = sequential({
    seed: 1,
    layers: [
      layers.randomFlip({ mode: 'horizontal', inputShape: [8, 8, 1] }),
      layers.randomTranslation({ heightFactor: 0.1, widthFactor: [-0.1, 0.1], fillMode: 'nearest' }),
      layers.randomCrop({ height: 8, width: 8 }),
      layers.rescaling({ scale: 1 / 255 }),
      layers.conv2d({ filters: 4, kernelSize: 3, padding: 'same', activation: 'relu' }),
      layers.batchNorm({ momentum: 0.9, trainable: false }),
      layers.maxPool2d({ poolSize: [2, 2] }),
      layers.averagePool2d(),
      layers.globalAveragePool2d(),
      layers.reshape({ targetShape: [4] }),
      layers.flatten(),
      layers.layerNorm(),
      layers.prelu({ alphaInitializer: 'zeros' }),
      layers.dropout({ rate: 0.1 }),
      layers.dense({
        units: 3,
        kernelInitializer: { name: 'orthogonal', gain: 2 },
        kernelConstraint: { name: 'maxNorm', axis: 0 },
        kernelRegularizer: { l1: 0, l2: 1e-4 },
      }),
      layers.activation({ activation: { name: 'leakyRelu', alpha: 0.1 } }),
    ],
  });
  const compile: CompileOptions = {
    optimizer: { name: 'sgd', learningRate: 0.1, momentum: 0.9, nesterov: true },
    loss: { name: 'sparseCategoricalCrossentropy', fromLogits: true },
    metrics: ['accuracy'],
  };
  model.compile(compile);
  const smooth: Loss = { name: 'sparse_categorical_crossentropy', labelSmoothing: 0.1 };
  model.compile({ loss: smooth, metrics: [{ name: 'topK', k: 2, weighted: true }, 'f1', 'roc_auc'] });
  const loss: Loss = { name: 'huber', delta: 2 };
  const metric: Metric = { name: 'binaryAccuracy', threshold: 0.3 };
  const optimizer: Optimizer = { name: 'adagrad', initialAccumulatorValue: 0 };
  const cosine: Schedule = { schedule: 'cosine', from: 1e-2, to: 1e-4, epochs: 40, warmup: 2 };
  const piecewise: LearningRate = schedules.piecewise({ rates: [0.1, 0.01], steps: [500] });
  const adam: Optimizer = { name: 'adam', learningRate: cosine };
  model.compile({ loss, optimizer: adam }).learningRate = piecewise;
  model.learningRate *= 0.5;
  const config: CompileConfig | undefined = model.compile({ loss, metrics: metric, optimizer }).compileConfig;
  if (config !== undefined) model.compile(config);
  const callback: Callback = {
    onEpochEnd: ({ epoch, logs, stop }: CallbackContext) => epoch > 3 && logs.loss < 0.1 && stop(),
  };
  const limit: CallbackChoice = callbacks.timeLimit({ seconds: 60 });
  const loggers: CallbackChoice[] = [
    callbacks.checkpoint({ path: 'runs/{epoch}.safetensors', keepLast: 3 }),
    callbacks.learningRateLogger(),
    callbacks.csvLogger({ path: 'epochs.csv', separator: ';' }),
    callbacks.jsonLogger({ path: new URL('epochs.jsonl', 'file:///tmp/'), append: true }),
    callbacks.tensorBoard({ folder: 'runs', updateEvery: 100 }),
  ];
  const own: Callback = {
    every: 10,
    onTrainBegin: ({ learningRate }) => console.log(learningRate),
    onBatchEnd: async ({ step, stop }: CallbackContext) => step > 100 && stop('enough'),
    onTrainEnd: ({ error, logs }: TrainEndContext) => console.log(error, logs.loss),
  };
  const names: readonly CallbackName[] = callbackNames;
  const result: FitResult = await model.fit(x, y, { callbacks: own });
  const stopped: Stopped | undefined = result.stopped;
  console.log(names, result.bestEpoch, stopped?.by);
  const options: FitOptions = {
    epochs: 2,
    batchSize: 32,
    validationData: [x, y],
    sampleWeight: [1, 1],
    classWeight: { 0: 1, 1: 2 },
    workers: 'auto',
    progress: (report: ProgressReport) => console.log(report.epoch, report.logs.loss),
    signal,
    resume: { folder: 'runs/1', everySteps: 100, keepLast: 3 } satisfies ResumeOptions,
    callbacks: [
      callback,
      limit,
      callbacks.earlyStopping(),
      callbacks.ema({ decay: 0.999 }),
      callbacks.reduceOnPlateau({ factor: 0.5 }),
      ...loggers,
    ],
  };
  const { history }: { history: History } = await model.fit(x, y, options);
  const last: number | undefined = history.loss.at(-1) ?? history.accuracy?.[0];
  const typed = model.compile({ loss, metrics: ['accuracy', 'mae'] });
  const { history: known } = await typed.fit(x, y, {
    callbacks: { onEpochEnd: ({ logs, stop }) => (logs.accuracy > 0.9 ? stop('good enough') : logs.mae) },
  });
  console.log(known.accuracy.at(-1), known.loss[0], (await typed.evaluate(x, y)).mae.toFixed(3));
  async function* batches(): AsyncGenerator<Batch> {
    yield { x, y, sampleWeight: [1, 1] };
  }
  await model.fit(batches, { epochs: 2, shuffleBuffer: 100 });
  const logs: Logs = await model.evaluate(x, y, { sampleWeight: [1, 2] });
  const gradients: NdArray<Float32Array>[] = await model.gradients(x, y);
  model.setWeights(model.getWeights());
  const named: NamedWeightOptions = { layout: 'pytorch', names: { dense_1: 'fc1' } };
  model.setWeights(model.getWeights(named), named);
  model.configureLayers(['dense_1'], { trainable: true, learningRateScale: 0.5 });
  await model.save('model.safetensors');
  const onnx: OnnxOptions = { name: 'pets', inputType: 'uint8', labels: false };
  await model.saveOnnx('model.onnx', onnx);
  const exported: Uint8Array = model.toOnnx();
  const artifacts: TfjsArtifacts = model.toTfjs();
  const weights: readonly TfjsWeight[] = artifacts.weightSpecs;
  await model.saveTfjs(new URL('file:///pets'));
  const exchanged: Sequential[] = [
    await fromTfjs(artifacts, { limits: { bytes: 1e6 } }),
    await fromTfjs('pets/model.json'),
    await fromKeras('model.keras', { limits: { timeMs: 1000 } }),
    await fromOnnx('model.onnx', { limits: { timeMs: 1000 } }),
  ];
  void [weights, exchanged];
  const again = await load('model.safetensors', Sequential);
  const predicted: Matrix<Float32Array> = await again.predict(x);
  const row: Float32Array = again.predictSync([[0, 1]]).row(0);
  const lists: number[][] = predicted.toArray();
  const pets = sequential({ classes: ['cat', 'dog'], layers: again.config.layers });
  const text: ClassInput = new data.DataTable({ pet: ['cat', 'dog'] }).column('pet');
  await pets.evaluate(x, text);
  const found: string[] | number[] = await pets.predictClasses(x);
  const top: ClassProbability[][] = await pets.predictTop(x, 1);
  console.log(found, top[0]?.[0]?.probability, pets.classes?.[0]);
  console.log(
    model.summary(),
    model.explain({ batchSize: 8 }),
    last,
    logs.loss,
    gradients.length,
    row,
    lists,
    exported,
  );
  const kernels: KernelOptions = { backend: 'typescript', numerics: 'exact' };
  await again.fit(x, y, kernels);
  await shutdown();
  return predicted.data;
}

export async function estimators(): Promise<void> {
  const table = new data.DataTable({ city: ['Bonn', 'Köln', null], size: [1, 2, 3] });
  const classes: Label[] = await (
    await new LogisticRegression({ C: 2 }).fit(x, table.column('city'))
  ).predict(x);
  const [xTrain, xTest, yTrain] = trainTestSplit(table, table.text('city'), {
    stratify: table.column('city'),
  });
  const byColumn: ColumnTransformer = columnTransformer(
    [
      ['numbers', pipeline(new SimpleImputer(), new StandardScaler()), ['size']],
      ['text', new OneHotEncoder({ handleUnknown: 'ignore' }), columns.byType('text')],
    ],
    { remainder: 'drop' },
  );
  const model = pipeline(byColumn, new LogisticRegression());
  await model.fit(xTrain, yTrain);
  const probabilities: Float64Array = (await model.predictProba(xTest)).data;
  const result: CrossValidationResult<typeof model> = await crossValidate(model, xTrain, yTrain, {
    cv: new StratifiedKFold({ nSplits: 3 }),
    scoring: ['accuracy', 'f1Macro'],
  });
  const search: GridSearch<typeof model> = gridSearch(
    model,
    { logisticRegression__C: [1] },
    { cv: new KFold() },
  );
  await search.fit(xTrain, yTrain);
  console.log(model.predictProbaSync([1, 2]).row(0), model.predictSync({ city: 'Rome' })[0]);
  const best: Pipeline<LogisticRegression> = search.bestEstimator;
  const net = sequential({ layers: [layers.dense({ units: 1, inputShape: [2] })] }).compile({
    loss: 'meanSquaredError',
    metrics: ['mae'],
  });
  const whole = pipeline(new StandardScaler(), ['net', net]);
  const answers: readonly (string | number | boolean)[] | Float64Array | Matrix<Float64Array> = await whole
    .setParams({ net__epochs: 2 })
    .predict([[1, 2]]);
  const inside: NetworkClassifier | NetworkRegressor = whole.last;
  console.log(answers, inside.history.loss, inside.trainedNetwork.columns);
  const regressors: Regressor[] = [
    new LinearRegression({ tol: 1e-9 }),
    new Ridge({ alpha: 1 }),
    new RidgeCV({ alphas: [0.1, 1], cv: 5 }),
    new Lasso({ alpha: 0.1 }),
    new LassoCV({ alphas: [0.1, 1] }),
    new ElasticNet({ l1Ratio: 0.9 }),
    new ElasticNetCV({ l1Ratio: [0.1, 0.9] }),
    new PoissonRegressor({ alpha: 0 }),
    new GammaRegressor({ solver: 'lbfgs' }),
    new HuberRegressor({ epsilon: 1.5 }),
    new QuantileRegressor({ quantile: 0.9, alpha: 0 }),
    new SGDRegressor({ loss: 'huber', average: true }),
    new MLPRegressor(),
    new NetworkRegressor(net, { epochs: 2, seed: 1 }),
  ];
  const classifiers: Classifier[] = [
    new LogisticRegression(),
    new LogisticRegressionCV({ Cs: [1], l1Ratios: [0, 0.5] }),
    new SGDClassifier({ loss: 'logLoss', learningRate: 'adaptive' }),
    new MLPClassifier({ hiddenLayerSizes: [8] }),
    new NetworkClassifier({ network: net, epochs: 2, classWeight: 'balanced' }),
    new CalibratedClassifierCV({ estimator: net }).setParams({ estimator: net }),
  ];
  const transformers: Transformer[] = [
    new StandardScaler(),
    new MinMaxScaler(),
    new MaxAbsScaler({ clip: true }),
    new RobustScaler({ quantileRange: [5, 95], unitVariance: true }),
    new OrdinalEncoder({ handleUnknown: 'useEncodedValue', unknownValue: -1 }),
    new FunctionTransformer({ func: 'log1p' }),
    new VarianceThreshold({ threshold: 0.1 }),
    new SelectPercentile({ percentile: 50 }),
    new PolynomialFeatures(),
  ];
  registerFunction('half', { forward: (value) => value / 2, inverse: (value) => value * 2 });
  const { pvalues }: FeatureTests = await featureScores.chi2([[1], [2]], ['a', 'b']);
  const told: Float64Array = await featureScores.mutualInfoRegression([[1], [2]], [1, 2], { nNeighbors: 1 });
  console.log(pvalues[0], told[0]);
  const selector = await new SelectKBest({ scoreFunc: 'fRegression', k: 1 }).fit(x, [1, 2]);
  const support: boolean[] = selector.getSupport();
  console.log(support, selector.getSupport({ indices: true }), selector.scores, selector.pvalues);
  const union: FeatureUnion = featureUnion([['scaled', new StandardScaler()]]);
  const target = new TransformedTargetRegressor({ regressor: new Ridge(), func: 'half' });
  console.log(union.getFeatureNamesOut(), await (await target.fit(x, [1, 2])).predict(x));
  for (const regressor of regressors) await (await regressor.fit(x, [1, 2])).predict(x);
  for (const classifier of classifiers) await (await classifier.fit(x, ['a', 'b'])).predictProba(x);
  for (const transformer of transformers) {
    const output: TableOutput = await transformer.fitTransform(x);
    console.log(output);
  }
  const means: Float64Array = (await new TargetEncoder({ smooth: 5 }).fitTransform(x, [1, 2])).data;
  const codes: Int32Array = await (await new LabelEncoder().fit(['a', 'b'])).transform(['b']);
  const loaded = await loadEstimator('file');
  const onnx: EstimatorOnnxOptions = { name: 'rents', inputs: 'matrix', inputType: 'float32' };
  await loaded.saveOnnx('estimator.onnx', onnx);
  const exported: Uint8Array[] = [loaded.toOnnx(), gridSearch(new Ridge(), { alpha: [1] }).toOnnx(onnx)];
  const predicted = await loaded.predict(x);
  const ridge: Ridge = await loadEstimator(new URL('file:///file'), Ridge);
  const line: LinearRegression = await LinearRegression.load('file');
  console.log(
    means,
    exported.length,
    classes,
    probabilities,
    result.mean.accuracy?.toFixed(2),
    best.classes,
    codes,
    predicted,
  );
  console.log(ridge.coef.data[0], line.inference().rSquared[0], line.summary());
  const path: PenaltyPath = await enetPath(x, [1, 2], { l1Ratio: 0.5, alphas: 3 });
  const lasso = await lassoPath(x, [1, 2], { alphas: [1, 0.1] });
  console.log(path.coef.row(0), lasso.nIters);
}

/** One type of predictions per form of y; assigned in both directions. */
export async function predictions(list: number[], rows: number[][], array: NdArray): Promise<void> {
  type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false;
  const table = new data.DataTable({ a: [1, 2], low: [1, 2], high: [3, 4] });
  const vector = await new Ridge().fit(x, list);
  const lists = [
    await vector.predict(x),
    vector.predictSync([1, 2]),
    await (await new LinearRegression().fit(x, Float32Array.of(1, 2))).predict(x),
    await (await new RidgeCV().fit(x, { data: Int16Array.of(1, 2), shape: [2] })).predict(x),
    await (await new Lasso().fit(table, 'low')).predict(table),
    await (await new LassoCV().fit(table, ['low'])).predict(table),
    await (await new ElasticNet().fit([{ x, y: [1, 2] }])).predict(x),
    await (await new ElasticNetCV().fit(x, [1, 2] as const)).predict(x),
    await (await new MLPRegressor().partialFit(x, list)).predict(x),
    await (await new NetworkRegressor().fit(x, list)).predict(x),
    await (await new TransformedTargetRegressor().fit(table, 'low')).predict(table),
    await (await pipeline(new StandardScaler(), new Ridge()).fit(x, list)).predict(x),
    await (await gridSearch(new Ridge(), { alpha: [1, 2] }).fit(rows, list)).predict(x),
    await (await new PoissonRegressor().fit(x, list)).predict(x),
  ] satisfies Float64Array[];
  const wide = await new Ridge().fit(x, rows);
  const matrices = [
    await wide.predict(x),
    wide.predictSync([1, 2]),
    await (await new LinearRegression().fit(x, [Float32Array.of(1, 2)])).predict(x),
    await (await new RidgeCV().fit(x, { data: Int16Array.of(1, 2), shape: [1, 2] })).predict(x),
    await (await new Lasso().fit(table, ['low', 'high'])).predict(table),
    await (await new ElasticNet().fit([{ x, y: rows }])).predict(x),
    await (await new MLPRegressor().fit(x, rows)).predict(x),
    await (await new TransformedTargetRegressor().fit(x, rows)).predict(x),
    await (await pipeline(new StandardScaler(), new Ridge()).fit(table, ['a', 'low'])).predict(table),
    await (await gridSearch(new Ridge(), { alpha: [1, 2] }).fit(rows, rows)).predict(x),
  ] satisfies Matrix<Float64Array>[];
  const open = [
    await (await new Ridge().fit(x, array)).predict(x),
    await (await new Ridge().fit(x, y)).predict(x),
    await (await Ridge.load('file')).predict(x),
  ];
  const proofs: [
    Same<(typeof lists)[number], Float64Array>,
    Same<(typeof matrices)[number], Matrix<Float64Array>>,
    Same<(typeof open)[number], Float64Array | Matrix<Float64Array>>,
  ] = [true, true, true];
  const loaded = (await Ridge.load('file')) as FittedOn<Ridge, number[]>;
  const served: FittedOn<Ridge, number[]> = loaded.predictSync([1, 2])[0] === 0 ? loaded : vector;
  // @ts-expect-error the predictions of this model are lists
  await served.fit(x, rows);
  // @ts-expect-error and those of this one matrices
  await wide.fit(x, list);
  console.log(proofs, served.coef);
}

export async function files(): Promise<NdArray[]> {
  const source: data.CsvSource = { text: 'a,y\n1,2\n' };
  void data.csv(source);
  void data.csv(new Uint8Array(2));
  const dataset: data.CsvDataset = data.csv('a.csv', { target: 'y', missing: ['?'] });
  for await (const batch of dataset) console.log(batch.x.shape, batch.y?.data[0]);
  const matrix: data.CsvMatrix = await dataset.load();
  const table = await data.readParquet('a.parquet', { columns: ['a'] });
  const column: data.Column = (await data.readArrow('a.arrow')).column('a');
  const images: data.ImageFolder = await data.imageFolder('photos', { size: [8, 8], split: 0.2 });
  const one: NdArray<Uint8Array> = await data.readImage('a.jpg', { size: 8, channels: 1 });
  for await (const { x, classes } of images.train) console.log(x.shape, classes, one.shape);
  const { train } = await data.loadMnist('mnist');
  const pixels: Uint8Array = train.x.data;
  await data.loadCifar10('cifar');
  await data.readCifar10(['a.bin']);
  await data.writeNpy('a.npy', await data.readNpy('b.npy'));
  await data.writeNpz('a.npz', { ...(await data.readNpz('b.npz')), pixels: train.x }, { compress: true });
  const tensors: Record<string, NdArray> = await data.readSafetensors('a.safetensors');
  await data.writeSafetensors('b.safetensors', tensors);
  const dump: SklearnDump = { sklearn: '1.9.1', estimator: {} };
  console.log((await fromSklearn(dump)).type, (await fromSklearn('a.json')).predictSync([1]));
  const arrow: data.ArrowTable = { numRows: 0, schema: { fields: [] }, getChild: () => null };
  console.log(column.length, pixels[0], data.cifar10Classes, data.fromArrow(arrow).rows, table.head());
  const groups: data.GroupedTable<data.DataTable> = table.groupBy('a');
  const wanted: data.Aggregations = { rows: 'count', most: ['b', 'max'] };
  const means: data.DataTable = groups.aggregate(wanted).sort('most', { descending: true });
  await data.writeCSV('a.csv', data.DataTable.concat([means.filter(({ rows }) => rows !== 1)]), {
    delimiter: ';',
  });
  const { x: blobs } = data.makeBlobs({ centers: 3 });
  const { x: moons } = data.makeMoons({ noise: 0.1 });
  const made = [data.makeClassification().x, data.makeRegression().x, blobs, moons];
  return [matrix.x, await data.readIdx('a.idx'), ...made];
}

export function scores(labels: Label[], values: Float64Array): number {
  const matrix = metrics.confusionMatrix(labels, labels);
  const report = metrics.classificationReport(labels, labels);
  const each: Float64Array = metrics.f1Score(labels, labels, { average: null });
  console.log(`${matrix}`, report.macroAverage.f1Score, each[0], metrics.rocCurve(labels, values).thresholds);
  console.log(metrics.precisionRecallCurve(labels, values).precision[0]);
  return (
    metrics.accuracyScore(labels, labels) +
    metrics.balancedAccuracyScore(labels, labels) +
    metrics.precisionScore(labels, labels) +
    metrics.recallScore(labels, labels) +
    metrics.rocAucScore(labels, values) +
    metrics.averagePrecisionScore(labels, values) +
    metrics.logLoss(labels, values) +
    metrics.r2Score(values, values) +
    metrics.meanSquaredError(values, values) +
    metrics.rootMeanSquaredError(values, values) +
    metrics.meanAbsoluteError(values, values) +
    metrics.matthewsCorrcoef(labels, labels) +
    metrics.cohenKappaScore(labels, labels, { weights: 'quadratic' }) +
    metrics.brierScoreLoss(labels, values) +
    metrics.d2BrierScore(labels, values) +
    metrics.d2LogLossScore(labels, values) +
    metrics.topKAccuracyScore(labels, values, { k: 1 }) +
    metrics.explainedVarianceScore(values, values) +
    metrics.medianAbsoluteError(values, values) +
    metrics.meanAbsolutePercentageError(values, values) +
    metrics.maxError(values, values) +
    metrics.meanPinballLoss(values, values, { alpha: 0.9 }) +
    metrics.d2PinballScore(values, values, { alpha: 0.9 }) +
    metrics.d2AbsoluteErrorScore(values, values) +
    metrics.meanPoissonDeviance(values, values) +
    metrics.meanGammaDeviance(values, values) +
    metrics.meanTweedieDeviance(values, values, { power: 1.5 }) +
    metrics.d2TweedieScore(values, values, { power: 1 })
  );
}

export function kernels(a: Float32Array): Float32Array {
  const c: Float32Array = sgemm({ m: 1, n: 1, k: 1, a, b: a, c: new Float32Array(1) });
  const forward: Float32Array = denseForward({
    rows: 1,
    inputs: 1,
    units: 1,
    x: a,
    w: a,
    activation: 'relu',
  });
  const { dx, dw, db } = denseBackward({ rows: 1, inputs: 1, units: 1, x: a, w: a, dy: a });
  const { maxThreads }: { maxThreads: number } = configure({ idleTimeoutMs: 5_000, priority: 'background' });
  giveWay();
  const { kind, isa, target, reason } = backend();
  console.log(maxThreads, kind === 'native', isa, target ?? 'none', reason, forward[0], dx[0], dw[0], db[0]);
  return c;
}

export async function kernelsOnThreads(a: Float32Array, signal: AbortSignal): Promise<Float32Array> {
  const layer = { rows: 1, inputs: 1, units: 1, x: a, w: a };
  const c: Float32Array = await sgemmAsync({ m: 1, n: 1, k: 1, a, b: a, c: a.slice(), workers: 2, signal });
  const forward: Float32Array = await denseForwardAsync({ ...layer, activation: 'relu', workers: 'auto' });
  const { dx, dw, db } = await denseBackwardAsync({ ...layer, dy: a, backend: 'typescript' });
  console.log(forward[0], dx[0], dw[0], db[0]);
  return c;
}

export function codeOf(error: unknown): ErrorCode | undefined {
  return error instanceof SteepestError ? error.code : undefined;
}

export async function selection(
  rows: MatrixInput & readonly number[][],
  values: Float64Array,
): Promise<number> {
  const model = pipeline(new StandardScaler(), new Ridge());
  const c: Distribution = logUniform(0.01, 100);
  const space = { ridge__alpha: c, ridge__fitIntercept: [true, false] };
  const search: RandomizedSearch<typeof model> = randomizedSearch(model, space, { nIter: 3, seed: 1 });
  await search.fit(rows, values, { groups: ['a', 'b'] });
  console.log(search instanceof RandomizedSearch, uniform(0, 1).low, randomInteger(1, 3).high);
  const splits = [
    new TimeSeriesSplit({ gap: 1 }),
    new GroupKFold(),
    new ShuffleSplit({ testSize: 0.2 }),
    new StratifiedShuffleSplit(),
    new RepeatedKFold({ nRepeats: 2 }),
    new RepeatedStratifiedKFold(),
    new LeaveOneOut(),
  ];
  const proba = await crossValPredict(new LogisticRegression(), rows, ['a', 'b'], { method: 'predictProba' });
  const labels: Label[] = await crossValPredict(new LogisticRegression(), rows, ['a', 'b']);
  const curve = await learningCurve(model, rows, values, { cv: splits[0]!, trainSizes: [0.5, 1] });
  const options = { paramName: 'ridge__alpha', paramRange: [1, 10] };
  const byAlpha = await validationCurve(model, rows, values, options);
  console.log(proba.shape[1], labels[0], curve[0]?.trainSize, byAlpha[0]?.value);
  return byAlpha[0]?.test.score?.mean ?? 0;
}

export async function calibrated(rows: readonly number[][], labels: Label[]): Promise<number> {
  const estimator = pipeline(new StandardScaler(), new LogisticRegression());
  const calibrator = new CalibratedClassifierCV({ estimator, method: 'isotonic', ensemble: false });
  const tuned = new TunedThresholdClassifierCV({ estimator: calibrator, scoring: 'f1', thresholds: 50 });
  await tuned.fit(rows, labels, { groups: labels });
  const fixed = await new FixedThresholdClassifier({ estimator, threshold: tuned.bestThreshold }).fit(
    rows,
    labels,
  );
  const guess: Label[] = await fixed.predict(rows);
  const proba = (await tuned.predictProba(rows)).column(1);
  const curve = calibrationCurve(labels, proba, { strategy: 'quantile', posLabel: 'yes' });
  const importance = await permutationImportance(tuned, rows, guess, { nRepeats: 3, scoring: 'f1' });
  console.log(String(importance), importance.importances.row(0), tuned.thresholdResults.scores);
  return curve.probTrue[0] ?? 0;
}

interface Customer {
  tenure: number | null;
  city: string;
  stays: string;
}

/** A frame of each package, by its public methods. */
interface Frames {
  arrow: {
    numRows: number;
    schema: { fields: { name: string; type: unknown }[] };
    getChild(name: string): { get(i: number): unknown } | null;
  };
  arquero: { numRows(): number; columnNames(): string[]; array(name: string): unknown[] };
  polars: { columns: string[]; height: number; getColumn(name: string): { toArray(): unknown[] } };
  danfo: { columns: string[]; shape: number[]; column(name: string): { values: unknown[] } };
}

export async function tablesByName(
  customers: Customer[],
  frames: Frames,
  model: Sequential,
): Promise<string> {
  const prepare = columnTransformer([['cat', new StandardScaler(), ['tenure']]]);
  const pipe = await pipeline(prepare, new LogisticRegression()).fit(customers, 'stays');
  const labels: Label[] = await pipe.predict([{ tenure: 3, city: 'Rome' }]);
  const table = data.DataTable.fromRows([{ tenure: 1, price: 2, low: 1, high: 3, kind: 'a' }]);
  const kinds: readonly (string | null)[] = table.text('kind');
  await new LogisticRegression().fit(table, kinds);
  await new MLPClassifier().fit(table, 'kind');
  const names: readonly string[] | undefined = pipe.featureNamesIn;
  await new Ridge().fit(table, ['low', 'high']);
  for (const frame of [frames.arrow, frames.arquero, frames.polars, frames.danfo]) {
    await new LinearRegression().fit(frame, 'price');
    await model.fit(frame, 'price', { validationData: [frame, 'price'] });
  }
  const [train, test] = trainTestSplit(customers, { stratify: 'stays' });
  const first: Customer | undefined = train[0];
  await crossValidate(pipe, customers, 'stays');
  await gridSearch(pipe, { logisticRegression__C: [1] }).fit(test, 'stays');
  await model.fit(table, 'price');
  await model.fit(table, ['low', 'high']);
  await model.fit(table, kinds);
  const { loss } = await model.evaluate(customers, 'tenure');
  const outputs: Matrix<Float32Array> = await model.predict([{ tenure: 3 }]);
  const columns: readonly string[] | undefined = model.columns;
  return [labels[0], names, first?.city, loss, outputs.columnNames, columns].join();
}

export async function reports(customers: Customer[], model: Sequential): Promise<string> {
  const pipe = await pipeline(new StandardScaler(), new LogisticRegression()).fit(customers, 'stays');
  const test: ReportRows = [customers, 'stays'];
  const { history } = await model.fit(x, y);
  const options: ReportOptions = { model: pipe, test, importance: { repeats: 2 }, date: new Date(0) };
  await writeReport('report.html', options);
  await report({ model, test: [x, y], history, classes: ['no', 'yes'] });
  return report({ model: pipe, test, train: [x, labelsOf(customers)], title: 'Customers' });
}

export async function ranks(options: ClusterOptions): Promise<string> {
  const c: Cluster = await cluster({ ...options, timeoutMs: 60_000, alone: true });
  await c.barrier();
  const best: number = await c.broadcast(c.rank, { from: 0 });
  const names: string[] = await c.gather(`rank ${c.rank} of ${c.size}, ${c.library}`);
  await c.close();
  return names[best] ?? '';
}

export const charts: string[] = [
  plots.learningCurve({ loss: [1], valLoss: undefined }, { title: 'Training', width: 380 }),
  plots.confusionMatrix(['a', 'b'], ['b', 'b'], { classes: ['a', 'b'], heading: false }),
  plots.rocCurve([0, 1], Float32Array.of(0.1, 0.9)),
  plots.precisionRecall([0, 1], { data: Float64Array.of(0.1, 0.9), shape: [2] }, { posLabel: 1 }),
  plots.calibration([0, 1], [0.1, 0.9], { nBins: 5, strategy: 'quantile' }),
  plots.residuals([1, 2], [1, 3]),
  plots.predictedActual([1, 2], [1, 3]),
  plots.histogram(Int32Array.of(1, 2), { bins: 2, xName: 'rooms' }),
  plots.scatter([1, 2], [3, 4], { groups: ['a', 'b'] }),
  plots.coefficients(new LinearRegression(), { names: ['a', 'b'] }),
  plots.bars([{ name: 'group', bars: [{ name: 'bar', value: 1, low: 1, high: 2 }] }], { scale: 'log' }),
  plots.images({ data: new Uint8Array(4), shape: [1, 2, 2] }, { captions: [{ text: 'a', note: 'b' }] }),
];

const labelsOf = (customers: Customer[]): string[] => customers.map(({ city }) => city);
