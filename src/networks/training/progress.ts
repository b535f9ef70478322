import { formatLog, type SomeLogs } from './logs.js';

/** Size of the fit that the bar shows. */
export interface ProgressShape {
  epochs: number;
  /** Number of the first epoch. */
  initialEpoch?: number;
  /** Steps of that epoch which were finished before. */
  initialStep?: number;
  /** Steps per epoch, if an epoch is not a pass over the data. */
  steps?: number | undefined;
  /** Rows per step, to count samples of streams. */
  batchSize: number;
  /** Rows per epoch; for a stream, those of the last epoch, unknown in the first. */
  samples: number | undefined;
}

/** Progress of a fit. */
export interface ProgressState extends ProgressShape {
  /** The current epoch, from 0. */
  epoch: number;
  /** Finished steps of that epoch. */
  step: number;
  /** Loss and metrics of the epoch so far. */
  logs: SomeLogs;
  /** Milliseconds since the fit began. */
  elapsedMs: number;
}

const SEPARATOR = ' · ';
/** With these widths, bar, loss, one metric and remaining time fit in a terminal of 80 columns. */
const BAR_CELLS = 12;
/** From 1,000 on, a rate needs no decimals; below 10, one more digit helps. */
const WHOLE_FROM = 1000;

/**
 * One line about the progress of a fit: `Epoch 3/10 [=====> ] 210/469 · loss 0.1234 · accuracy
 * 0.9612 · ETA 0:42 · 61,234 samples/s`, never longer than `width` characters. Parts that do not
 * fit are left out, the least important first: the rate, the metrics from the last, the bar, the
 * remaining time. Rate and remaining time are averages since the fit began. If the number of
 * samples is not known yet, the count of finished ones replaces bar, steps and remaining time.
 */
export function renderProgress(state: ProgressState, width: number): string {
  const [loss = '', ...metrics] = logParts(state.logs);
  const { rate, left } = pace(state);
  const { step, batchSize } = state;
  const total = stepsPerEpoch(state);
  const done =
    total === undefined
      ? ` ${(step * batchSize).toLocaleString('en-US')} samples`
      : ` ${Math.min(step, total)}/${total}`;
  const bar = total === undefined ? '' : ` ${renderBar(step / total)}`;
  // In order of importance, each with its position in the line.
  const parts = [
    { at: 0, text: `Epoch ${state.epoch + 1}/${state.epochs}` },
    { at: 2, text: done },
    { at: 3, text: loss },
    { at: 5, text: left },
    { at: 1, text: bar },
    ...metrics.map((text) => ({ at: 4, text })),
    { at: 6, text: rate },
  ];
  let room = width;
  const kept = parts.filter(({ text }) => {
    // Once a part is left out, all less important ones are too.
    room = text.length <= room ? room - text.length : -1;
    return room >= 0;
  });
  kept.sort((a, b) => a.at - b.at);
  return kept.map(({ text }) => text).join('');
}

/**
 * One line about a finished epoch, which stays: `Epoch 3/10 · loss 0.1234 · accuracy 0.9612 ·
 * valLoss 0.1431 · valAccuracy 0.9554 · 61,234 samples/s · 1.2 s`. What `width` has no room for is
 * left out, the least important first: the rate, the other values of training from the last, those
 * of validation from the last, the time, the word "Epoch". Loss and valLoss always stay.
 */
export function renderEpoch(state: ProgressState, epochMs: number, width: number): string {
  const { rate } = pace(state);
  const values = Object.keys(state.logs);
  const texts = logParts(state.logs);
  const isLoss = (name: string): boolean => name === 'loss' || name === 'valLoss';
  const isHeld = (name: string): boolean => /^val[A-Z]/.test(name);
  const parts = [
    { name: 'word', text: 'Epoch ' },
    { name: 'epoch', text: `${state.epoch + 1}/${state.epochs}` },
    ...texts.map((text, i) => ({ name: values[i]!, text })),
    { name: 'rate', text: rate },
    { name: 'time', text: `${SEPARATOR}${formatDuration(epochMs)}` },
  ];
  const others = values.filter((name) => !isLoss(name)).reverse();
  const leastImportant = [
    'rate',
    ...others.filter((name) => !isHeld(name)),
    ...others.filter(isHeld),
    'time',
    'word',
  ];
  const lengthOf = (some: typeof parts): number => some.reduce((sum, { text }) => sum + text.length, 0);
  let kept = parts;
  for (const left of leastImportant) {
    if (lengthOf(kept) <= width) break;
    kept = kept.filter(({ name }) => name !== left);
  }
  return kept.map(({ text }) => text).join('');
}

/** The last line of a fit: `10 epochs in 12.3 s`. */
export const renderTotal = (epochs: number, elapsedMs: number): string =>
  `${epochs} epochs in ${formatDuration(elapsedMs)}`;

/** Below this, seconds have three decimals. */
const SHORT_MS = 100;
const MINUTE_MS = 60_000;

/** `0.042 s`, `12.3 s`, and from a minute on `1:02` or `1:02:03`. */
function formatDuration(ms: number): string {
  if (ms >= MINUTE_MS) return formatTime(Math.round(ms / 1000));
  return `${(ms / 1000).toFixed(ms < SHORT_MS ? 3 : 1)} s`;
}

function renderBar(fraction: number): string {
  const done = Math.floor(Math.min(Math.max(fraction, 0), 1) * BAR_CELLS);
  const tip = done < BAR_CELLS ? '>' : '';
  return `[${('='.repeat(done) + tip).padEnd(BAR_CELLS)}]`;
}

function logParts(logs: SomeLogs): string[] {
  return Object.entries(logs).map(([name, value]) => `${SEPARATOR}${name} ${formatLog(value)}`);
}

/** Steps of an epoch, if known. */
export function stepsPerEpoch({ steps, samples, batchSize }: ProgressShape): number | undefined {
  if (steps !== undefined) return steps;
  return samples === undefined ? undefined : Math.ceil(samples / batchSize);
}

/** The pace of a fit; undefined before there is anything to measure. */
export function measurePace(state: ProgressState): {
  samplesPerSecond: number | undefined;
  remainingMs: number | undefined;
} {
  const { epoch, step, initialEpoch = 0, initialStep = 0, epochs, samples, batchSize, elapsedMs } = state;
  const total = stepsPerEpoch(state);
  const begun = initialEpoch + (total === undefined ? 0 : initialStep / total);
  const epochsDone = total === undefined ? 0 : epoch + Math.min(step / total, 1) - begun;
  const samplesDone = samples === undefined ? (step - initialStep) * batchSize : epochsDone * samples;
  if (!(samplesDone > 0 && elapsedMs > 0)) return { samplesPerSecond: undefined, remainingMs: undefined };
  const remainingMs =
    total === undefined ? undefined : ((epochs - begun - epochsDone) * elapsedMs) / epochsDone;
  return { samplesPerSecond: (samplesDone * 1000) / elapsedMs, remainingMs };
}

/** Samples per second and remaining time in words. */
function pace(state: ProgressState): { rate: string; left: string } {
  const { samplesPerSecond, remainingMs } = measurePace(state);
  if (samplesPerSecond === undefined) return { rate: '', left: '' };
  const digits = samplesPerSecond >= WHOLE_FROM ? 0 : 1;
  const rate = `${SEPARATOR}${samplesPerSecond.toLocaleString('en-US', { maximumFractionDigits: digits })} samples/s`;
  if (remainingMs === undefined) return { rate, left: '' };
  return { rate, left: `${SEPARATOR}ETA ${formatTime(Math.ceil(remainingMs / 1000))}` };
}

/** Minutes and seconds, and hours if there are any: `0:42`, `1:02:03`. */
function formatTime(seconds: number): string {
  const two = (n: number): string => String(n).padStart(2, '0');
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes}:${two(seconds % 60)}`;
  return `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(seconds % 60)}`;
}
