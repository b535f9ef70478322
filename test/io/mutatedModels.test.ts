import { readFile } from 'node:fs/promises';
import {
  estimatorTypes,
  layers,
  load,
  loadEstimator,
  type Sequential,
  SteepestError,
  sequential,
} from 'steepest';
import { beforeAll, describe, expect, it } from 'vitest';
import { decodeSafetensors, encodeSafetensors } from '#steepest/io/safetensors.js';
import { ESTIMATORS, type SavedEstimator } from '../support/fitted.js';
import { temporaryFolder } from '../support/folder.js';
import { atEdges, drawFrom, mutated } from './mutations.js';

/**
 * Damaged files of each kind. Set STEEPEST_FUZZ for a longer run: 100000 files take some minutes.
 */
const FILES = Number(process.env.STEEPEST_FUZZ ?? 150);
/** File i of a run is drawn from this and i: the same files every time. */
const SEED = Number(process.env.STEEPEST_FUZZ_SEED ?? 1);
/** Inputs larger than this would take long to predict. */
const MOST_INPUTS = 4096;

const folder = temporaryFolder();
const compiled = { optimizer: 'adam', loss: 'meanSquaredError', metrics: ['mae'] } as const;

async function trained(model: Sequential, columns: number, outputs: number): Promise<Sequential> {
  model.compile(compiled);
  const rows = (cols: number) => [1, 2, 3].map((i) => Array.from({ length: cols }, (_, j) => (i * j) % 5));
  const inputShape = model.config.layers[0]!.inputShape!;
  const x = { data: Float32Array.from(rows(columns).flat()), shape: [3, ...inputShape] };
  await model.fit(x, rows(outputs), { epochs: 1, workers: 1 });
  return model;
}

const NETWORKS: Record<string, () => Sequential | Promise<Sequential>> = {
  perceptron: () =>
    trained(
      sequential({
        layers: [
          layers.rescaling({ scale: 0.5, offset: 1, inputShape: [3] }),
          layers.dense({ units: 4, activation: { name: 'elu', alpha: 0.5 }, kernelRegularizer: { l2: 0.1 } }),
          layers.layerNorm(),
          layers.dropout({ rate: 0.25 }),
          layers.dense({ units: 2, activation: 'softmax' }),
        ],
      }),
      3,
      2,
    ),
  convolutions: () =>
    trained(
      sequential({
        layers: [
          layers.conv2d({ filters: 2, kernelSize: 3, padding: 'same', inputShape: [6, 5, 2], groups: 2 }),
          layers.batchNorm(),
          layers.activation({ activation: { name: 'leakyRelu', alpha: 0.1 } }),
          layers.maxPool2d(),
          layers.conv2d({ filters: 3, kernelSize: [2, 1], strides: [1, 2], dilationRate: [2, 1] }),
          layers.averagePool2d({ poolSize: 1, strides: 1, padding: 'same' }),
          layers.flatten(),
          layers.dense({ units: 1 }),
        ],
      }),
      60,
      1,
    ),
  augmentation: () =>
    trained(
      sequential({
        layers: [
          layers.randomFlip({ mode: 'horizontal', inputShape: [6, 6, 1] }),
          layers.randomTranslation({ heightFactor: 0.2, widthFactor: [0, 0.5], fillMode: 'constant' }),
          layers.randomCrop({ height: 4, width: 4 }),
          layers.rescaling({ scale: 2 }),
          layers.conv2d({ filters: 2, kernelSize: 2, useBias: false }),
          layers.layerNorm({ center: false }),
          layers.globalAveragePool2d(),
          layers.reshape({ targetShape: [1, 1, 2] }),
          layers.batchNorm(),
          layers.flatten(),
        ],
      }),
      36,
      2,
    ),
  'not compiled': () => sequential({ layers: [layers.dense({ units: 2, inputShape: [2] })] }),
};

/** Loads damaged files. @returns how many of them were accepted, and worked */
async function loadAll(
  name: string,
  files: readonly Uint8Array[],
  read: (file: Uint8Array) => Promise<unknown>,
  use: (loaded: unknown) => Promise<void> | void,
): Promise<{ accepted: number; refused: number }> {
  const counts = { accepted: 0, refused: 0 };
  for (const [i, file] of files.entries()) {
    const fail = ({ stack }: Error): never => {
      throw new Error(`${name}, file ${i} of seed ${SEED}: ${stack}`);
    };
    let loaded: unknown;
    try {
      loaded = await read(file);
    } catch (error) {
      const { code, message } = error as SteepestError;
      const isRight = error instanceof SteepestError && code === 'ERR_MODEL_FILE' && message.length < 2500;
      if (!isRight) fail(error as Error);
      counts.refused++;
      continue;
    }
    try {
      await use(loaded);
    } catch (error) {
      const { code } = error as SteepestError;
      if (!(error instanceof SteepestError) || code === 'ERR_PROGRAM') fail(error as Error);
    }
    counts.accepted++;
  }
  return counts;
}

const valid = new Map<string, Uint8Array>();
beforeAll(async () => {
  const made = { ...NETWORKS, ...Object.fromEntries(Object.entries(ESTIMATORS).map(([n, [, m]]) => [n, m])) };
  for (const [name, make] of Object.entries(made)) {
    const path = folder.path(`${name}.safetensors`);
    await ((await make()) as SavedEstimator).save(path);
    valid.set(name, await readFile(path));
  }
});

describe('a damaged file is refused with ERR_MODEL_FILE, or what it holds works', () => {
  const useNetwork = (loaded: unknown): void => {
    const model = loaded as Sequential;
    const inputShape = model.config.layers[0]!.inputShape!;
    const inputs = inputShape.reduce((a, b) => a * b, 1);
    if (inputs > MOST_INPUTS) return;
    model.summary();
    model.predictSync({ data: new Float32Array(inputs), shape: [1, ...inputShape] });
  };

  it.each(Object.keys(NETWORKS))('network: %s', { timeout: 3_600_000 }, async (name) => {
    const files = Array.from({ length: FILES }, (_, i) => mutated(valid.get(name)!, drawFrom(SEED + i)));
    const counts = await loadAll(name, files, load, useNetwork);
    expect(counts.refused).toBeGreaterThan(counts.accepted);
    expect(counts.accepted).toBeGreaterThan(FILES / 100);
  });

  it.each(Object.keys(NETWORKS))('network: %s, with each of its numbers at an edge', async (name) => {
    const { tensors, metadata } = decodeSafetensors(valid.get(name)!);
    const files = [...atEdges(metadata.model!)].map((model) =>
      encodeSafetensors(tensors, { ...metadata, model }),
    );
    const counts = await loadAll(name, files, load, useNetwork);
    expect(Math.min(counts.refused, counts.accepted)).toBeGreaterThan(3);
  });

  it.each(Object.keys(ESTIMATORS))('estimator: %s', { timeout: 3_600_000 }, async (name) => {
    const [x] = ESTIMATORS[name]!;
    const files = Array.from({ length: FILES }, (_, i) => mutated(valid.get(name)!, drawFrom(SEED + i)));
    const counts = await loadAll(name, files, loadEstimator, async (loaded) => {
      const estimator = loaded as SavedEstimator;
      for (const method of ['toString', 'toSaved', 'clone', 'getFeatureNamesOut', 'inference', 'summary']) {
        try {
          (estimator as unknown as Record<string, (() => unknown) | undefined>)[method]?.();
        } catch (error) {
          if (!(error instanceof SteepestError)) throw error;
        }
      }
      await (estimator.predict === undefined ? estimator.transform!(x) : estimator.predict(x));
    });
    expect(counts.refused).toBeGreaterThan(FILES / 4);
    expect(counts.accepted).toBeGreaterThan(FILES / 100);
  });

  it('of every kind that there is', () => {
    expect(Object.keys(ESTIMATORS).sort()).toEqual([...estimatorTypes()].sort());
  });
});
