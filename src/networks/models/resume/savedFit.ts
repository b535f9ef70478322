import { MOST_FLOAT32 } from '../../../core/check.js';
import { isCounter } from '../../../core/guards.js';
import { isPlainObject } from '../../../core/realm.js';
import { show } from '../../../core/show.js';
import { parseDescription } from '../../../io/description.js';
import { modelFileError } from '../../../io/modelFile.js';
import type { Stopped } from '../../training/fitResult.js';
import type { FitPosition } from '../../training/position.js';
import type { Fingerprint } from './fingerprint.js';

/** How a finished fit ended. */
export interface Outcome {
  /** The epochs that it was to run. */
  epochs: number;
  bestEpoch: number | undefined;
  stopped: Stopped | undefined;
}

/** What a checkpoint says of a fit, besides the model. */
export interface SavedFit {
  fingerprint: Fingerprint;
  position: FitPosition;
  /** Sums of loss and metrics over the rows of the epoch so far. */
  totals: number[];
  /** The learning rate that was set during the fit, if one was. */
  rate: number | undefined;
  /** Values of the finished epochs, and those of the last, by name. */
  history: [name: string, values: number[]][];
  logs: [name: string, value: number][];
  bestEpoch: number | undefined;
  lowest: number;
  /** What the callbacks keep, one value for each; null for those that keep nothing. */
  sessions: unknown[];
  /** Counters of the states that they keep; the arrays are tensors. */
  kept: (Record<string, unknown> | null)[];
  epochsBegun: number;
  /** Only of a fit that has finished. */
  outcome: Outcome | undefined;
}

const VERSION = 1;
const COUNTERS = [
  'step',
  'epoch',
  'stepInEpoch',
  'rowsInEpoch',
  'epochsBegun',
  'pass',
  'stepInPass',
  'streamHash',
] as const;
/** The key of an object that stands for a number that JSON does not have. */
const NUMBER = '\0number';

/** JSON, with NaN, the infinities and −0. */
export const toJson = (value: unknown): string =>
  JSON.stringify(value, (_key, item: unknown) =>
    typeof item === 'number' && (!Number.isFinite(item) || Object.is(item, -0))
      ? { [NUMBER]: Object.is(item, -0) ? '-0' : String(item) }
      : item,
  );

function fromJson(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(fromJson);
  if (!isPlainObject(value)) return value;
  const special = (value as Record<string, unknown>)[NUMBER];
  if (special !== undefined) return Number(special);
  // Of an own property, so that '__proto__' is a key like others.
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, fromJson(item)]));
}

/** The text for the metadata of a model's file. */
export const encodeFit = (fit: SavedFit): string => toJson({ version: VERSION, ...fit });

function refuse(expected: string, given: unknown): never {
  throw modelFileError(expected, show(given), 'The file is damaged, or of another version: delete it.');
}

/** @throws SteepestError `ERR_MODEL_FILE` */
export function decodeFit(text: string | undefined): SavedFit {
  const given = fromJson(parseDescription(text, 'fit')) as Record<string, unknown>;
  if (given.version !== VERSION) refuse(`version ${VERSION} of a checkpoint`, given.version);
  const { rate, outcome } = given;
  if (rate !== undefined && !(typeof rate === 'number' && rate > 0 && rate <= MOST_FLOAT32)) {
    refuse('fit.rate as a number above 0', rate);
  }
  return {
    fingerprint: object('fit.fingerprint', given.fingerprint),
    position: position(given.position),
    totals: numbers('fit.totals', given.totals),
    rate: rate as number | undefined,
    history: pairs('fit.history', given.history, numbers),
    logs: pairs('fit.logs', given.logs, number),
    bestEpoch: optionalCounter('fit.bestEpoch', given.bestEpoch),
    lowest: number('fit.lowest', given.lowest),
    sessions: [...list('fit.sessions', given.sessions)],
    kept: list('fit.kept', given.kept).map((one) => (one === null ? null : object('fit.kept', one))),
    epochsBegun: counter('fit.epochsBegun', given.epochsBegun),
    outcome: outcome === undefined ? undefined : readOutcome(object('fit.outcome', outcome)),
  };
}

function object(what: string, given: unknown): Record<string, unknown> {
  return isPlainObject(given) ? (given as Record<string, unknown>) : refuse(`${what} as an object`, given);
}

function list(what: string, given: unknown): readonly unknown[] {
  return Array.isArray(given) ? given : refuse(`${what} as a list`, given);
}

function number(what: string, given: unknown): number {
  return typeof given === 'number' ? given : refuse(`${what} as a number`, given);
}

const numbers = (what: string, given: unknown): number[] =>
  list(what, given).map((value) => number(`numbers in ${what}`, value));

function counter(what: string, given: unknown): number {
  return isCounter(given) ? given : refuse(`a whole number as ${what}`, given);
}

const optionalCounter = (what: string, given: unknown): number | undefined =>
  given === undefined ? undefined : counter(what, given);

function pairs<T>(what: string, given: unknown, read: (what: string, value: unknown) => T): [string, T][] {
  return list(what, given).map((pair) => {
    const [name, value] = list(`pairs in ${what}`, pair);
    if (typeof name !== 'string') return refuse(`names in ${what}`, name);
    return [name, read(`${what} ${show(name)}`, value)];
  });
}

function position(given: unknown): FitPosition {
  const fields = object('fit.position', given);
  const counters = COUNTERS.map((key) => [key, counter(`fit.position.${key}`, fields[key])] as const);
  return Object.fromEntries(counters) as unknown as FitPosition;
}

function readOutcome({ epochs, bestEpoch, stopped }: Record<string, unknown>): Outcome {
  return {
    epochs: counter('fit.outcome.epochs', epochs),
    bestEpoch: optionalCounter('fit.outcome.bestEpoch', bestEpoch),
    stopped: stopped === undefined ? undefined : readStopped(object('fit.outcome.stopped', stopped)),
  };
}

function readStopped({ by, reason, epoch, step }: Record<string, unknown>): Stopped {
  if (typeof by !== 'string') return refuse('fit.outcome.stopped.by as text', by);
  if (reason !== undefined && typeof reason !== 'string') {
    return refuse('fit.outcome.stopped.reason as text', reason);
  }
  return {
    by,
    reason,
    epoch: counter('fit.outcome.stopped.epoch', epoch),
    step: counter('fit.outcome.stopped.step', step),
  };
}
