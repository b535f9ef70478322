import { choiceText } from '../../core/definition.js';
import type { Objective } from './compile.js';

/** `optimizer sgd (learningRate 0.1), loss meanSquaredError, metrics mae`. */
export function objectiveText({ optimizer, loss, metrics }: Objective): string {
  const metricText = metrics.length === 0 ? '' : `, metrics ${metrics.map(choiceText).join(', ')}`;
  return `optimizer ${choiceText(optimizer)}, loss ${choiceText(loss)}${metricText}`;
}
