import type { LossDefinition } from '../losses/definition.js';
import type { ResolvedLoss } from '../losses/index.js';

/**
 * What the outputs of a network of classes are. A larger score is a likelier class, and with one
 * output a score or logit above 0 is the second class.
 */
export type OutputKind = 'probabilities' | 'logits' | 'scores';

/** What a model's outputs are for a loss whose targets may be classes; undefined for other losses. */
export function outputsFor({ targets, fuses, classes }: LossDefinition): LossDefinition['classes'] {
  return classes ?? (targets === 'labels' || fuses !== undefined ? 'probabilities' : undefined);
}

/**
 * The same for a loss with its hyperparameters: logits if `fromLogits` says so. Without a loss they
 * are taken for probabilities.
 */
export function outputKind(loss: ResolvedLoss | undefined): OutputKind | undefined {
  if (loss === undefined) return 'probabilities';
  const outputs = outputsFor(loss.definition);
  return outputs !== undefined && loss.hyperparameters.fromLogits === true ? 'logits' : outputs;
}
