import type { CompiledProgram } from '../compile/compile.js';
import { metricValue } from '../compile/metrics.js';

/**
 * Loss and metrics of one epoch or evaluation, by name:
 * `{ loss: 0.1, accuracy: 0.97, valLoss: … }`.
 */
export interface Logs {
  loss: number;
  [name: string]: number;
}

/** The same for part of a run, or for none. */
export type SomeLogs = Readonly<Record<string, number>>;

/** Computes loss and metrics from a program's totals over `count` rows. */
export function logsFromTotals(
  program: Pick<CompiledProgram, 'metricColumns'>,
  totals: ArrayLike<number>,
  count: number,
): Logs {
  const sums = Float64Array.from(totals);
  const logs: Logs = { loss: sums[0]! / count };
  for (const place of program.metricColumns) {
    const { metric, first, count: columns } = place;
    logs[metric.definition.name] = metricValue(place, sums.subarray(first, first + columns), count);
  }
  return logs;
}

/** The validation name of a value: `loss` becomes `valLoss`. */
export const validationName = (name: string): string => `val${name[0]!.toUpperCase()}${name.slice(1)}`;

/** The same logs under their validation names. */
export function validationLogs(logs: Logs): SomeLogs {
  return Object.fromEntries(Object.entries(logs).map(([name, value]) => [validationName(name), value]));
}

/** Names of all values that a fit logs. */
export function logNames(metrics: readonly string[], isValidated: boolean): string[] {
  const names = ['loss', ...metrics];
  return isValidated ? [...names, ...names.map(validationName)] : names;
}

/** Logs at least this large, or this small, are written with an exponent. */
const EXPONENT_FROM = 1e6;
const EXPONENT_BELOW = 1e-3;

/** A value of the logs for people: four decimals, or an exponent where they would show little. */
export function formatLog(value: number): string {
  const size = Math.abs(value);
  const isPlain = size === 0 || (size >= EXPONENT_BELOW && size < EXPONENT_FROM);
  return isPlain || !Number.isFinite(value) ? value.toFixed(4) : value.toExponential(3);
}
