import { SteepestError } from '../../core/errors.js';
import { PHASES, TALLY_RULES, type TallyRule } from '../../kernels/contract.js';
import type { ProgramBuilder } from '../../program/builder.js';
import { type MetricInputs, wholeNumber } from './definition.js';

/** A hyperparameter of metrics that count decisions. */
export type ClassHyperparameters = {
  /** The class, a column of the output, that alone counts. Default: all columns. */
  classId: number | undefined;
};

export const ofClass = { defaults: { classId: undefined }, ranges: { classId: wholeNumber(0) } } as const;

/** @throws SteepestError `ERR_ARGUMENT` for a class that the model does not have */
export function checkClass(name: string, outputs: number, { classId = 0 }: ClassHyperparameters): void {
  if (classId < outputs) return;
  throw new SteepestError('ERR_ARGUMENT', {
    expected: `${name}.classId to be a column of the output, from 0 to ${outputs - 1}`,
    given: String(classId),
    hint: 'Number the classes from 0, or leave classId out.',
  });
}

/** What a metric counts: sums of weights of decisions, by bin and by whether the target is positive. */
interface Tally {
  label: string;
  rule: TallyRule;
  threshold?: number;
  bins: number;
  /** Each column has counts of its own. */
  perColumn: boolean;
  classId: number | undefined;
}

/** Columns that a tally counts. */
export const countedColumns = (outputs: number, { classId }: ClassHyperparameters): number =>
  classId === undefined ? outputs : 1;

export function emitTally(
  builder: ProgramBuilder,
  { prediction, target, targets, out, weights }: MetricInputs,
  { label, rule, threshold = 0, bins, perColumn, classId }: Tally,
): void {
  const compared = targets === 'labels' ? { labels: target } : { target };
  const scalars = {
    rule: TALLY_RULES[rule],
    threshold: Math.fround(threshold),
    bins,
    perColumn: perColumn ? 1 : 0,
    firstColumn: classId ?? 0,
    columns: countedColumns(prediction.cols, { classId }),
  };
  const operands = { p: prediction, ...compared, weights, sums: out };
  // Only the first rank's sums are read.
  builder.emit('tally', operands, scalars, { phase: PHASES.merge, split: 'first', label });
}

/** a / b, and 0 where there is nothing to divide by, as Keras decides. */
export const ratio = (a: number, b: number): number => (b === 0 ? 0 : a / b);
