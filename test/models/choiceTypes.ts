import {
  type Callback,
  type CompileOptions,
  callbacks,
  type Loss,
  type Metric,
  type MetricName,
  type Optimizer,
  type Sequential,
  schedules,
} from 'steepest';

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
  model.compile({ loss, optimizer: { name: 'sgd', learningRate: { schedule: 'constant', from: 0.1 } } });
  model.learningRate = { schedule: 'piecewise', rates: [0.1, 0.01], epochs: [3], warmup: 1 };
  model.learningRate = schedules.oneCycle({ peak: 0.1, steps: 100, rise: undefined });
  const rate: number = model.learningRate;
  model.learningRate = rate / 2;
  // @ts-expect-error a schedule has steps or epochs
  model.learningRate = { schedule: 'cosine', from: 0.1 };
  // @ts-expect-error not both
  model.learningRate = { schedule: 'cosine', from: 0.1, steps: 1, epochs: 1 };
  // @ts-expect-error the times of piecewise are a list
  model.learningRate = { schedule: 'piecewise', rates: [1, 2], steps: 4 };
  // @ts-expect-error cosine has no factor
  model.learningRate = { schedule: 'cosine', from: 0.1, factor: 2, steps: 4 };
  // @ts-expect-error there is no such schedule
  model.learningRate = { schedule: 'cosin', from: 0.1, steps: 4 };
  // @ts-expect-error exponential needs a factor
  schedules.exponential({ from: 1, steps: 10 });
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
  const options: CompileOptions = { loss, metrics: { name: 'f1', classId: 1, weighted: true } };
  model.compile(options);
  const names: MetricName[] = ['mae', 'topK'];
  model.compile({ loss, metrics: names });
  // @ts-expect-error mae has no threshold
  model.compile({ loss, metrics: { name: 'mae', threshold: 0.5 } });
  // @ts-expect-error mae in a list has none either
  model.compile({ loss, metrics: ['accuracy', { name: 'mae', threshold: 0.5 }] });
}

/**
 * What a model reports is typed by its metrics. (README's sample is compiled with
 * `noUncheckedIndexedAccess`.)
 */
export async function reports(model: Sequential): Promise<void> {
  const loss = 'binaryCrossentropy';
  const [x, y] = [[[1]], [1]];
  const metrics = ['acc', { name: 'binaryAccuracy', threshold: 0.3 }, 'mean_squared_error'] as const;
  const typed: Sequential<'accuracy' | 'binaryAccuracy' | 'mse'> = model.compile({ loss, metrics });
  const { history } = await typed.fit(x, y, {
    callbacks: {
      onEpochEnd({ logs, model: same }) {
        const sum: number = logs.loss + logs.accuracy + logs.binaryAccuracy + logs.mse;
        const copy: Sequential<'accuracy'> = same;
        return sum > 0 && copy === same;
      },
      onEpochBegin({ logs }) {
        // @ts-expect-error there are no logs before the first epoch
        return logs.accuracy > 1;
      },
    },
  });
  const lists: number[][] = [history.loss, history.accuracy, history.binaryAccuracy, history.mse];
  const { accuracy }: { accuracy: number } = await typed.evaluate(x, y);
  const one: Sequential<'accuracy'> = model.compile({ loss, metrics: 'accuracy' });
  // @ts-expect-error mae was not asked for
  const other: Sequential<'mae'> = one;
  const any: Metric[] = ['accuracy'];
  // @ts-expect-error nobody knows which metrics these are
  const unknown: Sequential<'accuracy'> = model.compile({ loss, metrics: any });
  const forAny: Callback = { onEpochEnd: ({ logs, stop }) => (logs.loss < 1 ? stop('low') : undefined) };
  await typed.fit(x, y, { callbacks: [forAny, callbacks.earlyStopping()] });
  const anyModel: Sequential = typed;
  console.log(lists, accuracy, other, unknown, anyModel);
}
