// Whole training steps, as fits run them: programs for each of several ranks, with their memory.
// races.cc runs them on threads; the fuzzer changes them as it does single ops.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { layers } from '#steepest/index.js';
import { REGISTER_COUNT, REGISTERS } from '#steepest/kernels/contract.js';
import { encodeProgram } from '#steepest/kernels/encode.js';
import { resolveModel } from '#steepest/networks/compile/model.js';
import { resolveCompile } from '#steepest/networks/models/compileOptions.js';
import { fillTargetShift, firstTargets } from '#steepest/networks/training/dataSets.js';
import { refreshTransposes } from '#steepest/networks/training/persistence.js';
import { planFit } from '#steepest/networks/training/plan.js';
import { initialState, loadState } from '#steepest/networks/training/state.js';
import { allocateArena } from '#steepest/program/allocate.js';

/** First word of a file of steps (native/fuzz/races.cc). */
const STEPS_MAGIC = 0x5eed02;
const EPOCHS = 2;
/** Rows: an epoch is two mini-batches, the second of them shorter. */
const SAMPLES = 61;
const BATCH_SIZE = 37;
const VALIDATION = 23;
const WORKERS = [1, 2, 3, 7];
const CLASSES = 5;
const SEED = 11;

const { dense, dropout, batchNorm, layerNorm, conv2d, maxPool2d, averagePool2d, flatten } = layers;
const { randomFlip, randomTranslation, rescaling } = layers;

/** Every layer that a fit may have, and between them all that makes a phase or shares memory. */
const MODELS = {
  perceptron: {
    layers: () => [
      dense({ units: 33, activation: 'relu', inputShape: [13], kernelRegularizer: { l1: 0.01, l2: 0.02 } }),
      dropout({ rate: 0.3 }),
      dense({ units: 17, activation: 'gelu' }),
      dense({ units: CLASSES, activation: 'softmax' }),
    ],
    compile: { loss: 'sparseCategoricalCrossentropy', optimizer: 'adam', metrics: ['accuracy'] },
    weights: true,
  },
  regression: {
    layers: () => [dense({ units: 16, activation: 'tanh', inputShape: [9] }), dense({ units: 3 })],
    compile: {
      loss: 'meanSquaredError',
      optimizer: { name: 'sgd', learningRate: 0.01, momentum: 0.9 },
      metrics: ['r2'],
    },
    outputs: 3,
  },
  constrained: {
    layers: () => [
      dense({ units: 33, activation: 'tanh', inputShape: [13], kernelConstraint: 'unitNorm' }),
      dense({ units: 18, kernelConstraint: { name: 'maxNorm', axis: 1 }, biasConstraint: 'nonNeg' }),
      dense({ units: CLASSES, activation: 'softmax' }),
    ],
    compile: {
      loss: 'sparseCategoricalCrossentropy',
      optimizer: { name: 'adam', globalClipNorm: 0.1, accumulateSteps: 2 },
    },
    averageDecay: 0.9,
  },
  normalized: {
    layers: () => [
      dense({ units: 24, inputShape: [13] }),
      batchNorm(),
      dense({ units: 20, activation: 'elu' }),
      layerNorm(),
      dense({ units: 12 }),
      batchNorm(),
      dense({ units: CLASSES, activation: 'softmax' }),
    ],
    compile: { loss: 'sparseCategoricalCrossentropy', optimizer: 'rmsprop', metrics: ['accuracy'] },
  },
  images: {
    layers: () => [
      rescaling({ scale: 0.5, inputShape: [8, 8, 3] }),
      randomFlip(),
      randomTranslation({ heightFactor: 0.2, widthFactor: 0.2 }),
      conv2d({ filters: 8, kernelSize: 3, padding: 'same', activation: 'relu' }),
      maxPool2d({ poolSize: 2 }),
      conv2d({ filters: 16, kernelSize: 3, padding: 'same', activation: 'relu' }),
      batchNorm(),
      maxPool2d({ poolSize: 2 }),
      flatten(),
      dense({ units: CLASSES, activation: 'softmax' }),
    ],
    compile: { loss: 'sparseCategoricalCrossentropy', optimizer: 'sgd', metrics: ['accuracy'] },
  },
  strided: {
    layers: () => [
      conv2d({ filters: 6, kernelSize: 3, strides: 2, inputShape: [9, 9, 2] }),
      layerNorm(),
      averagePool2d({ poolSize: 2 }),
      conv2d({ filters: 4, kernelSize: 2, padding: 'valid', activation: 'sigmoid' }),
      flatten(),
      dense({ units: CLASSES, activation: 'softmax' }),
    ],
    compile: { loss: 'sparseCategoricalCrossentropy', optimizer: 'adam', metrics: ['accuracy'] },
  },
};

/** Large enough that ranks own columns of all hidden layers, and too large for the fuzzer. */
const OWNED = {
  layers: () => [
    dense({ units: 112, activation: 'relu', inputShape: [200] }),
    dense({ units: 224, activation: 'gelu' }),
    dense({ units: 224, activation: 'relu' }),
    dense({ units: CLASSES, activation: 'softmax' }),
  ],
  compile: { loss: 'sparseCategoricalCrossentropy', optimizer: 'adam', metrics: ['accuracy'] },
};

/** Numbers between −1 and 1 that are the same in every run. */
function noise(seed) {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return state / 2 ** 31;
  };
}

function table(rows, cols, dtype, value) {
  const Kind = dtype === 'i32' ? Int32Array : Float32Array;
  const data = new Kind(new SharedArrayBuffer(4 * rows * cols)).map(value);
  return { data, dtype, rows, cols };
}

function dataSet(model, { outputs, weights }, rows, random) {
  const labels = () => Math.floor((random() + 1) * 0.5 * CLASSES);
  return {
    x: table(rows, model.inputCols, 'f32', random),
    y: outputs === undefined ? table(rows, 1, 'i32', labels) : table(rows, outputs, 'f32', random),
    weights: weights ? table(rows, 1, 'f32', () => 1 + random() / 2) : undefined,
    firstRow: 0,
    rows,
  };
}

/** A fit on so many ranks, up to where its ranks would start. */
function prepareFit(definition, workers) {
  const random = noise(SEED);
  const model = resolveModel({ seed: SEED, layers: definition.layers() });
  const { objective } = resolveCompile(model, definition.compile);
  const train = dataSet(model, definition, SAMPLES, random);
  const validation = dataSet(model, definition, VALIDATION, random);
  const options = {
    batchSize: BATCH_SIZE,
    shuffle: true,
    workers,
    every: [],
    averageDecay: definition.averageDecay,
  };
  const layout = planFit(model, objective, { train, validation }, options);
  const arena = allocateArena(layout.memory);
  const state = initialState(model.parameters, SEED);
  loadState(state, layout.memory, arena, model.parameters, layout.slots, layout.initialSlot);
  refreshTransposes(arena, layout.transposes);
  if (definition.outputs !== undefined) {
    fillTargetShift(layout.memory, arena, 'train', firstTargets(train));
    fillTargetShift(layout.memory, arena, 'evaluate', firstTargets(validation));
  }
  return { layout, arena, optimizer: objective.optimizer };
}

const bytesOf = (data) => new Uint8Array(data.buffer, data.byteOffset, data.byteLength);

/** Everything a program needs, as words. */
class Pieces {
  parts = [];

  words(...values) {
    this.parts.push(new Uint8Array(Float64Array.from(values).buffer));
  }

  /** Bytes as they are, up to a whole word. */
  raw(data) {
    const bytes = new Uint8Array(Math.ceil(data.byteLength / 8) * 8);
    bytes.set(bytesOf(data));
    this.words(data.byteLength);
    this.parts.push(bytes);
  }

  program(encoded) {
    this.words(encoded.length, ...encoded);
  }
}

function writeSweep(pieces, layout, which, workers, samples) {
  const ranks = Array.from({ length: workers }, (_, rank) => layout.forRank(which, rank, workers));
  const { starts, rows, update } = ranks[0].phases;
  pieces.words(samples, starts ? 1 : 0, rows.length, ...rows, update.length, ...update);
  for (const { program, registersOffset, totals } of ranks) {
    pieces.words(registersOffset, totals.byteOffset, totals.cols);
    pieces.program(encodeProgram(program));
  }
}

/** @param expected the ranks that memory is laid out for: so it is the same for any number of them */
function writeFit(pieces, definition, workers, expected) {
  const { layout, arena, optimizer } = prepareFit(definition, expected);
  const { byteOffset, byteLength } = layout.persistent;
  pieces.words(workers, byteOffset, byteLength, EPOCHS, BATCH_SIZE);
  pieces.raw(arena);
  pieces.words(layout.tables.length);
  for (const data of layout.tables) pieces.raw(data);
  const steps = EPOCHS * Math.ceil(SAMPLES / BATCH_SIZE);
  pieces.words(steps);
  const { learningRate: rate } = optimizer.hyperparameters;
  for (let t = 1; t <= steps; t++) {
    const changing = optimizer.definition.registers(optimizer.hyperparameters, t, rate);
    const { learningRate = 0, stepSize = 0, inverseSqrtBias2 = 0, gradientStep = 0 } = changing;
    pieces.words(learningRate, stepSize, inverseSqrtBias2, gradientStep);
  }
  writeSweep(pieces, layout, 'train', workers, SAMPLES);
  writeSweep(pieces, layout, 'validate', workers, VALIDATION);
}

/** Writes the steps of all models on all numbers of ranks. @returns a name for each, in order */
export function writeSteps(file, workerCounts = WORKERS) {
  const names = [];
  const pieces = new Pieces();
  const models = Object.entries({ ...MODELS, owned: OWNED });
  pieces.words(STEPS_MAGIC, models.length * workerCounts.length);
  for (const [name, definition] of models) {
    for (const workers of workerCounts) {
      writeFit(pieces, definition, workers, Math.max(...workerCounts));
      names.push(`${name} on ${workers}`);
    }
  }
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, Buffer.concat(pieces.parts));
  return names;
}

/** Steps of the smaller models as cases for the fuzzer: `{ words, buffers, registers }`. */
export function stepCases() {
  return Object.values(MODELS).flatMap((definition) => {
    const workers = 2;
    const { layout, arena } = prepareFit(definition, workers);
    const buffers = [arena, ...layout.tables].map(({ byteLength }) => Math.ceil(byteLength / 8) * 8);
    return ['train', 'validate'].map((which, rank) => {
      const registers = new Float64Array(REGISTER_COUNT);
      registers[REGISTERS.rows] = which === 'train' ? BATCH_SIZE : VALIDATION;
      registers[REGISTERS.step] = 1;
      registers[REGISTERS.learningRate] = 0.01;
      return { words: encodeProgram(layout.forRank(which, rank, workers).program), buffers, registers };
    });
  });
}
