import type { Loss, Metric, Optimizer, Sequential } from 'steepest';

/**
 * What TypeScript knows of the hyperparameters of each optimizer, loss and metric. Nobody calls it: `npm run typecheck`
 * fails where a line below is accepted or refused wrongly.
 */
export function types(model: Sequential): void {
  const right: [Optimizer, Loss, Metric][] = [
    ['adam', 'meanSquaredError', 'mae'],
    [
      { name: 'sgd', momentum: 0.9, nesterov: true },
      { name: 'binaryCrossentropy', fromLogits: true },
      { name: 'binaryAccuracy', threshold: 0.3 },
    ],
    [{ name: 'adamw', weightDecay: undefined }, { name: 'meanAbsoluteError' }, { name: 'r2' }],
  ];
  right.push([{ name: 'adam', clipValue: 1 }, 'meanSquaredError', 'mae']);
  for (const [optimizer, loss, metric] of right) model.compile({ optimizer, loss, metrics: [metric] });
  const loss = 'meanSquaredError';
  // @ts-expect-error sgd has no beta1
  model.compile({ loss, optimizer: { name: 'sgd', beta1: 0.9 } });
  // @ts-expect-error clipValue is a number
  model.compile({ loss, optimizer: { name: 'sgd', clipValue: true } });
  // @ts-expect-error momentum is a number
  model.compile({ loss, optimizer: { name: 'sgd', momentum: true } });
  // @ts-expect-error this loss takes no logits
  model.compile({ loss: { name: 'meanSquaredError', fromLogits: true } });
  // @ts-expect-error fromLogits is a boolean
  model.compile({ loss: { name: 'binaryCrossentropy', fromLogits: 1 } });
  // @ts-expect-error a misspelled hyperparameter
  model.compile({ loss: { name: 'binaryCrossentropy', fromLogit: true } });
  // @ts-expect-error there is no such metric
  model.compile({ loss, metrics: ['mean'] });
  model.compile({ loss: { name: 'huber', delta: 2 } });
  // @ts-expect-error delta is a number
  model.compile({ loss: { name: 'huber', delta: '2' } });
  model.compile({ loss: { name: 'binary_crossentropy', fromLogits: true }, metrics: ['acc', 'mse'] });
  // @ts-expect-error a synonym has the hyperparameters of what it stands for
  model.compile({ loss: { name: 'mean_squared_error', fromLogits: true } });
  // @ts-expect-error capitals are no synonym
  model.compile({ loss: 'MSE' });
  // @ts-expect-error mae has no threshold
  model.compile({ loss, metrics: { name: 'mae', threshold: 0.5 } });
}
