/** Steps of training and predictions of networks. */
import { backend } from '../../kernels/backend.js';
import type { LayerConfig } from '../../networks/layers/definition.js';
import { type Sequential, sequential } from '../../networks/models/sequential.js';
import { stepFlops } from './limit.js';
import { cnn, lenet, perceptron } from './networks.js';
import { type Case, secondsOf, type Unit } from './turns.js';

/** A network and the mini-batches that it learns. */
interface Training {
  name: string;
  layers: LayerConfig[];
  inputs: number;
  batch: number;
  unit: Unit;
  /** Of an epoch, so that not every step reads the same rows. */
  batches: number;
}

const PIXELS = 28 * 28;
const SMALL: Training = {
  name: '784-128-10',
  layers: perceptron([784, 128, 10]),
  inputs: 784,
  batch: 32,
  unit: 'µs',
  batches: 64,
};
const LARGE: Training = {
  name: '784-512-256-10',
  layers: perceptron([784, 512, 256, 10]),
  inputs: 784,
  batch: 128,
  unit: 'µs',
  batches: 32,
};
const LENET: Training = {
  name: 'LeNet-5',
  layers: lenet(1),
  inputs: PIXELS,
  batch: 128,
  unit: 'ms',
  batches: 16,
};

/** TypeScript kernels would take seconds for a step of a whole mini-batch. */
const convolutional = (): Training => {
  const batch = backend().kind === 'native' ? 64 : 16;
  return { name: 'CNN 32 × 32 × 3', layers: cnn(), inputs: 32 * 32 * 3, batch, unit: 'ms', batches: 4 };
};

const compiled = (layers: LayerConfig[]): Sequential =>
  sequential({ seed: 1, layers }).compile({
    optimizer: { name: 'adam', learningRate: 1e-3 },
    loss: 'sparseCategoricalCrossentropy',
  });

function randomTable(
  rows: number,
  cols: number,
): { data: Float32Array<SharedArrayBuffer>; shape: [number, number] } {
  const data = new Float32Array(new SharedArrayBuffer(4 * rows * cols));
  for (let i = 0; i < data.length; i++) data[i] = Math.random();
  return { data, shape: [rows, cols] };
}

/** A fit of more steps than these would take too long where a step is as good as free. */
const MOST_STEPS = 4096;

/** Steps of training on so many workers. */
function steps(
  { layers, inputs, batch, batches, unit, ...training }: Training,
  workers: number,
  name: string,
): Case {
  const model = compiled(layers);
  const rows = batches * batch;
  const x = randomTable(rows, inputs);
  const y = Int32Array.from({ length: rows }, () => Math.floor(10 * Math.random()));
  const train = (count: number) =>
    secondsOf(() => model.fit(x, y, { epochs: 1, stepsPerEpoch: count, batchSize: batch, workers }));
  return {
    name: `${training.name}, batch ${batch}, Adam${name}`,
    unit,
    flops: stepFlops(model, { batchSize: batch }),
    cores: workers,
    run: beyondStart(train),
  };
}

/**
 * Seconds of so many steps: of a fit with one step more, less the shortest fit of one step. Where the
 * steps take less than half as long as starting a fit, more of them are timed.
 * @param train seconds of a fit of so many steps
 */
export function beyondStart(train: (steps: number) => Promise<number>): Case['run'] {
  let shortest = Number.POSITIVE_INFINITY;
  let least = 1;
  return async (count) => {
    // The first fit of a network starts threads and compiles programs.
    if (shortest === Number.POSITIVE_INFINITY) await train(1);
    shortest = Math.min(shortest, await train(1));
    for (;;) {
      const steps = Math.max(count, least);
      const seconds = (await train(1 + steps)) - shortest;
      if (seconds > shortest / 2 || least >= MOST_STEPS) return (Math.max(0, seconds) * count) / steps;
      least = 4 * steps;
    }
  };
}

/** A step of each network. */
export const stepCases = (workers: number): Case[] =>
  [SMALL, LENET, convolutional()].map((training) => steps(training, workers, ''));

/** 1, 2, 4 … workers, and the last number. */
export function workerCounts(most: number): number[] {
  const counts: number[] = [];
  for (let count = 1; count < most; count *= 2) counts.push(count);
  return [...counts, most];
}

/** A step of two networks on 1, 2, 4 … workers. */
export const scalingCases = (workers: number): Case[] =>
  [LARGE, LENET].flatMap((training) =>
    workerCounts(workers).map((count) =>
      steps(training, count, `: ${count} ${count === 1 ? 'worker' : 'workers'}`),
    ),
  );

const mostImages = (): number => (backend().kind === 'native' ? 10_000 : 1000);

/** Grey images of 28 × 28 as bytes, as they are read from files. */
function predictions(name: string, layers: LayerConfig[], workers: number): Case[] {
  const model = compiled(layers);
  const rows = mostImages();
  const data = new Uint8Array(new SharedArrayBuffer(rows * PIXELS));
  for (let i = 0; i < data.length; i++) data[i] = 256 * Math.random();
  const many = { data, shape: [rows, PIXELS] as [number, number] };
  const one = Float32Array.from(data.subarray(0, PIXELS));
  const oneRow = async (count: number): Promise<number> =>
    secondsOf(() => {
      for (let i = 0; i < count; i++) model.predictSync(one);
    });
  const manyRows = async (count: number): Promise<number> => {
    let sum = 0;
    for (let i = 0; i < count; i++) sum += await secondsOf(() => model.predict(many, { workers }));
    return sum;
  };
  return [
    { name: `${name}: 1 image, predictSync`, unit: 'µs', cores: 1, run: oneRow },
    {
      name: `${name}: ${rows.toLocaleString('en')} images, predict`,
      unit: 'ms',
      cores: workers,
      run: manyRows,
    },
  ];
}

/** One image at once, and many on the workers. */
export function predictionCases(workers: number): Case[] {
  return [
    ...predictions('784-128-10', perceptron([PIXELS, 128, 10], 255), workers),
    ...predictions('LeNet-5', lenet(), workers),
  ];
}
