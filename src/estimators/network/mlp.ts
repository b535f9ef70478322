import { SteepestError } from '../../core/errors.js';
import type { NdArray } from '../../core/ndarray.js';
import type { TargetInput } from '../../data/tables.js';
import { layers } from '../../layers/index.js';
import type { Loss } from '../../losses/index.js';
import { chooseKernels, type KernelOptions } from '../../models/kernelOptions.js';
import { type Sequential, sequential } from '../../models/sequential.js';
import type { Optimizer } from '../../optimizers/index.js';
import type { Workers } from '../../parallel/workers.js';
import { BaseEstimator, type EstimatorFitOptions } from '../base/estimator.js';
import {
  checkFittedColumns,
  type FeatureInput,
  type Features,
  type FittedColumns,
  readFeatures,
} from '../base/features.js';
import { type ParamSpecs, param } from '../base/params.js';
import { attribute, type SavedState } from '../base/saved.js';
import { workersParam } from '../base/workersParam.js';
import { type NetworkResult, trainNetwork } from './trainNetwork.js';

const ACTIVATIONS = ['relu', 'tanh', 'logistic', 'identity'] as const;
const SOLVERS = ['adam', 'sgd'] as const;
/** What scikit-learn's names are called as layers. */
const LAYER_ACTIVATION = { relu: 'relu', tanh: 'tanh', logistic: 'sigmoid', identity: 'linear' } as const;
/** Rows per mini-batch by default, where there are so many. */
const DEFAULT_BATCH = 200;

/** Hyper-parameters of multi-layer perceptrons, with scikit-learn's meanings and defaults. */
export interface MlpParams {
  /** Units of each hidden layer; empty for a linear model. Default `[100]`. */
  hiddenLayerSizes: readonly number[];
  /** Of the hidden layers. Default `'relu'`. */
  activation: (typeof ACTIVATIONS)[number];
  /** Default `'adam'`. */
  solver: (typeof SOLVERS)[number];
  /** Strength of the L2 penalty: alpha/2·Σw² / batchSize is added to the mean loss. Default 1e-4. */
  alpha: number;
  /** Rows per mini-batch. Default 200, or all rows if there are fewer. */
  batchSize: number | undefined;
  /** Default 1e-3. */
  learningRateInit: number;
  /** For `'sgd'`. Default 0.9. */
  momentum: number;
  /** For `'sgd'`. Default true. */
  nesterovsMomentum: boolean;
  /** At most so many passes over the rows. Default 200. */
  maxIter: number;
  /** New order of rows each epoch. Default true. */
  shuffle: boolean;
  /** Training ends when the loss has not fallen by more than this for `nIterNoChange` epochs in a row. Default 1e-4. */
  tol: number;
  /** Default 10. */
  nIterNoChange: number;
  /** Hold out `validationFraction` of the rows, the last ones, and stop by the loss on them. Default false. */
  earlyStopping: boolean;
  /** Default 0.1. */
  validationFraction: number;
  /** The next fit goes on from where the last ended. Default false. */
  warmStart: boolean;
  /** What initial weights and the order of rows are a function of. Default 0. */
  seed: number;
  /** Worker threads; never changes a bit of the result. Default `'auto'`. */
  workers: Workers;
}

const share = (name: string, value: unknown): number => {
  if (typeof value === 'number' && value > 0 && value < 1) return value;
  throw new SteepestError('ERR_ARGUMENT', {
    expected: `${name} above 0 and below 1`,
    given: String(value),
    mend: 'Use 0.1 for a tenth of the rows.',
  });
};

export const MLP_SPECS: ParamSpecs<MlpParams> = {
  hiddenLayerSizes: param.custom<readonly number[]>([100], (name, value) => {
    if (Array.isArray(value) && value.every((units) => Number.isSafeInteger(units) && units >= 1)) {
      return [...(value as number[])];
    }
    throw new SteepestError('ERR_ARGUMENT', {
      expected: `${name} to be an array of whole numbers of at least 1`,
      given: JSON.stringify(value) ?? String(value),
      mend: 'Write [100] for one hidden layer of 100 units.',
    });
  }),
  activation: param.oneOf('relu', ACTIVATIONS),
  solver: param.oneOf('adam', SOLVERS),
  alpha: param.nonNegative(1e-4),
  batchSize: param.optional(param.integer(1)),
  learningRateInit: param.positive(1e-3),
  momentum: param.custom(0.9, (name, value) => {
    if (typeof value === 'number' && value >= 0 && value < 1) return value;
    throw new SteepestError('ERR_ARGUMENT', {
      expected: `${name} of at least 0 and below 1`,
      given: String(value),
      mend: 'Use 0.9, or 0 for none.',
    });
  }),
  nesterovsMomentum: param.boolean(true),
  maxIter: param.integer(200),
  shuffle: param.boolean(true),
  tol: param.nonNegative(1e-4),
  nIterNoChange: param.integer(10),
  earlyStopping: param.boolean(false),
  validationFraction: param.custom(0.1, share),
  warmStart: param.boolean(false),
  seed: param.integer(0, 0),
  workers: workersParam,
};

/** The network's last layer and its loss. */
export interface Head {
  units: number;
  activation: 'linear' | 'sigmoid' | 'softmax';
  loss: Loss;
}

/** What a perceptron has learned, besides what its targets were. */
export interface FittedNetwork {
  model: Sequential;
  columns: FittedColumns;
  head: Head;
  shape: Shape;
  lossCurve: number[];
  validationLossCurve: number[];
}

/** What the weights were trained with. */
type Shape = Pick<MlpParams, 'hiddenLayerSizes' | 'activation'>;

function isShape(value: unknown): value is Shape {
  if (typeof value !== 'object' || value === null) return false;
  const { hiddenLayerSizes: sizes, activation } = value as Partial<Shape>;
  return Array.isArray(sizes) && sizes.every(isCount) && ACTIVATIONS.some((name) => name === activation);
}

/** @throws SteepestError `ERR_MODEL_FILE` unless the file has as many numbers as dense layers of these sizes take */
function checkParameterCount(sizes: readonly number[], { tensors }: SavedState): void {
  const wanted = sizes.slice(1).reduce((sum, units, i) => sum + (sizes[i]! + 1) * units, 0);
  const present = Object.values(tensors).reduce((sum, { data }) => sum + data.length, 0);
  if (wanted === present) return;
  throw new SteepestError('ERR_MODEL_FILE', {
    expected: `${wanted} weights for layers of ${sizes.join(', ')}`,
    given: `${present}`,
    mend: 'Save the estimator again.',
  });
}

const isNumbers = (value: unknown): value is number[] =>
  Array.isArray(value) && value.every((v) => typeof v === 'number');
const isNames = (value: unknown): value is string[] | null =>
  value === null || (Array.isArray(value) && value.every((name) => typeof name === 'string'));
const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) > 0;

/** Multi-layer perceptrons on `sequential`: what classifier and regressor share. */
export abstract class Mlp<P extends MlpParams> extends BaseEstimator<P> {
  protected network: FittedNetwork | undefined;

  /** Mean loss of each epoch of the last fit, penalty included. */
  get lossCurve(): number[] {
    return [...this.trained('lossCurve').lossCurve];
  }

  /** With `earlyStopping`, the loss on the held-out rows after each epoch. */
  get validationLossCurve(): number[] {
    return [...this.trained('validationLossCurve').validationLossCurve];
  }

  /** Epochs of the last fit. */
  get nIter(): number {
    return this.trained('nIter').lossCurve.length;
  }

  /** Weights and biases in layer order: kernel [inputs, units], bias [units], … */
  get weights(): NdArray<Float32Array>[] {
    return this.trained('weights').model.getWeights();
  }

  protected trained(what: string): FittedNetwork {
    if (this.network === undefined) throw this.notFitted(what);
    return this.network;
  }

  /** Trains up to `epochs` passes; `goesOn` keeps the weights of the last time if the shapes are the same. */
  protected async train(
    features: Features,
    y: TargetInput,
    head: Head,
    weights: Float64Array | undefined,
    options: EstimatorFitOptions & KernelOptions,
    { epochs, goesOn }: { epochs: number; goesOn: boolean },
  ): Promise<{ fitted: FittedNetwork; result: NetworkResult }> {
    const { params } = this;
    const batchSize = Math.min(params.batchSize ?? DEFAULT_BATCH, features.rows);
    const kernels = chooseKernels(options);
    const model = this.networkFor(features, head, batchSize, goesOn);
    const result = await trainNetwork(model, features, y, {
      epochs,
      batchSize,
      shuffle: params.shuffle,
      tol: params.tol,
      nIterNoChange: params.nIterNoChange,
      validationFraction: params.earlyStopping ? params.validationFraction : 0,
      sampleWeight: weights,
      workers: params.workers,
      kernels,
      signal: options.signal,
    });
    const columns = { cols: features.cols, names: features.names };
    const { lossCurve, validationLossCurve } = result;
    const { hiddenLayerSizes, activation } = params;
    const shape = { hiddenLayerSizes, activation };
    return { fitted: { model, columns, head, shape, lossCurve, validationLossCurve }, result };
  }

  /** Outputs of the network, rows × units, in float64. */
  protected async outputs(x: FeatureInput): Promise<NdArray<Float64Array>> {
    const { model, columns } = this.trained('predict()');
    const features = readFeatures('X', x);
    checkFittedColumns('X', features, columns);
    const { data, shape } = await model.predict(
      { data: features.data, shape: [features.rows, features.cols] },
      { workers: this.params.workers },
    );
    return { data: Float64Array.from(data), shape };
  }

  protected networkState(): SavedState | undefined {
    if (this.network === undefined) return undefined;
    const { model, columns, lossCurve, validationLossCurve, head, shape } = this.network;
    const tensors = Object.fromEntries(model.getWeights().map((weight, i) => [`weight.${i}`, weight]));
    return {
      tensors,
      attributes: {
        cols: columns.cols,
        names: columns.names ?? null,
        units: head.units,
        // What the weights were trained with, which setParams may have changed since.
        shape: { ...shape },
        lossCurve,
        validationLossCurve,
      },
    };
  }

  protected restoreNetwork(state: SavedState, head: Head): void {
    const cols = attribute(state, 'cols', isCount);
    const units = attribute(state, 'units', isCount);
    const shape = attribute(state, 'shape', isShape);
    // Before anything is allocated: a damaged size must not ask for more than the file holds.
    checkParameterCount([cols, ...shape.hiddenLayerSizes, units], state);
    const model = this.build(cols, { ...head, units }, 1, shape);
    const weights = Object.keys(state.tensors).map((_, i) => state.tensors[`weight.${i}`]!);
    try {
      model.setWeights(weights);
    } catch (error) {
      if (!(error instanceof SteepestError)) throw error;
      const { expected, given } = error;
      throw new SteepestError(
        'ERR_MODEL_FILE',
        { expected, given, mend: 'Save the estimator again.' },
        { cause: error },
      );
    }
    this.network = {
      model,
      columns: { cols, names: attribute(state, 'names', isNames) ?? undefined },
      head,
      shape,
      lossCurve: attribute(state, 'lossCurve', isNumbers),
      validationLossCurve: attribute(state, 'validationLossCurve', isNumbers),
    };
  }

  protected warnNotConverged({ converged, lossCurve }: NetworkResult): void {
    if (converged) return;
    process.emitWarning(
      `${this.type} stopped after ${lossCurve.length} epochs while its loss still fell. ` +
        'Raise maxIter, or learningRateInit; scale the columns with StandardScaler.',
      { type: 'ConvergenceWarning', code: 'STEEPEST_NOT_CONVERGED' },
    );
  }

  private networkFor({ cols }: Features, head: Head, batchSize: number, goesOn: boolean): Sequential {
    const fresh = this.build(cols, head, batchSize);
    const last = this.network?.model;
    if (!goesOn || last === undefined) return fresh;
    // The same layers with the same penalties: the optimizer goes on as well.
    if (JSON.stringify(last.config) === JSON.stringify(fresh.config)) return last;
    const shapes = (model: Sequential): string =>
      JSON.stringify(model.getWeights().map(({ shape }) => shape));
    if (shapes(last) === shapes(fresh)) fresh.setWeights(last.getWeights());
    return fresh;
  }

  private build(cols: number, head: Head, batchSize: number, shape: Shape = this.params): Sequential {
    const { alpha, seed } = this.params;
    const { hiddenLayerSizes, activation } = shape;
    const kernelRegularizer = { l2: alpha / 2 / batchSize };
    const sizes = [...hiddenLayerSizes, head.units];
    const model = sequential({
      seed,
      layers: sizes.map((units, i) =>
        layers.dense({
          units,
          activation: i === sizes.length - 1 ? head.activation : LAYER_ACTIVATION[activation],
          kernelRegularizer,
          ...(i === 0 ? { inputShape: [cols] } : {}),
        }),
      ),
    });
    return model.compile({ optimizer: this.optimizer(), loss: head.loss });
  }

  private optimizer(): Optimizer {
    const { solver, learningRateInit, momentum, nesterovsMomentum } = this.params;
    if (solver === 'adam') return { name: 'adam', learningRate: learningRateInit, epsilon: 1e-8 };
    const nesterov = nesterovsMomentum && momentum > 0;
    return { name: 'sgd', learningRate: learningRateInit, momentum, nesterov };
  }
}
