/** What the estimators around a network share: training a copy, its outputs, its file. */
import { SteepestError } from '../../core/errors.js';
import { isNames, isNumbers, isSize, orNull } from '../../core/guards.js';
import { Matrix } from '../../core/matrix.js';
import type { NdArray } from '../../core/ndarray.js';
import { isPlainObject, isTypedArray } from '../../core/realm.js';
import type { TargetInput } from '../../data/arrayInputs.js';
import { modelFileError } from '../../io/modelFile.js';
import { chooseKernels } from '../../kernels/kernelOptions.js';
import { networkFromBytes } from '../../networks/models/load.js';
import type { Sequential } from '../../networks/models/sequential.js';
import type { History } from '../../networks/training/fitResult.js';
import { BaseEstimator } from '../base/estimator.js';
import type { FeatureInput, Features, FittedColumns } from '../base/features.js';
import { attribute, type SavedState } from '../base/saved.js';
import { type RowInput, rowsOf } from '../base/work.js';
import type { Graph } from '../onnx/graph.js';
import { writeNetwork } from '../onnx/network.js';
import type { OnnxTable } from '../onnx/table.js';
import { copyNetwork, type NetworkParams } from './networkParams.js';
import { networkSamples, networkTable } from './networkTable.js';
import { checkInputs, type NetworkTask, taskOf, writtenNetwork } from './networkTask.js';
import type { NetworkFitOptions } from './trainNetwork.js';

/** A trained network, apart from the form of its targets. */
export interface TrainedNetwork {
  network: Sequential;
  task: NetworkTask;
  columns: FittedColumns;
  history: History;
}

/** What a fit reads before it trains. */
export interface Lesson {
  task: NetworkTask;
  features: Features;
}

const isHistory = (value: unknown): value is History =>
  isPlainObject(value) && 'loss' in value && Object.values(value).every(isNumbers);

/** Names of tensors. */
const UNTRAINED = 'network';
const TRAINED = 'trained';

/** Estimators that train copies of a network of the user's. */
export abstract class NetworkEstimator<P extends NetworkParams> extends BaseEstimator<P> {
  protected learned: TrainedNetwork | undefined;

  /** A pipeline passes `callbacks` on. @internal */
  override get takesCallbacks(): boolean {
    return true;
  }

  /** So do `progress` and `resume`. @internal */
  override get trainsNetwork(): boolean {
    return true;
  }

  /** Loss and metrics of each epoch of the last fit, as a network's `fit` returns them. */
  get history(): History {
    return structuredClone(this.trained('history').history);
  }

  /** The trained network: a copy, so that training it further does not change the estimator. */
  get trainedNetwork(): Sequential {
    return copyNetwork(this.trained('trainedNetwork').network);
  }

  protected override fittedColumns(what: string): FittedColumns {
    return this.trained(what).columns;
  }

  protected trained(what: string): TrainedNetwork {
    if (this.learned === undefined) throw this.notFitted(what);
    return this.learned;
  }

  /** @throws SteepestError `ERR_ARGUMENT` without a network */
  protected untrained(): Sequential {
    const { network } = this.params;
    if (network !== undefined) return network;
    throw new SteepestError('ERR_ARGUMENT', {
      expected: `a network for ${this.type}.fit`,
      given: 'none',
      hint: `Write new ${this.type}(sequential({ layers: […] }).compile({ loss: … })).`,
    });
  }

  /** Samples to train on: by name, if the network has names of columns. */
  protected samples(x: FeatureInput, { model }: NetworkTask): Features {
    const { columns: names, inputCols: cols } = model;
    return networkSamples(x, names && { cols, names });
  }

  /** Trains a copy of the network. */
  protected async train(
    network: Sequential,
    { task, features }: Lesson,
    y: TargetInput,
    sampleWeight: Float64Array | undefined,
    options: NetworkFitOptions,
  ): Promise<TrainedNetwork> {
    checkInputs(task, features);
    const { epochs, batchSize, shuffle, validationSplit, seed, workers } = this.params;
    const { data, rows, cols, names } = features;
    const copy = copyNetwork(network, seed);
    const { callbacks, signal, progress, resume } = options;
    const { history } = await copy.fit(new Matrix(data, [rows, cols], names), y, {
      epochs,
      batchSize,
      shuffle,
      validationSplit,
      workers,
      ...(callbacks === undefined ? {} : { callbacks }),
      ...(progress === undefined ? {} : { progress }),
      ...(resume === undefined ? {} : { resume }),
      ...(sampleWeight === undefined ? {} : { sampleWeight }),
      ...(signal === undefined ? {} : { signal }),
      ...chooseKernels(options),
    });
    return { network: copy, task, columns: { cols, names: names ?? task.model.columns }, history };
  }

  protected outputs(x: FeatureInput): Promise<Matrix<Float32Array>> {
    const { network, columns } = this.trained('predict()');
    return network.predict(networkTable(x, columns), { workers: this.params.workers });
  }

  /** The same at once, for one row or a few. */
  protected outputsSync(x: FeatureInput | RowInput): Matrix<Float32Array> {
    const { network, columns } = this.trained('predictSync()');
    return network.predictSync(networkTable(rowsOf(x) as FeatureInput, columns));
  }

  /** Outputs of the network in a graph: [N, units]. */
  protected writeOutputs(graph: Graph, table: OnnxTable): string {
    const { network } = this.trained('toOnnx()');
    return writeNetwork(graph, table.numbers(graph), writtenNetwork(network));
  }

  /** The network is a part of the state, because JSON could not hold its parameters. */
  protected override savedParams(): object {
    const { network: _, ...rest } = this.params;
    return rest;
  }

  /** @param more what the kind of targets adds, once there is a trained network */
  protected networkState(more: Readonly<Record<string, unknown>>): SavedState | undefined {
    const { network } = this.params;
    if (network === undefined) return undefined;
    const { learned } = this;
    const bytes = (of: Sequential): NdArray => {
      const data = of.toBytes();
      return { data, shape: [data.length] };
    };
    const tensors = { [UNTRAINED]: bytes(network) };
    if (learned === undefined) return { tensors, attributes: { fitted: null } };
    const { cols, names } = learned.columns;
    const fitted = { cols, names: names ?? null, history: learned.history, ...more };
    return { tensors: { ...tensors, [TRAINED]: bytes(learned.network) }, attributes: { fitted } };
  }

  /**
   * Restores what {@link networkState} wrote.
   * @returns the state of the fit; undefined before the first
   * @throws SteepestError `ERR_MODEL_FILE`
   */
  protected restoreNetwork(state: SavedState): { trained: TrainedNetwork; more: SavedState } | undefined {
    this.params = { ...this.params, network: networkOf(state, UNTRAINED) };
    const attributes = attribute(state, 'fitted', orNull(isPlainObject));
    if (attributes === null) return undefined;
    const more: SavedState = { tensors: {}, attributes: attributes as Record<string, unknown> };
    const network = networkOf(state, TRAINED);
    const task = taskOf(network);
    const cols = attribute(more, 'cols', isSize);
    const names = attribute(more, 'names', orNull(isNames)) ?? undefined;
    if (cols !== task.model.inputCols || (names !== undefined && names.length !== cols)) {
      throw modelFileError(
        `${task.model.inputCols} columns, as the network has`,
        `${cols}`,
        'Save the estimator again.',
      );
    }
    const history = attribute(more, 'history', isHistory);
    return { trained: { network, task, columns: { cols, names }, history }, more };
  }
}

function networkOf({ tensors }: SavedState, name: string): Sequential {
  const data = Object.hasOwn(tensors, name) ? tensors[name]?.data : undefined;
  const network = isTypedArray(data, 'Uint8Array') ? networkFromBytes(data) : undefined;
  if (network?.compileConfig !== undefined) return network;
  throw modelFileError(
    `tensor '${name}' with a compiled network`,
    data === undefined ? 'none' : 'something else',
    'Save the estimator again.',
  );
}
