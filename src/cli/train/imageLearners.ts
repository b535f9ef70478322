/** Learners of images: a network that takes them as they are. */

import type { NdArray } from '../../core/ndarray.js';
import type { Label } from '../../estimators/base/labels.js';
import { learnsClasses } from '../../estimators/network/networkTask.js';
import type { LayerConfig } from '../../networks/layers/definition.js';
import { layers as layer } from '../../networks/layers/index.js';
import { schedules } from '../../networks/models/schedules.js';
import { type Sequential, sequential } from '../../networks/models/sequential.js';
import { type Dataset, type Inputs, labelsIn, type Problem, rowsOf } from './dataset.js';
import type { FitHistory, FitManner, Fitted, Learner, NetworkWishes } from './learner.js';
import { type Ends, fitOptions, head, type NetworkPlan } from './networkPlan.js';
import { withStopRows } from './split.js';

const CNN_EPOCHS = 20;
const CNN_BATCH = 64;
const FEW_ROWS = 5000;
const SMALL_BATCH = 32;
const CNN_RATE = 2e-3;
/** The last learning rate, as a part of the first. */
const LAST_RATE = 0.01;
/** Filters of the first block, and the most of any. */
const FIRST_FILTERS = { grey: 16, colour: 32 } as const;
const MOST_FILTERS = 128;
/** Each block halves the sides, down to this. */
const LEAST_SIDE = 4;
const MOST_BLOCKS = 4;
/** From this side on, a block has one convolution: the first ones would take most of the time. */
const LARGE_SIDE = 48;
/** Images are shifted by up to this part of their sides, unless a pixel is more than that. */
const SHIFT = 0.08;

/** Changes that do not change what an image shows, drawn anew whenever it is read. */
function augmentation(height: number, width: number, channels: number): LayerConfig[] {
  const isLarge = Math.min(height, width) * SHIFT >= 1;
  return [
    // Digits and letters mean something else in a mirror; photographs do not.
    ...(channels === 3 ? [layer.randomFlip({ mode: 'horizontal' })] : []),
    ...(isLarge
      ? [layer.randomTranslation({ heightFactor: SHIFT, widthFactor: SHIFT, fillMode: 'nearest' })]
      : []),
  ];
}

/** Bytes become −1 … 1; other numbers are divided by the largest. */
function rescaling({ data }: NdArray, inputShape: readonly number[]): LayerConfig {
  if (data.BYTES_PER_ELEMENT === 1) {
    return layer.rescaling({ scale: 2 / 255, offset: -1, inputShape: [...inputShape] });
  }
  let largest = 0;
  for (let i = 0; i < data.length; i++) largest = Math.max(largest, Math.abs(data[i]!));
  return layer.rescaling({ scale: 1 / (largest || 1), inputShape: [...inputShape] });
}

/** Convolutions in blocks with pooling, then one hidden layer. */
export function cnn(x: NdArray, ends: Ends, wishes: NetworkWishes): NetworkPlan {
  const [, height = 1, width = 1, channels = 1] = x.shape;
  const side = Math.min(height, width);
  const blocks = Math.max(1, Math.min(MOST_BLOCKS, Math.floor(Math.log2(side / LEAST_SIDE))));
  const convolution = (filters: number): LayerConfig[] => [
    layer.conv2d({ filters, kernelSize: 3, padding: 'same', useBias: false }),
    layer.batchNorm({ momentum: 0.9 }),
    layer.activation({ activation: 'relu' }),
  ];
  const body = Array.from({ length: blocks }, (_, block) => {
    const first = channels === 1 ? FIRST_FILTERS.grey : FIRST_FILTERS.colour;
    const filters = Math.min(MOST_FILTERS, first * 2 ** block);
    const twice = side < LARGE_SIDE && block < 2 ? convolution(filters) : [];
    const pool = side >> block > 2 ? [layer.maxPool2d()] : [];
    return [...convolution(filters), ...twice, ...pool];
  }).flat();
  const { last, loss, metrics } = head(ends);
  const network = sequential({
    seed: wishes.seed,
    layers: [
      rescaling(x, [height, width, channels]),
      ...augmentation(height, width, channels),
      ...body,
      layer.flatten(),
      layer.dense({ units: 128, activation: 'relu' }),
      layer.dropout({ rate: 0.3 }),
      last,
    ] as never,
  });
  const epochs = wishes.epochs ?? CNN_EPOCHS;
  const from = wishes.learningRate ?? CNN_RATE;
  network.compile({
    optimizer: {
      name: 'adam',
      learningRate: schedules.cosine({ from, to: from * LAST_RATE, epochs, warmup: epochs / 20 }),
    },
    loss: loss as never,
    metrics: metrics as never,
  });
  return { network, epochs, batchSize: wishes.batchSize ?? (ends.rows < FEW_ROWS ? SMALL_BATCH : CNN_BATCH) };
}

/** @param plan makes the network for some images */
export function imageLearner(
  problem: Problem,
  plan: (x: NdArray, rows: number) => Promise<NetworkPlan>,
  { seed }: NetworkWishes,
  about: Pick<Learner, 'name' | 'words'>,
): Learner {
  return {
    ...about,
    resumes: true,
    async fit(data: Dataset, manner: FitManner) {
      const { order, stop } = await withStopRows(data, problem.task, seed);
      const ordered = await rowsOf(data, order);
      const planned = await plan(ordered.x as NdArray, data.rows);
      const { epochs, batchSize } = planned;
      const network = withClasses(planned.network, problem);
      const { callbacks, ...options } = fitOptions(manner, stop > 0);
      // The learning rate has a schedule of its own.
      const own = callbacks.filter(({ name }) => name !== 'reduceOnPlateau');
      const { history } = await network.fit(ordered.x as NdArray, targetsOf(ordered, problem, network), {
        ...options,
        callbacks: own,
        epochs,
        batchSize,
        ...(stop === 0 ? {} : { validationSplit: (stop + 0.5) / data.rows }),
      });
      return fittedNetwork(network, problem, history as FitHistory);
    },
  };
}

/** The same network with the names of the classes. */
function withClasses(network: Sequential, { classes }: Problem): Sequential {
  if (classes === undefined) return network;
  return sequential({ ...network.config, classes: classes.map(String) } as never).compile(
    network.compileConfig as never,
  ) as Sequential;
}

/** Names of classes, or numbers. */
function targetsOf(data: Dataset, { task }: Problem, network: Sequential): never {
  const y = task === 'regression' ? data.y : labelsIn(data).map(String);
  const wantsNumbers = task === 'regression' || learnsClasses(network);
  return (wantsNumbers ? y : labelsIn(data)) as never;
}

function fittedNetwork(model: Sequential, { task, classes }: Problem, history: FitHistory): Fitted {
  const labels = new Map<string, Label>(classes?.map((label) => [String(label), label]));
  return {
    model,
    task,
    history,
    async predict(x: Inputs) {
      if (task === 'regression') return Float64Array.from((await model.predict(x as NdArray)).data);
      const names = (await model.predictClasses(x as NdArray)) as string[];
      return names.map((name) => labels.get(name)!);
    },
  };
}
