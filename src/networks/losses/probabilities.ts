/** What losses of probabilities have in common. */
import { fraction } from '../../core/definition.js';
import type { Operand } from '../../kernels/contract.js';
import type { ProgramBuilder } from '../../program/builder.js';
import type { LossInputs, TargetKind } from './definition.js';
import { PROBABILITIES } from './targetRange.js';

/** Hyperparameters of cross-entropies. */
export type CrossEntropyHyperparameters = {
  /** True if the model's output is logits. Default false. */
  fromLogits: boolean;
  /**
   * ε: each target t is replaced by t·(1 − ε) + ε/K with K classes, or + ε/2 for yes-no questions
   * (Szegedy et al. 2016; Keras's label_smoothing). Default 0.
   */
  labelSmoothing: number;
};

export const onLogitsToo = {
  defaults: { fromLogits: false, labelSmoothing: 0 },
  ranges: { labelSmoothing: fraction },
  targetRange: PROBABILITIES,
} as const;

/** Where a loss on logits writes its probabilities. */
export const probabilitiesOf = (builder: ProgramBuilder, logits: Operand): Operand =>
  builder.batchMatrix('loss.probabilities', logits.cols);

/**
 * The targets of a loss under their operand's name, smoothed if the user wants that.
 * @param share the part of ε that a column gets whatever its target
 */
export function smoothed(
  builder: ProgramBuilder,
  { prediction, target }: Pick<LossInputs, 'prediction' | 'target'>,
  targets: TargetKind,
  { labelSmoothing, share }: { labelSmoothing: number; share: number },
): { labels: Operand } | { target: Operand } {
  if (labelSmoothing === 0) return targets === 'labels' ? { labels: target } : { target };
  // Metrics read the targets as they were given.
  const y = builder.batchMatrix(`loss.target.${labelSmoothing}.${share}`, prediction.cols);
  const off = labelSmoothing * share;
  const kept = 1 - labelSmoothing;
  const label = 'smoothing';
  if (targets === 'labels') {
    const scalars = { on: Math.fround(kept + off), off: Math.fround(off) };
    builder.emit('oneHot', { labels: target, y }, scalars, { label });
  } else {
    const scalars = { scale: Math.fround(kept), offset: Math.fround(off) };
    builder.emit('scaleShift', { x: target, y }, scalars, { label });
  }
  return { target: y };
}
