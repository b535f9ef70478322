import { createHash } from 'node:crypto';
import { endianness } from 'node:os';
import { performance } from 'node:perf_hooks';
import { UniformStream } from '../../core/random.js';
import { availableIsas, measurePeak } from '../../kernels/backend.js';
import { sgemm } from '../../kernels/calls/sgemm.js';
import type { KernelOptions } from '../../kernels/kernelOptions.js';
import { layers } from '../../networks/layers/index.js';
import { type Sequential, sequential } from '../../networks/models/sequential.js';

/**
 * SHA-256 of the parameters after {@link trainOnce}, as the exact TypeScript kernels compute them:
 * they emulate each rounding of the contract with integer and float64 operations.
 * test/cli/self-test.test.ts recomputes it.
 */
export const EXPECTED_BITS = '1ced0656d46a1b91a91ed26116b9ebfb97975b2c2ccf633f53d74804ef2665db';

/** Not a multiple of the vector length, so that every kernel's remainder loop runs. */
const ROWS = 93;
const INPUTS = 19;
const HIDDEN = 33;
const CLASSES = 5;
const BATCH = 31;
const EPOCHS = 4;

const DATA_SEED = 2026;

function trainingData(): { x: Float32Array; y: number[] } {
  const uniform = new UniformStream(DATA_SEED, 0);
  const x = new Float32Array(ROWS * INPUTS).map((_, i) => 2 * uniform.at(i) - 1);
  const y = Array.from({ length: ROWS }, (_, row) => {
    const sum = x[row * INPUTS]! + x[row * INPUTS + 1]! * x[row * INPUTS + 2]!;
    return Math.floor(Math.abs(sum) * 97) % CLASSES;
  });
  return { x, y };
}

function smallModel(): Sequential {
  const model = sequential({
    seed: 7,
    layers: [
      layers.dense({ units: HIDDEN, activation: 'tanh', inputShape: [INPUTS] }),
      layers.dropout({ rate: 0.25 }),
      layers.dense({ units: HIDDEN, activation: 'gelu' }),
      layers.dense({ units: CLASSES, activation: 'softmax' }),
    ],
  });
  model.compile({ optimizer: 'adam', loss: 'sparseCategoricalCrossentropy' });
  return model;
}

/**
 * Trains the same small model on each call. Returns the SHA-256 of its parameters and the elapsed
 * milliseconds.
 */
export async function trainOnce(
  workers: number,
  kernels: KernelOptions,
): Promise<{ sha256: string; ms: number }> {
  const { x, y } = trainingData();
  const model = smallModel();
  const start = performance.now();
  await model.fit({ data: x, shape: [ROWS, INPUTS] }, y, {
    epochs: EPOCHS,
    batchSize: BATCH,
    workers,
    ...kernels,
  });
  const ms = performance.now() - start;
  const hash = createHash('sha256');
  for (const { data } of model.getWeights()) hash.update(littleEndian(data));
  return { sha256: hash.digest('hex'), ms };
}

function littleEndian(data: Float32Array): Uint8Array {
  const bytes = Buffer.from(data.slice().buffer);
  return endianness() === 'BE' ? bytes.swap32() : bytes;
}

/** One training run of the self-test. */
export interface BitsResult {
  isa: string;
  workers: number;
  sha256: string;
  /** The expected bits, the same for every kernel set. */
  same: boolean;
}

/**
 * Trains with every instruction set of this machine, and with several workers. Without native
 * kernels, it trains on TypeScript kernels.
 */
export async function checkBits(native: boolean, workerCounts: readonly number[]): Promise<BitsResult[]> {
  const choices: KernelOptions[] = native
    ? availableIsas().map((isa) => ({ isa: isa as KernelOptions['isa'] }))
    : [{ backend: 'typescript', numerics: 'exact' }];
  const results: BitsResult[] = [];
  for (const choice of choices) {
    for (const workers of workerCounts) {
      const { sha256 } = await trainOnce(workers, choice);
      const isa = choice.isa ?? 'typescript, exact';
      results.push({ isa, workers, sha256, same: sha256 === EXPECTED_BITS });
    }
  }
  return results;
}

/** Speed of one core, in GFLOP/s. */
export interface Speed {
  /** In a matrix product. */
  gemm: number;
  /** In multiply-adds without memory access. Null without native kernels. */
  peak: number | null;
}

const GEMM_SIZE = 384;
/**
 * Enough time for hundreds of products on native kernels and several on TypeScript kernels. At
 * least one of them runs undisturbed.
 */
const SECONDS = 1;

/** The fastest of the products that fit into the time. */
export function measureSpeed(isa: string | undefined): Speed {
  const uniform = new UniformStream(DATA_SEED, 1);
  const matrix = () => new Float32Array(GEMM_SIZE * GEMM_SIZE).map((_, i) => uniform.at(i));
  const [a, b, c] = [matrix(), matrix(), matrix()] as const;
  const flops = 2 * GEMM_SIZE ** 3;
  const end = performance.now() + SECONDS * 1000;
  let best = 0;
  do {
    const start = performance.now();
    sgemm({ m: GEMM_SIZE, n: GEMM_SIZE, k: GEMM_SIZE, a, b, c });
    best = Math.max(best, flops / ((performance.now() - start) * 1e6));
  } while (performance.now() < end);
  return { gemm: best, peak: isa === undefined ? null : measurePeak(isa) / 1e9 };
}
