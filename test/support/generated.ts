import {
  type Batch,
  type FitOptions,
  layers,
  type MetricName,
  type Optimizer,
  type Sequential,
  sequential,
} from 'steepest';

/** Small models with data made at random, for tests that compare two ways to the same numbers. */

/** Seeded draws that a test can repeat. */
export class Draws {
  constructor(private state: number) {}

  /** At least 0 and below 1. */
  uniform(): number {
    this.state = (Math.imul(this.state, 1664525) + 1013904223) >>> 0;
    return this.state / 2 ** 32;
  }

  /** A whole number from `least` to `most`. */
  whole(least: number, most: number): number {
    return least + Math.floor(this.uniform() * (most - least + 1));
  }

  /** From −2 to 2. */
  value(): number {
    return 4 * this.uniform() - 2;
  }

  chance(share: number): boolean {
    return this.uniform() < share;
  }

  pick<T>(list: readonly T[]): T {
    return list[this.whole(0, list.length - 1)] as T;
  }
}

/** What a loss goes with. */
const TASKS = {
  sparseCategoricalCrossentropy: { activation: 'softmax', metrics: ['accuracy'] },
  categoricalCrossentropy: { activation: 'softmax', metrics: ['accuracy', 'mse'] },
  binaryCrossentropy: { activation: 'sigmoid', metrics: ['accuracy', 'mae'] },
  meanSquaredError: { activation: 'linear', metrics: ['r2', 'mae'] },
} as const;
export type Task = keyof typeof TASKS;
export const TASK_NAMES = Object.keys(TASKS) as Task[];

export interface Rows {
  x: number[][];
  y: number[] | number[][];
}

/** A kind of model with its kind of rows. */
export class Generated {
  readonly outputs: number;
  private readonly inputs: number;
  private readonly makeModel: () => Sequential;

  constructor(
    private readonly draws: Draws,
    readonly task: Task,
    readonly isImages: boolean,
    optimizer: Optimizer = 'adam',
  ) {
    const seed = draws.whole(0, 1000);
    this.outputs = draws.whole(2, 4);
    this.inputs = isImages ? 36 : draws.whole(1, 12);
    const { activation, metrics } = TASKS[task];
    const stack = [
      ...(isImages ? imageLayers(draws) : rowLayers(draws, this.inputs)),
      layers.dense({ units: this.outputs, activation }),
    ];
    this.makeModel = () =>
      sequential({ seed, layers: stack }).compile({
        optimizer,
        loss: task,
        metrics: metrics as readonly MetricName[],
      });
  }

  model(): Sequential {
    return this.makeModel();
  }

  rows(count: number): Rows {
    const { draws, inputs, outputs, task } = this;
    const x = Array.from({ length: count }, () => Array.from({ length: inputs }, () => draws.value()));
    const label = (): number => draws.whole(0, outputs - 1);
    if (task === 'sparseCategoricalCrossentropy') return { x, y: x.map(label) };
    const value = task === 'meanSquaredError' ? () => draws.value() : () => draws.whole(0, 1);
    const oneHot = (): number[] => {
      const own = label();
      return Array.from({ length: outputs }, (_, i) => (i === own ? 1 : 0));
    };
    const target = (): number[] => Array.from({ length: outputs }, value);
    return { x, y: x.map(task === 'categoricalCrossentropy' ? oneHot : target) };
  }

  /** The rows in batches of any size. */
  batches({ x, y }: Rows, sampleWeight?: readonly number[]): Batch[] {
    const batches: Batch[] = [];
    for (let at = 0; at < x.length; ) {
      const end = at + this.draws.whole(1, 40);
      const batch: Batch = { x: x.slice(at, end), y: y.slice(at, end) as number[] };
      if (sampleWeight) batch.sampleWeight = sampleWeight.slice(at, end);
      batches.push(batch);
      at = end;
    }
    return batches;
  }
}

function imageLayers(draws: Draws) {
  const kernel = {
    filters: draws.pick([3, 8]),
    kernelSize: 3,
    padding: draws.pick(['same', 'valid'] as const),
  };
  return [
    layers.conv2d({ ...kernel, inputShape: [6, 6, 1], activation: draws.pick(['relu', 'linear'] as const) }),
    ...(draws.chance(0.5) ? [layers.batchNorm()] : []),
    ...(draws.chance(0.3) ? [layers.layerNorm()] : []),
    ...(draws.chance(0.3) ? [layers.prelu()] : []),
    ...(draws.chance(0.5) ? [layers.maxPool2d()] : []),
    layers.flatten(),
  ];
}

function rowLayers(draws: Draws, inputs: number) {
  const kernelRegularizer = { l2: draws.pick([0, 0.01]) };
  return [
    layers.dense({ units: draws.whole(1, 12), activation: 'tanh', inputShape: [inputs], kernelRegularizer }),
    ...(draws.chance(0.5) ? [layers.batchNorm()] : []),
    ...(draws.chance(0.5) ? [layers.dropout({ rate: 0.25 })] : []),
  ];
}

/** Options that must not matter, or do not. */
export function anyChoice(draws: Draws): Pick<FitOptions, 'workers' | 'batchSize' | 'shuffle'> {
  return {
    workers: draws.pick([1, 1, 2]),
    batchSize: draws.pick([1, 7, 16, 31, 32, 33, 64, 512]),
    shuffle: draws.chance(0.7),
  };
}
