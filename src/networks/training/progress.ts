import type { SomeLogs } from './logs.js';

/** Size of the fit that the bar shows. */
export interface ProgressShape {
  epochs: number;
  /** Number of the first epoch. */
  initialEpoch?: number;
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
  /** Loss and metrics of the last finished epoch. */
  logs: SomeLogs;
  /** Milliseconds since the fit began. */
  elapsedMs: number;
}

const SEPARATOR = ' · ';
/** With these widths, bar, loss, one metric and remaining time fit in a terminal of 80 columns. */
const BAR_CELLS = 12;
/** From 1,000 on, a rate needs no decimals; below 10, one more digit helps. */
const WHOLE_FROM = 1000;
/** Logs at least this large, or this small, are written with an exponent. */
const EXPONENT_FROM = 1e6;
const EXPONENT_BELOW = 1e-3;

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
 * One line about a finished epoch: `Epoch 3/10 · loss 0.1234 · accuracy 0.9612 · 61,234 samples/s ·
 * 1.2 s`.
 */
export function renderEpoch(state: ProgressState, epochMs: number): string {
  const { rate } = pace(state);
  const time = `${SEPARATOR}${(epochMs / 1000).toFixed(epochMs < 100 ? 3 : 1)} s`;
  return [`Epoch ${state.epoch + 1}/${state.epochs}`, ...logParts(state.logs), rate, time].join('');
}

function renderBar(fraction: number): string {
  const done = Math.floor(Math.min(Math.max(fraction, 0), 1) * BAR_CELLS);
  const tip = done < BAR_CELLS ? '>' : '';
  return `[${('='.repeat(done) + tip).padEnd(BAR_CELLS)}]`;
}

function logParts(logs: SomeLogs): string[] {
  return Object.entries(logs).map(([name, value]) => `${SEPARATOR}${name} ${formatNumber(value)}`);
}

function formatNumber(value: number): string {
  const size = Math.abs(value);
  const isPlain = size === 0 || (size >= EXPONENT_BELOW && size < EXPONENT_FROM);
  return isPlain || !Number.isFinite(value) ? value.toFixed(4) : value.toExponential(3);
}

/** Steps of an epoch, if known. */
function stepsPerEpoch({ steps, samples, batchSize }: ProgressShape): number | undefined {
  if (steps !== undefined) return steps;
  return samples === undefined ? undefined : Math.ceil(samples / batchSize);
}

/** Samples per second and remaining time; empty before there is anything to measure. */
function pace(state: ProgressState): { rate: string; left: string } {
  const { epoch, step, initialEpoch = 0, epochs, samples, batchSize, elapsedMs } = state;
  const total = stepsPerEpoch(state);
  const epochsBefore = epoch - initialEpoch;
  const epochsDone = total === undefined ? 0 : epochsBefore + Math.min(step / total, 1);
  const samplesDone = samples === undefined ? step * batchSize : epochsDone * samples;
  if (!(samplesDone > 0 && elapsedMs > 0)) return { rate: '', left: '' };
  const perSecond = (samplesDone * 1000) / elapsedMs;
  const digits = perSecond >= WHOLE_FROM ? 0 : 1;
  const rate = `${SEPARATOR}${perSecond.toLocaleString('en-US', { maximumFractionDigits: digits })} samples/s`;
  if (total === undefined) return { rate, left: '' };
  const secondsLeft = Math.ceil(((epochs - initialEpoch - epochsDone) * elapsedMs) / epochsDone / 1000);
  return { rate, left: `${SEPARATOR}ETA ${formatTime(secondsLeft)}` };
}

/** Minutes and seconds, and hours if there are any: `0:42`, `1:02:03`. */
function formatTime(seconds: number): string {
  const two = (n: number): string => String(n).padStart(2, '0');
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes}:${two(seconds % 60)}`;
  return `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(seconds % 60)}`;
}

/** The parts of `process.stderr` that the writer uses. */
export interface ProgressStream {
  isTTY?: boolean;
  /** Characters per line; terminals may change it at any time. */
  columns?: number;
  write(text: string): unknown;
}

/** Width of terminals that do not report one. */
const USUAL_COLUMNS = 80;
/** Moves to the start of the line, and erases everything right of the cursor (ECMA-48, EL). */
const LINE_START = '\r';
const ERASE_REST = '\u001b[K';

/**
 * Shows the progress of a fit: on a terminal one line that is redrawn, elsewhere one line per
 * epoch. It writes to stderr, so that a program's own output can be piped.
 */
export class ProgressWriter {
  private readonly startMs: number;
  private epochStartMs: number;
  private state: ProgressState;
  private drawn = '';

  /** @param now a clock in milliseconds */
  constructor(
    shape: ProgressShape,
    private readonly stream: ProgressStream = process.stderr,
    private readonly now: () => number = () => performance.now(),
  ) {
    this.startMs = this.now();
    this.epochStartMs = this.startMs;
    this.state = { ...shape, epoch: shape.initialEpoch ?? 0, step: 0, logs: {}, elapsedMs: 0 };
  }

  /** Redraws the line of a terminal; cheap if nothing has changed. */
  update(progress: Pick<ProgressState, 'epoch' | 'step' | 'logs'>): void {
    Object.assign(this.state, progress, { elapsedMs: this.now() - this.startMs });
    if (this.stream.isTTY) this.draw();
  }

  /**
   * @param epoch from 0
   * @param samples rows of the epoch
   */
  endEpoch(epoch: number, logs: SomeLogs, samples: number): void {
    this.state.samples = samples;
    const steps = this.state.steps ?? Math.ceil(samples / this.state.batchSize);
    const now = this.now();
    // Epochs are reported after they end. A redraw may already have shown the next one, and must
    // not go back.
    const isLatest = epoch >= this.state.epoch;
    const step = isLatest ? steps : this.state.step;
    this.update({ epoch: Math.max(epoch, this.state.epoch), step, logs });
    if (!this.stream.isTTY) {
      const ended = { ...this.state, epoch, step: steps };
      this.stream.write(`${renderEpoch(ended, now - this.epochStartMs)}\n`);
    }
    this.epochStartMs = now;
  }

  /** Keeps the line and moves to the next. */
  finish(): void {
    if (this.drawn !== '') this.stream.write('\n');
    this.drawn = '';
  }

  private draw(): void {
    // A character in the last column makes some terminals start a new line.
    const line = renderProgress(this.state, (this.stream.columns || USUAL_COLUMNS) - 1);
    if (line === this.drawn) return;
    this.stream.write(`${LINE_START}${line}${ERASE_REST}`);
    this.drawn = line;
  }
}
