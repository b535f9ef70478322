import { createHash } from 'node:crypto';
import type { CompileOptions } from 'steepest';
import { layers } from 'steepest';
import { describe, expect, it } from 'vitest';
import type { Arena } from '#steepest/core/arena.js';
import { float64At } from '#steepest/core/arena.js';
import { selectKernels } from '#steepest/kernels/backend.js';
import { PHASES, REGISTER_COUNT, REGISTERS } from '#steepest/kernels/contract.js';
import { resolveModel } from '#steepest/networks/compile/model.js';
import type { LayerConfig } from '#steepest/networks/layers/definition.js';
import { resolveCompile } from '#steepest/networks/models/compileOptions.js';
import { commonOf } from '#steepest/networks/optimizers/common.js';
import { STEP_REGISTERS } from '#steepest/networks/optimizers/definition.js';
import type { ResolvedOptimizer } from '#steepest/networks/optimizers/index.js';
import { refreshTransposes } from '#steepest/networks/training/persistence.js';
import { type FitPlan, planFit } from '#steepest/networks/training/plan.js';
import { initialState, loadState, readState } from '#steepest/networks/training/state.js';
import { allocateArena } from '#steepest/program/allocate.js';
import { native } from '../support/kernelChoices.js';
import { randomNumbers } from '../support/random.js';

/**
 * Ranks of a phase may run in any order, or at the same time. Here they run one after the other,
 * first to last and last to first. If a rank read what another one writes in the same phase, or
 * wrote what another one reads, the two orders would give different numbers.
 */
const STEPS = 4;
const SAMPLES = 78;
const BATCH = 24;
const CLASSES = 7;
const WORKERS = [2, 3, 5, 7, 16];

interface Case {
  inputShape: number[];
  layers: LayerConfig[];
  optimizer?: CompileOptions['optimizer'];
  weights?: boolean;
  averages?: boolean;
}

const dense = (units: number, more: Partial<Parameters<typeof layers.dense>[0]> = {}): LayerConfig =>
  layers.dense({ units, activation: 'relu', ...more });
const head = layers.dense({ units: CLASSES, activation: 'softmax' });
const wide = [dense(128), head];
const deep = [dense(160), dense(128, { activation: 'gelu' }), dense(96), head];

const CASES: Record<string, Case> = {
  'one layer of few columns': { inputShape: [400], layers: [head] },
  'two layers': { inputShape: [400], layers: wide },
  'columns that are no whole cache lines': { inputShape: [301], layers: [dense(121), head] },
  'without biases': { inputShape: [400], layers: [dense(128, { useBias: false }), head] },
  'four layers': { inputShape: [300], layers: deep },
  'four layers, Adam': { inputShape: [300], layers: deep, optimizer: 'adam', averages: true },
  'with weights and rescaling': {
    inputShape: [300],
    layers: [layers.rescaling({ scale: 0.5 }), ...deep],
    weights: true,
  },
  dropout: { inputShape: [300], layers: [dense(160), layers.dropout({ rate: 0.3 }), dense(128), head] },
  'dropout first': { inputShape: [300], layers: [layers.dropout({ rate: 0.3 }), dense(160), head] },
  normalised: {
    inputShape: [300],
    layers: [dense(160), layers.batchNorm(), dense(128), layers.layerNorm(), dense(96), head],
    optimizer: { name: 'sgd', momentum: 0.9 },
  },
  'prelu and softmax within': {
    inputShape: [300],
    layers: [
      dense(160, { activation: 'linear' }),
      layers.prelu(),
      dense(128, { activation: 'softmax' }),
      head,
    ],
  },
  'some layers by rows': {
    inputShape: [300],
    layers: [
      dense(160, { kernelRegularizer: { l2: 1e-3 } }),
      dense(128),
      dense(128, { kernelConstraint: { name: 'maxNorm' } }),
      dense(128),
      head,
    ],
  },
  'a frozen layer below': { inputShape: [300], layers: [dense(160, { trainable: false }), dense(128), head] },
  'sums of several steps': {
    inputShape: [300],
    layers: deep,
    optimizer: { name: 'adam', accumulateSteps: 2, clipValue: 0.01, weightDecay: 0.01 },
  },
  'norms of gradients': { inputShape: [300], layers: deep, optimizer: { name: 'adam', globalClipNorm: 0.1 } },
  'a convolution below': {
    inputShape: [10, 10, 3],
    layers: [
      layers.conv2d({ filters: 8, kernelSize: 3, activation: 'relu' }),
      layers.maxPool2d(),
      layers.flatten(),
      dense(128),
      head,
    ],
    optimizer: 'adam',
  },
};

function prepare({ inputShape, layers: below, optimizer = 'sgd', weights, averages }: Case, workers: number) {
  const random = randomNumbers(3);
  const [first, ...rest] = below;
  const model = resolveModel({ seed: 5, layers: [{ ...first!, inputShape }, ...rest] });
  const compile = { optimizer, loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] } as const;
  const { objective } = resolveCompile(model, compile);
  const shared = (count: number, value: (i: number) => number): Float32Array<SharedArrayBuffer> => {
    const data = new Float32Array(new SharedArrayBuffer(4 * count));
    for (let i = 0; i < count; i++) data[i] = value(i);
    return data;
  };
  const labels = new Int32Array(new SharedArrayBuffer(4 * SAMPLES));
  for (let i = 0; i < SAMPLES; i++) labels[i] = (i * i) % CLASSES;
  const train = {
    x: {
      data: shared(SAMPLES * model.inputCols, random),
      dtype: 'f32',
      rows: SAMPLES,
      cols: model.inputCols,
    },
    y: { data: labels, dtype: 'i32', rows: SAMPLES, cols: 1 },
    weights: weights
      ? ({ data: shared(SAMPLES, (i) => 1 + (i % 3)), dtype: 'f32', rows: SAMPLES, cols: 1 } as const)
      : undefined,
    firstRow: 0,
    rows: SAMPLES,
  } as const;
  const plan = planFit(
    model,
    objective,
    { train, validation: train },
    {
      batchSize: BATCH,
      shuffle: true,
      workers,
      every: [],
      hasCheckpoints: false,
      averageDecay: averages ? 0.9 : undefined,
      hasProgress: false,
    },
  );
  const arena = allocateArena(plan.memory);
  const state = initialState(model.parameters, 5);
  loadState(state, plan.memory, arena, model.parameters, plan.slots, plan.initialSlot);
  refreshTransposes(arena, plan.transposes);
  return { model, optimizer: objective.optimizer, plan, arena };
}

interface Ranks {
  run(phase: number): void;
  set(register: keyof typeof REGISTERS, value: number): void;
  phases: { rows: readonly number[]; update: readonly number[] };
  totals: Float64Array[];
}

/** The ranks of a program, which run each phase one after the other. */
function bindRanks(
  plan: FitPlan,
  arena: Arena,
  which: 'train' | 'validate',
  workers: number,
  last: boolean,
): Ranks {
  const kernels = selectKernels(native.options);
  const ranks = Array.from({ length: workers }, (_, rank) => {
    const { program, registersOffset, totals, phases } = plan.forRank(which, rank, workers)!;
    const registers = float64At(arena, registersOffset, REGISTER_COUNT);
    const bound = kernels.bind(program, [arena, ...plan.tables], registers);
    return { bound, registers, phases, totals: float64At(arena, totals.byteOffset, totals.cols) };
  });
  const ordered = last ? [...ranks].reverse() : ranks;
  return {
    run(phase) {
      const statuses = ordered.map(({ bound }) => bound.run(phase));
      expect(statuses).toEqual(statuses.map(() => 0));
    },
    set(register, value) {
      for (const { registers } of ranks) registers[REGISTERS[register]] = value;
    },
    phases: ranks[0]!.phases,
    totals: ranks.map(({ totals }) => totals),
  };
}

function runStep(ranks: Ranks, { definition, hyperparameters }: ResolvedOptimizer, step: number): void {
  const { accumulateSteps = 1 } = commonOf(hyperparameters);
  const place = step % accumulateSteps;
  const t = Math.floor(step / accumulateSteps) + 1;
  const changing = definition.registers(hyperparameters, t, 0.01);
  for (const name of STEP_REGISTERS) ranks.set(name, changing[name] ?? 0);
  ranks.set('step', step + 1);
  ranks.set('averageDecay', 0.9);
  ranks.set('batchStart', step * BATCH);
  ranks.set('rows', Math.min(BATCH, SAMPLES - step * BATCH));
  ranks.set('accumulated', place);
  for (const phase of [...ranks.phases.rows, PHASES.merge]) ranks.run(phase);
  if (place + 1 < accumulateSteps) return;
  ranks.set('accumulated', accumulateSteps);
  for (const phase of ranks.phases.update) ranks.run(phase);
}

/** Trains for a few steps, validates, and returns all numbers that come out. */
function train(given: Case, expected: number, workers: number, lastFirst: boolean) {
  const { model, optimizer, plan, arena } = prepare(given, expected);
  const ranks = bindRanks(plan, arena, 'train', workers, lastFirst);
  ranks.set('epoch', 0);
  ranks.run(PHASES.epochStart);
  for (let step = 0; step < STEPS; step++) runStep(ranks, optimizer, step);
  const validators = bindRanks(plan, arena, 'validate', workers, lastFirst);
  if (plan.forRank('validate', 0, 1)!.phases.starts) validators.run(PHASES.epochStart);
  validators.set('rows', BATCH);
  for (const phase of [...validators.phases.rows, PHASES.merge]) validators.run(phase);
  const counters = { step: 0, epochs: 0, rate: { fromStep: 0, epochs: 0 } };
  const { parameters, slots } = readState(plan.memory, arena, model.parameters, plan.slots, counters);
  const hash = (data: Float32Array): string => createHash('sha1').update(data).digest('hex');
  const hashes: Record<string, string> = {};
  for (const [name, data] of parameters) hashes[name] = hash(data);
  for (const [name, arrays] of slots) {
    for (const [slot, data] of arrays) hashes[`${name} ${slot}`] = hash(data);
  }
  const [totals, held] = [ranks.totals[0], validators.totals[0]].map((sums) => Array.from(sums!));
  return { hashes, totals, held, owned: plan.memory.ownership.widths.size };
}

describe('ranks of a phase may run in any order', () => {
  it.each(Object.keys(CASES))('%s', (name) => {
    const given = CASES[name]!;
    const { owned: _, ...one } = train(given, 1, 1, false);
    for (const workers of WORKERS) {
      for (const lastFirst of [false, true]) {
        const { owned, ...outcome } = train(given, workers, workers, lastFirst);
        expect(outcome, `${workers} workers`).toEqual(one);
        if (workers === 2) expect(owned, 'layers whose columns have owners').toBe(OWNED[name] ?? 1);
      }
    }
  });

  it('and so may fewer ranks than owners', () => {
    const { owned: _, ...one } = train(CASES['four layers, Adam']!, 1, 1, false);
    for (const [owners, workers] of [
      [3, 1],
      [7, 2],
      [5, 3],
      [16, 6],
    ] as const) {
      const { owned, ...outcome } = train(CASES['four layers, Adam']!, owners, workers, true);
      expect(owned).toBeGreaterThan(0);
      expect(outcome, `${workers} workers, ${owners} owners`).toEqual(one);
    }
  });
});

/** Layers whose columns have owners with two workers, where it is not one. */
const OWNED: Record<string, number> = {
  'one layer of few columns': 0,
  'four layers': 2,
  'four layers, Adam': 2,
  'with weights and rescaling': 2,
  dropout: 2,
  normalised: 2,
  'prelu and softmax within': 2,
  'some layers by rows': 2,
  'sums of several steps': 2,
  'norms of gradients': 0,
};
