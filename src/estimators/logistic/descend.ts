import { layers } from '../../networks/layers/index.js';
import { sequential } from '../../networks/models/sequential.js';
import type { GlmRequest, GlmResult } from '../glm/request.js';
import type { Penalty } from '../glm/task.js';
import { Stopping } from '../network/stopping.js';
import { type DescentFitOptions, trainNetwork } from '../network/trainNetwork.js';

/** Steps of gradient descent. */
export interface Descent {
  learningRate: number;
  batchSize: number;
  seed: number;
}

/** Epochs without a lower loss after which training ends, as in scikit-learn's SGDClassifier. */
const PATIENCE = 5;

/** A logistic regression to descend on. */
export type DescentRequest = Omit<GlmRequest, 'solver' | 'path' | 'y' | 'family'> &
  Penalty &
  Pick<DescentFitOptions, 'callbacks'> & { labels: Int32Array };

/**
 * Minimises the penalised loss by gradient descent on the step programs of networks: a dense layer
 * with sigmoid or softmax.
 * @throws SteepestError as Sequential.fit does; `ERR_DIVERGED` if the learning rate is too high
 */
export async function descend(
  request: DescentRequest,
  { learningRate, batchSize, seed }: Descent,
): Promise<GlmResult> {
  const { features, labels, outputs, fitIntercept, l1, l2, start, tol, maxIter } = request;
  const { cols, rows } = features;
  const isBinary = outputs === 1;
  const model = sequential({
    seed,
    layers: [
      layers.dense({
        units: outputs,
        activation: isBinary ? 'sigmoid' : 'softmax',
        useBias: fitIntercept,
        // The regularizer has no factor ½, so the penalty is halved here.
        kernelRegularizer: { l1, l2: l2 / 2 },
        inputShape: [cols],
      }),
    ],
  });
  const loss = isBinary ? 'binaryCrossentropy' : 'sparseCategoricalCrossentropy';
  model.compile({ optimizer: { name: 'sgd', learningRate }, loss });
  const kernel = Float32Array.from({ length: cols * outputs }, (_, i) => {
    return start[(i % outputs) * cols + Math.floor(i / outputs)]!;
  });
  const bias = Float32Array.from(start.subarray(cols * outputs));
  model.setWeights([
    { data: kernel, shape: [cols, outputs] },
    ...(fitIntercept ? [{ data: bias, shape: [outputs] }] : []),
  ]);
  const stopping = new Stopping('min', tol, PATIENCE);
  const { lossCurve, converged } = await trainNetwork(model, features, labels, {
    epochs: maxIter,
    batchSize,
    shuffle: batchSize < rows,
    goesOn: (value) => stopping.next(value).goesOn,
    sampleWeight: request.weights,
    workers: request.workers,
    kernels: request.kernels,
    signal: request.signal,
    callbacks: request.callbacks,
  });
  const [weights, biases] = model.getWeights();
  const point = new Float64Array(start.length);
  for (let k = 0; k < outputs; k++) {
    for (let j = 0; j < cols; j++) point[k * cols + j] = weights!.data[j * outputs + k]!;
  }
  if (biases !== undefined) point.set(biases.data, cols * outputs);
  return {
    point,
    iterations: lossCurve.length,
    value: lossCurve.at(-1) ?? Number.NaN,
    gradientNorm: undefined,
    converged,
  };
}
