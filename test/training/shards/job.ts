/**
 * The processes of a job, in one thread: an arena for each, whose ranks run phase by phase, and
 * exchanges that copy from arena to arena.
 */
import { createHash } from 'node:crypto';
import type { CompileOptions } from 'steepest';
import { expect } from 'vitest';
import { type Arena, float64At } from '#steepest/core/arena.js';
import type { ExchangePlan } from '#steepest/core/clusterOption.js';
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
import type { PhaseExchange } from '#steepest/program/exchange.js';
import { randomNumbers } from '../../support/random.js';

export interface Training {
  inputShape: number[];
  layers: LayerConfig[];
  optimizer?: CompileOptions['optimizer'];
  loss?: CompileOptions['loss'];
  metrics?: CompileOptions['metrics'];
  classes?: number;
  weights?: boolean;
  averages?: boolean;
  /** Rows, and rows of a mini-batch; the last is shorter. */
  samples?: number;
  batch?: number;
  steps?: number;
}

type Kernels = Parameters<typeof selectKernels>[0];

interface Job {
  processes: number;
  shards: number | undefined;
  workers: number;
  kernels: Kernels;
}

const shared = (count: number, value: (i: number) => number): Float32Array<SharedArrayBuffer> => {
  const data = new Float32Array(new SharedArrayBuffer(4 * count));
  for (let i = 0; i < count; i++) data[i] = value(i);
  return data;
};

function prepare(given: Training, { processes, shards, workers }: Job, process: number) {
  const { inputShape, layers: below, optimizer = 'sgd', classes = 7, samples = 78, batch = 32 } = given;
  const { weights, averages, loss = 'sparseCategoricalCrossentropy', metrics = ['accuracy'] } = given;
  const random = randomNumbers(3);
  const [first, ...rest] = below;
  const model = resolveModel({ seed: 5, layers: [{ ...first!, inputShape }, ...rest] });
  const { objective } = resolveCompile(model, { optimizer, loss, metrics });
  const x = shared(samples * model.inputCols, random);
  const isLabelled = objective.loss.definition.targets === 'labels';
  const labels = new Int32Array(new SharedArrayBuffer(4 * samples)).map((_, i) => (i * i) % classes);
  const sharedLabels = new Int32Array(new SharedArrayBuffer(4 * samples));
  sharedLabels.set(labels);
  const y = isLabelled
    ? ({ data: sharedLabels, dtype: 'i32', rows: samples, cols: 1 } as const)
    : ({
        data: shared(samples * model.outputCols, (i) => ((i * i) % classes) % 2),
        dtype: 'f32',
        rows: samples,
        cols: model.outputCols,
      } as const);
  const train = {
    x: { data: x, dtype: 'f32', rows: samples, cols: model.inputCols },
    y,
    weights: weights
      ? ({ data: shared(samples, (i) => 1 + (i % 3)), dtype: 'f32', rows: samples, cols: 1 } as const)
      : undefined,
    firstRow: 0,
    rows: samples,
  } as const;
  const plan = planFit(
    model,
    objective,
    { train, validation: train },
    {
      batchSize: batch,
      shuffle: true,
      workers,
      every: [],
      hasCheckpoints: false,
      averageDecay: averages ? 0.9 : undefined,
      hasProgress: false,
      shards: shards === undefined ? undefined : { shards, process, processes },
    },
  );
  const arena = allocateArena(plan.memory);
  loadState(
    initialState(model.parameters, 5),
    plan.memory,
    arena,
    model.parameters,
    plan.slots,
    plan.initialSlot,
  );
  refreshTransposes(arena, plan.transposes);
  return { model, optimizer: objective.optimizer, plan, arena };
}

type Process = ReturnType<typeof prepare>;

function bindAll(processes: readonly Process[], which: 'train' | 'validate', { workers, kernels }: Job) {
  const set = selectKernels(kernels);
  return processes.map(({ plan, arena }) =>
    Array.from({ length: workers }, (_, rank) => {
      const { program, registersOffset, totals, phases } = plan.forRank(which, rank, workers)!;
      const registers = float64At(arena, registersOffset, REGISTER_COUNT);
      const bound = set.bind(program, [arena, ...plan.tables], registers);
      return { bound, registers, phases, totals: float64At(arena, totals.byteOffset, totals.cols) };
    }),
  );
}

type Bound = ReturnType<typeof bindAll>;

const bytesOf = (arena: Arena, ranges: readonly number[]): Uint8Array[] =>
  Array.from({ length: ranges.length / 2 }, (_, i) =>
    arena.subarray(ranges[2 * i]!, ranges[2 * i]! + ranges[2 * i + 1]!),
  );

/** Copies what each process sends to where the other receives it. @returns bytes */
export function exchange(arenas: readonly Arena[], plans: readonly ExchangePlan[]): number {
  // All sends are read before anything is received.
  const messages = plans.map(({ sends }, from) =>
    sends.map(({ peer, ranges }) => ({ peer, bytes: Buffer.concat(bytesOf(arenas[from]!, ranges)) })),
  );
  let total = 0;
  plans.forEach(({ receives }, to) => {
    for (const { peer, ranges } of receives) {
      const message = messages[peer]!.find((one) => one.peer === to)!.bytes;
      let at = 0;
      for (const range of bytesOf(arenas[to]!, ranges)) {
        range.set(message.subarray(at, at + range.length));
        at += range.length;
      }
      expect(at, `bytes from ${peer} to ${to}`).toBe(message.length);
      total += at;
    }
  });
  const sent = messages.flat().reduce((sum, { bytes }) => sum + bytes.length, 0);
  expect(total, 'bytes that arrive').toBe(sent);
  return total;
}

class Loop {
  constructor(
    private readonly processes: readonly Process[],
    private readonly bound: Bound,
    private readonly exchanges: readonly (readonly PhaseExchange[])[],
  ) {}

  run(phase: number): void {
    for (const ranks of this.bound) {
      for (const { bound } of ranks) expect(bound.run(phase)).toBe(0);
    }
    const plans = this.exchanges.map((list) => list.filter(({ after }) => after === phase));
    const count = plans[0]!.length;
    expect(plans.map((list) => list.length)).toEqual(plans.map(() => count));
    if (count === 0) return;
    expect(count).toBe(1);
    exchange(
      this.processes.map(({ arena }) => arena),
      plans.map((list) => list[0]!),
    );
  }

  set(register: keyof typeof REGISTERS, value: number): void {
    for (const { registers } of this.bound.flat()) registers[REGISTERS[register]] = value;
  }

  get phases() {
    return this.bound[0]![0]!.phases;
  }
}

function runStep(
  loop: Loop,
  { definition, hyperparameters }: ResolvedOptimizer,
  step: number,
  { samples = 78, batch = 32 }: Training,
): void {
  const { accumulateSteps = 1 } = commonOf(hyperparameters);
  const perPass = Math.ceil(samples / batch);
  const place = step % accumulateSteps;
  const t = Math.floor(step / accumulateSteps) + 1;
  const changing = definition.registers(hyperparameters, t, 0.01);
  for (const name of STEP_REGISTERS) loop.set(name, changing[name] ?? 0);
  loop.set('step', step + 1);
  loop.set('averageDecay', 0.9);
  loop.set('batchStart', (step % perPass) * batch);
  loop.set('rows', Math.min(batch, samples - (step % perPass) * batch));
  loop.set('accumulated', place);
  for (const phase of [...loop.phases.rows, PHASES.merge]) loop.run(phase);
  if (place + 1 < accumulateSteps) return;
  loop.set('accumulated', accumulateSteps);
  for (const phase of loop.phases.update) loop.run(phase);
}

const hash = (data: Float32Array): string => createHash('sha1').update(data).digest('hex');

function hashesOf({ plan, arena, model }: Process): Record<string, string> {
  const counters = { step: 0, epochs: 0, rate: { fromStep: 0, epochs: 0 } };
  const { parameters, slots } = readState(plan.memory, arena, model.parameters, plan.slots, counters);
  const hashes: Record<string, string> = {};
  for (const [name, data] of parameters) hashes[name] = hash(data);
  for (const [name, arrays] of slots) {
    for (const [slot, data] of arrays) hashes[`${name} ${slot}`] = hash(data);
  }
  return hashes;
}

/** Trains a few steps and validates. @returns all numbers of each process */
export function trainJob(given: Training, job: Job) {
  const count = job.processes;
  const processes = Array.from({ length: count }, (_, process) => prepare(given, job, process));
  const exchangesOf = (of: (plan: FitPlan) => { exchanges: readonly PhaseExchange[] }) =>
    processes.map(({ plan }) => of(plan).exchanges);
  const bound = bindAll(processes, 'train', job);
  const loop = new Loop(
    processes,
    bound,
    exchangesOf(({ train }) => train),
  );
  loop.set('epoch', 0);
  loop.run(PHASES.epochStart);
  for (let step = 0; step < (given.steps ?? 5); step++) {
    runStep(loop, processes[0]!.optimizer, step, given);
  }
  if (count > 1) {
    exchange(
      processes.map(({ arena }) => arena),
      processes.map(({ plan }) => plan.train.state),
    );
  }
  const validators = bindAll(processes, 'validate', job);
  const validation = new Loop(
    processes,
    validators,
    exchangesOf(({ validate }) => validate!),
  );
  if (processes[0]!.plan.forRank('validate', 0, 1)!.phases.starts) validation.run(PHASES.epochStart);
  validation.set('rows', given.batch ?? 32);
  for (const phase of [...validation.phases.rows, PHASES.merge]) validation.run(phase);
  return processes.map((process, p) => ({
    ...hashesOf(process),
    totals: [...bound[p]![0]!.totals],
    held: [...validators[p]![0]!.totals],
  }));
}
