import {
  data,
  LabelEncoder,
  LinearRegression,
  load,
  loadEstimator,
  metrics,
  StandardScaler,
  trainTestSplit,
} from 'steepest';
import { denseForward, denseForwardAsync, sgemm, sgemmAsync } from 'steepest/kernels';
import { plots } from 'steepest/report';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../support/folder.js';
import { network } from './subjects.js';

/** No message is longer, whatever was passed. */
const MOST_CHARACTERS = 1000;

const megabytes = 'x'.repeat(1e7);
const circular: Record<string, unknown> = {};
circular.self = [circular];
const revoked = Proxy.revocable({}, {});
revoked.revoke();
const throwing = new Proxy(
  {},
  {
    get() {
      throw new Error(megabytes);
    },
    has() {
      throw new Error(megabytes);
    },
    getPrototypeOf() {
      throw new Error(megabytes);
    },
    ownKeys() {
      throw new Error(megabytes);
    },
  },
);

/** Values as nobody means them, large and odd. */
const VALUES: Record<string, unknown> = {
  undefined: undefined,
  null: null,
  NaN: Number.NaN,
  'a boolean': true,
  'a BigInt of 3,000 digits': 10n ** 3000n,
  'a symbol with a long name': Symbol('s'.repeat(1e5)),
  'ten megabytes of text': megabytes,
  'text with controls': '\0\n\u2028\u202e'.repeat(1000),
  'a function with a long name': { ['f'.repeat(1e5)]: () => 1 }['f'.repeat(1e5)],
  'a class': class Odd {},
  'an object without prototype': Object.create(null),
  'an object with a long key': { [megabytes]: 1 },
  'an object with long values': { a: megabytes, b: [megabytes], data: megabytes, shape: megabytes },
  'an object of many keys': Object.fromEntries(Array.from({ length: 2000 }, (_, i) => [`key${i}`, i])),
  'an object in itself': circular,
  'an object whose text cannot be had': {
    toString() {
      throw new Error('no');
    },
    toJSON() {
      throw new Error('no');
    },
  },
  'a list of long text': [megabytes, megabytes],
  'a list of symbols': [Symbol('a'), Symbol('b')],
  'a list of lists of nothing': [[null], [undefined]],
  'a large typed array': new Float64Array(1e6),
  'a large array of BigInts': new BigInt64Array(1e5),
  'a large buffer': new ArrayBuffer(1e6),
  'a map': new Map([[megabytes, megabytes]]),
  'a date that is none': new Date(Number.NaN),
  'an error with a long message': new Error(megabytes),
  'a promise': Promise.resolve(megabytes),
  'a proxy that throws': throwing,
  'a revoked proxy': revoked.proxy,
};

const files = temporaryFolder();
const good = [
  [1, 2, 3, 4],
  [5, 6, 7, 8],
];
const model = network(1);
const array = { data: Float32Array.of(1, 2), shape: [2] };
const table = new data.DataTable({ a: [1, 2], b: ['x', 'y'] });
const floats = Float32Array.of(1, 2, 3, 4);
type Call = (value: never) => unknown;

/** Public functions, with the value in each of their places. */
const CALLS: Record<string, Call> = {
  load,
  loadEstimator,
  'LinearRegression.load': (value) => LinearRegression.load(value),
  'model.save': (value) => model.save(value),
  'model.saveOnnx': (value) => model.saveOnnx(value),
  'estimator.save': (value) => new LinearRegression().save(value),
  'estimator.saveOnnx': (value) => new LinearRegression().saveOnnx(value),
  'data.csv': (value) => data.csv(value).table(),
  'data.readNpy': data.readNpy,
  'data.readNpz': data.readNpz,
  'data.readSafetensors': data.readSafetensors,
  'data.readIdx': data.readIdx,
  'data.loadMnist': data.loadMnist,
  'data.readCifar10': data.readCifar10,
  'data.loadCifar10': data.loadCifar10,
  'data.readParquet': data.readParquet,
  'data.readArrow': data.readArrow,
  'data.writeNpy, path': (value) => data.writeNpy(value, array),
  'data.writeNpz, path': (value) => data.writeNpz(value, { array }),
  'data.writeSafetensors, path': (value) => data.writeSafetensors(value, { array }),
  'data.writeSafetensors': (value) => data.writeSafetensors(files.path('x.npy'), value),
  'data.writeSafetensors, array': (value) => data.writeSafetensors(files.path('x.npy'), { value }),
  'model.setWeights, torch array': (value) => model.setWeights({ value }, { layout: 'pytorch' }),
  'model.setWeights, names': (value) => model.setWeights({ array }, { layout: 'pytorch', names: value }),
  'data.writeNpy': (value) => data.writeNpy(files.path('x.npy'), value),
  'data.writeNpy, data': (value) => data.writeNpy(files.path('x.npy'), { data: value, shape: [2] }),
  'data.writeNpy, shape': (value) => data.writeNpy(files.path('x.npy'), { data: floats, shape: value }),
  'data.writeNpz': (value) => data.writeNpz(files.path('x.npy'), value),
  'data.writeNpz, array': (value) => data.writeNpz(files.path('x.npy'), { value }),
  'new DataTable': (value) => new data.DataTable(value),
  'new DataTable, column': (value) => new data.DataTable({ value }),
  'new DataTable, cell': (value) => new data.DataTable({ a: [1, value] }),
  'DataTable.fromRows': (value) => data.DataTable.fromRows(value),
  'table.column': (value) => table.column(value),
  'table.select': (value) => table.select(value),
  'table.with': (value) => table.with('a', value),
  'model.fit, x': (value) => model.fit(value, [1, 2]),
  'model.fit, y': (value) => model.fit(good, value),
  'model.fit, sampleWeight': (value) => model.fit(good, [1, 2], { sampleWeight: value }),
  'model.fit, validationData': (value) => model.fit(good, [1, 2], { validationData: value, workers: 1 }),
  'model.evaluate, x': (value) => model.evaluate(value, [1, 2]),
  'model.evaluate, y': (value) => model.evaluate(good, value),
  'model.gradients': (value) => model.gradients(value, value),
  'model.predict': (value) => model.predict(value),
  'model.predictSync': (value) => model.predictSync(value),
  'model.predictSync, cell': (value) => model.predictSync([1, 2, 3, value]),
  'model.setWeights': (value) => network(1).setWeights(value),
  'model.setWeights, array': (value) => network(1).setWeights([value, value, value, value]),
  'estimator.fit, x': (value) => new LinearRegression().fit(value, [1, 2]),
  'estimator.fit, y': (value) => new LinearRegression().fit(good, value),
  'estimator.fit, cell': (value) => new LinearRegression().fit([[value]], [1]),
  'estimator.fit, sampleWeight': (value) =>
    new StandardScaler().fit(good, undefined, { sampleWeight: value }),
  'LabelEncoder.fit': (value) => new LabelEncoder().fit(value),
  trainTestSplit: (value) => trainTestSplit(value, good),
  'metrics.accuracyScore': (value) => metrics.accuracyScore(value, value),
  'metrics.accuracyScore, class': (value) => metrics.accuracyScore([value, 1], [1, 1]),
  'metrics.meanSquaredError': (value) => metrics.meanSquaredError(value, [1, 2]),
  'metrics.logLoss': (value) => metrics.logLoss([0, 1], value),
  'metrics.rocAucScore': (value) => metrics.rocAucScore(value, [0.1, 0.2]),
  'metrics, sampleWeight': (value) => metrics.accuracyScore([0, 1], [1, 1], { sampleWeight: value }),
  'plots.learningCurve': plots.learningCurve,
  'plots.learningCurve, values': (value) => plots.learningCurve({ loss: value }),
  'plots.learningCurve, bestEpoch': (value) =>
    plots.learningCurve({ history: { loss: [1] }, bestEpoch: value }),
  'plots.confusionMatrix': (value) => plots.confusionMatrix(value, value),
  'plots.confusionMatrix, classes': (value) => plots.confusionMatrix([0, 1], [0, 1], { classes: value }),
  'plots.rocCurve': (value) => plots.rocCurve(value, [0.1, 0.2]),
  'plots.rocCurve, yScore': (value) => plots.rocCurve([0, 1], value),
  'plots.precisionRecall, posLabel': (value) =>
    plots.precisionRecall([0, 1], [0.1, 0.2], { posLabel: value }),
  'plots.calibration, yProba': (value) => plots.calibration([0, 1], value),
  'plots.calibration, nBins': (value) => plots.calibration([0, 1], [0.1, 0.2], { nBins: value }),
  'plots.residuals': (value) => plots.residuals(value, [1, 2]),
  'plots.predictedActual': (value) => plots.predictedActual([1, 2], value),
  'plots.histogram': plots.histogram,
  'plots.histogram, bins': (value) => plots.histogram([1, 2], { bins: value }),
  'plots.scatter': (value) => plots.scatter(value, [1, 2]),
  'plots.scatter, groups': (value) => plots.scatter([1, 2], [1, 2], { groups: value }),
  'plots.coefficients': plots.coefficients,
  'plots.coefficients, values': (value) => plots.coefficients({ values: value }),
  'plots.coefficients, names': (value) => plots.coefficients({ names: value, values: [1, 2] }),
  'plots.importance': plots.importance,
  'plots.importance, featureNames': (value) =>
    plots.importance({ featureNames: value, importancesMean: Float64Array.of(1) }),
  'plots.bars': plots.bars,
  'plots.bars, bar': (value) => plots.bars([value]),
  'plots.bars, value': (value) => plots.bars({ value }),
  'plots.images': plots.images,
  'plots.images, data': (value) => plots.images({ data: value, shape: [1, 1, 1] }),
  'plots.images, captions': (value) => plots.images({ data: floats, shape: [1, 2, 2] }, { captions: value }),
  'plots, title': (value) => plots.bars({ a: 1 }, { title: value }),
  'plots, width': (value) => plots.bars({ a: 1 }, { width: value }),
  'sgemm, m': (value) => sgemm({ m: value, n: 2, k: 2, a: floats, b: floats, c: new Float32Array(4) }),
  'sgemm, a': (value) => sgemm({ m: 2, n: 2, k: 2, a: value, b: floats, c: new Float32Array(4) }),
  'sgemm, c': (value) => sgemm({ m: 2, n: 2, k: 2, a: floats, b: floats, c: value }),
  'sgemm, alpha': (value) =>
    sgemm({ m: 2, n: 2, k: 2, a: floats, b: floats, c: new Float32Array(4), alpha: value }),
  'sgemmAsync, a': (value) => sgemmAsync({ m: 2, n: 2, k: 2, a: value, b: floats, c: new Float32Array(4) }),
  'sgemmAsync, workers': (value) =>
    sgemmAsync({ m: 2, n: 2, k: 2, a: floats, b: floats, c: new Float32Array(4), workers: value }),
  'denseForwardAsync, x': (value) => denseForwardAsync({ rows: 2, inputs: 2, units: 2, x: value, w: floats }),
  'denseForward, x': (value) => denseForward({ rows: 2, inputs: 2, units: 2, x: value, w: floats }),
};

describe('whatever is passed', () => {
  it.each(Object.entries(CALLS))('%s refuses it in few words, if at all', async (name, call) => {
    for (const [what, value] of Object.entries(VALUES)) {
      let thrown: unknown;
      try {
        await call(value as never);
        continue;
      } catch (error) {
        thrown = error;
      }
      expect(thrown, `${name}, ${what}: ${String((thrown as Error).stack).slice(0, 1000)}`).toMatchObject({
        name: 'SteepestError',
      });
      const { message } = thrown as Error;
      expect(message.length, `${name}, ${what}: ${message.slice(0, 1500)}`).toBeLessThan(MOST_CHARACTERS);
    }
  });
});
