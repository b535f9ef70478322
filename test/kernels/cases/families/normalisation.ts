import type { OpKind } from '#steepest/kernels/contract.js';
import type { CaseBuilder } from '../case.js';
import { activationOf, type Generate, SLICE_ROWS } from '../draws.js';

const channelCount = (c: CaseBuilder): number => Math.max(1, Math.min(c.cols, 70));

/** Float64 sums of groups, two for each channel. */
function groupSums(c: CaseBuilder, channels: number): void {
  c.matrix('sums', c.groups, 2 * channels, c.float, 'f64');
}

/** Samples to normalise: images of a few channels, or rows. */
function normalised(c: CaseBuilder) {
  const isImages = c.random.chance(0.5);
  const channels = isImages ? 1 + c.random.below(6) : Math.max(1, c.cols);
  const pixels = isImages ? c.random.pick([1, 2, 7, 15, 16, 17, 32, 35]) : 0;
  const sides = [channels, 1, pixels] as const;
  c.scalar({ pixels });
  c.byGroups();
  const reach = isImages ? 'rows' : 'all';
  const output = (name: string) =>
    isImages ? c.imagesOutput(name, sides) : c.output(name, c.capacity, channels, reach);
  return {
    channels,
    input(name: string) {
      if (isImages) c.images(name, sides);
      else c.batch(name, channels);
    },
    output,
    outputMaybeOver(name: string, input: string) {
      c.outputMaybeOver(name, input, () => output(name), reach);
    },
    sumsOutput: () => c.output('sums', c.groups, 2 * channels, 'rows', 0, 'f64'),
    stats() {
      if (isImages) c.images('stats', [2, 1, pixels]);
      else c.batch('stats', 2);
    },
    statsOutput() {
      if (isImages) c.imagesOutput('stats', [2, 1, pixels]);
      else c.output('stats', c.capacity, 2, reach);
    },
  };
}

/** Batch and layer normalisation. */
export const normalisationCases = {
  groupMoments(c) {
    const samples = normalised(c);
    samples.input('x');
    c.maybe(() => samples.input('dy'));
    samples.sumsOutput();
  },
  mergeMoments(c) {
    const channels = channelCount(c);
    groupSums(c, channels);
    c.output('stats', 1, 2 * channels, 'all');
    c.scalar({ pixels: 1 + c.random.below(9), epsilon: 1e-3 });
    c.slice(channels, channels);
  },
  movingMoments(c) {
    const channels = channelCount(c);
    groupSums(c, channels);
    for (const name of ['mean', 'variance']) {
      c.vector(name, channels, c.float);
      c.inPlace(name, 'cols');
    }
    c.scalar({ pixels: 1 + c.random.below(9), momentum: c.random.pick([0, 0.9, 0.99]) });
    c.slice(channels, 1 + c.random.below(8));
  },
  frozenMoments(c) {
    const channels = channelCount(c);
    c.vector('mean', channels, c.float);
    c.vector('variance', channels, c.positive);
    c.output('stats', 1, 2 * channels, 'all');
    c.scalar({ epsilon: 1e-3 });
    c.slice(channels, channels);
  },
  normalize(c) {
    const samples = normalised(c);
    samples.input('x');
    c.vector('stats', 2 * samples.channels, c.float);
    c.maybe(() => c.vector('gamma', samples.channels, c.float));
    c.maybe(() => c.vector('beta', samples.channels, c.float));
    samples.output('y');
    c.scalar({ ...activationOf(c) });
  },
  mergeGradientMeans(c) {
    const channels = channelCount(c);
    groupSums(c, channels);
    c.vector('stats', 2 * channels, c.float);
    c.output('means', 1, 2 * channels, 'all');
    c.scalar({ pixels: 1 + c.random.below(9) });
    c.slice(channels, channels);
  },
  normalizeBackward(c) {
    const samples = normalised(c);
    samples.input('x');
    samples.input('dy');
    c.vector('stats', 2 * samples.channels, c.float);
    c.maybe(() => c.vector('means', 2 * samples.channels, c.float));
    c.maybe(() => c.vector('gamma', samples.channels, c.float));
    samples.outputMaybeOver('dx', 'dy');
  },
  normGradients(c) {
    const channels = channelCount(c);
    groupSums(c, channels);
    c.maybe(() => c.vector('stats', 2 * channels, c.float));
    c.maybe(() => c.output('dGamma', 1, channels, 'cols'));
    c.maybe(() => c.output('dBeta', 1, channels, 'cols'));
    c.slice(channels, 1 + c.random.below(8));
  },
  foldNorm(c) {
    const { rows, cols } = c;
    c.matrix('w', rows, cols, c.float);
    c.maybe(() => c.vector('bias', cols, c.float));
    c.vector('mean', cols, c.float);
    c.vector('variance', cols, c.positive);
    c.maybe(() => c.vector('gamma', cols, c.float));
    c.maybe(() => c.vector('beta', cols, c.float));
    c.output('y', rows, cols);
    c.output('yBias', 1, cols, 'all');
    c.scalar({ epsilon: 1e-3 });
    c.slice(rows, SLICE_ROWS);
  },
  layerNorm(c) {
    const samples = normalised(c);
    samples.input('x');
    c.maybe(() => c.vector('gamma', samples.channels, c.float));
    c.maybe(() => c.vector('beta', samples.channels, c.float));
    samples.output('y');
    c.maybe(() => samples.statsOutput());
    c.scalar({ channels: samples.channels, epsilon: 1e-3 });
  },
  prelu(c) {
    const samples = normalised(c);
    samples.input('g');
    samples.input('x');
    c.vector('alpha', samples.channels, c.float);
    samples.outputMaybeOver('y', 'g');
    c.maybe(() => samples.output('low'));
  },
  layerNormBackward(c) {
    const samples = normalised(c);
    samples.input('x');
    samples.input('dy');
    samples.stats();
    c.maybe(() => c.vector('gamma', samples.channels, c.float));
    c.maybe(() => samples.outputMaybeOver('dx', 'dy'));
    c.maybe(() => samples.sumsOutput());
    c.scalar({ channels: samples.channels });
  },
} satisfies Partial<Record<OpKind, Generate>>;
