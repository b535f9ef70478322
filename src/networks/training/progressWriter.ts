import type { SomeLogs } from './logs.js';
import {
  type ProgressShape,
  type ProgressState,
  renderEpoch,
  renderProgress,
  renderTotal,
} from './progress.js';

/** The parts of `process.stderr` that the writer uses. */
export interface ProgressStream {
  isTTY?: boolean;
  /** Characters per line; terminals may change it at any time. */
  columns?: number;
  /** Bytes written so far, by anyone. */
  bytesWritten?: number;
  write(text: string): unknown;
}

/** Width of terminals that do not report one. */
const USUAL_COLUMNS = 80;
/**
 * Moves to the start of the line, erases what is right of the cursor, or all behind it, and moves up
 * a line (ECMA-48: EL, ED, CUU).
 */
const LINE_START = '\r';
const ERASE_REST = '\u001b[K';
const ERASE_BELOW = '\u001b[J';
const UP = '\u001b[A';
/**
 * Behind the bar, so that a line which a program prints meanwhile does not touch it. With it and the
 * cursor, the last column stays free: a character there makes some terminals start a new line.
 */
const GAP = ' ';

/** A terminal that understands control sequences. */
const isScreen = ({ isTTY }: ProgressStream): boolean => isTTY === true && process.env.TERM !== 'dumb';

/**
 * Shows the progress of a fit. On a terminal a bar is redrawn while an epoch runs, and one line
 * stays per epoch; elsewhere there are only these lines. It writes to stderr, so that a program's
 * own output can be piped.
 *
 * The bar is erased while callbacks run, so their output has lines of its own. No global function is
 * replaced for what a program prints at other times. The first such line begins behind the bar.
 * From then on the bar is drawn one line lower, and the cursor waits in the free line above it.
 */
export class ProgressWriter {
  private readonly startMs: number;
  private readonly isScreen: boolean;
  private epochStartMs: number;
  private state: ProgressState;
  /** Epochs before this one have their lines. */
  private ended: number;
  private epochsEnded = 0;
  private drawn = '';
  /** Others' bytes in the terminal when the bar was drawn. */
  private bytesBefore = 0;
  private isHidden = false;
  /** Others print too: the bar is one line below the cursor. */
  private isBelow = false;

  /**
   * @param output the stream that a program prints to, perhaps to the same terminal
   * @param now a clock in milliseconds
   */
  constructor(
    shape: ProgressShape,
    private readonly stream: ProgressStream = process.stderr,
    private readonly output: ProgressStream = process.stdout,
    private readonly now: () => number = () => performance.now(),
  ) {
    this.isScreen = isScreen(stream);
    this.startMs = this.now();
    this.epochStartMs = this.startMs;
    this.ended = shape.initialEpoch ?? 0;
    this.state = { ...shape, epoch: this.ended, step: 0, logs: {}, elapsedMs: 0 };
  }

  /** Redraws the bar; cheap if nothing has changed. */
  update(progress: Pick<ProgressState, 'epoch' | 'step' | 'logs'>): void {
    Object.assign(this.state, progress, { elapsedMs: this.now() - this.startMs });
    this.draw();
  }

  /**
   * Writes the line of an epoch.
   * @param epoch from 0
   * @param samples rows of the epoch
   */
  endEpoch(epoch: number, logs: SomeLogs, samples: number): void {
    const { state } = this;
    state.samples = samples;
    const steps = state.steps ?? Math.ceil(samples / state.batchSize);
    const now = this.now();
    const elapsedMs = now - this.startMs;
    const width = this.isScreen ? this.columns() - 1 : Number.POSITIVE_INFINITY;
    const line = renderEpoch(
      { ...state, epoch, step: steps, logs, elapsedMs },
      now - this.epochStartMs,
      width,
    );
    this.erase();
    this.stream.write(`${line}\n`);
    this.ended = epoch + 1;
    this.epochsEnded++;
    this.epochStartMs = now;
    // Epochs are reported after they end: the next one may be on the bar already.
    if (state.epoch <= epoch) Object.assign(state, { epoch: epoch + 1, step: 0, logs: {} });
    if (state.step > 0) this.draw();
  }

  /** Erases the bar until {@link show}, so that others can print. */
  hide(): void {
    this.erase();
    this.isHidden = true;
  }

  show(): void {
    this.isHidden = false;
    // An epoch that has not begun has nothing to show.
    if (this.state.step > 0) this.draw();
  }

  /**
   * Ends the display. The bar of an epoch that did not end stays.
   * @param isComplete the fit has ended as it should
   */
  finish(isComplete: boolean): void {
    if (this.drawn !== '') this.stream.write(this.isBelow ? '\n\n' : '\n');
    this.drawn = '';
    if (isComplete && this.isScreen && this.epochsEnded > 1) {
      this.stream.write(`${renderTotal(this.epochsEnded, this.now() - this.startMs)}\n`);
    }
  }

  private columns(): number {
    return this.stream.columns || USUAL_COLUMNS;
  }

  private erase(): void {
    // Behind others' output the cursor is on a line of its own, where this changes nothing.
    if (this.drawn !== '') this.stream.write(`${LINE_START}${ERASE_BELOW}`);
    this.drawn = '';
  }

  private draw(): void {
    const { epoch, epochs } = this.state;
    if (!this.isScreen || this.isHidden || epoch < this.ended || epoch >= epochs) return;
    const line = renderProgress(this.state, this.columns() - 1 - GAP.length);
    const isInterrupted = this.drawn !== '' && this.bytes() !== this.bytesBefore;
    if (line === this.drawn && !isInterrupted) return;
    if (isInterrupted) this.isBelow = true;
    this.stream.write(
      this.isBelow ? `${ERASE_BELOW}\n${line}${UP}${LINE_START}` : `${LINE_START}${line}${GAP}${ERASE_REST}`,
    );
    this.drawn = line;
    this.bytesBefore = this.bytes();
  }

  /** Bytes in the terminal so far; streams count them. */
  private bytes(): number {
    const { stream, output } = this;
    return (stream.bytesWritten ?? 0) + (output.isTTY === true ? (output.bytesWritten ?? 0) : 0);
  }
}
