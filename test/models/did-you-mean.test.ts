import {
  type CallbackContext,
  type FitOptions,
  layers,
  type MetricName,
  SteepestError,
  sequential,
} from 'steepest';
import { describe, expect, it } from 'vitest';

const build = (units = 1) =>
  sequential({ layers: [layers.dense({ units, inputShape: [2], activation: 'sigmoid' })] });
const x = [
  [0, 1],
  [1, 0],
];
const y = [0, 1];

async function hintOf(call: () => unknown): Promise<string> {
  try {
    await call();
  } catch (error) {
    expect(error).toBeInstanceOf(SteepestError);
    expect((error as SteepestError).code).toBe('ERR_UNKNOWN_NAME');
    return (error as SteepestError).hint;
  }
  return 'accepted';
}

const question = (name: string): string => `Did you mean '${name}'?`;

describe('names of Keras, PyTorch, scikit-learn and TensorFlow.js', () => {
  it.each([
    ['MSE', 'meanSquaredError'],
    ['kullback_leibler_divergence', 'klDivergence'],
    ['KLDivLoss', 'klDivergence'],
    ['pinball_loss', 'quantile'],
    ['MSELoss', 'meanSquaredError'],
    ['mean-squared-error', 'meanSquaredError'],
    ['BinaryCrossentropy', 'binaryCrossentropy'],
    ['squared_error', 'meanSquaredError'],
    ['L1Loss', 'meanAbsoluteError'],
    ['binaryCrossEntropy', 'binaryCrossentropy'],
    ['BCEWithLogitsLoss', 'binaryCrossentropy'],
    ['log_loss', 'binaryCrossentropy'],
    ['softmaxCrossEntropy', 'categoricalCrossentropy'],
    ['CrossEntropyLoss', 'sparseCategoricalCrossentropy'],
    ['cross_entropy', 'sparseCategoricalCrossentropy'],
    ['SparseCategoricalCrossentropy', 'sparseCategoricalCrossentropy'],
    ['NLLLoss', 'sparseCategoricalCrossentropy'],
  ])('loss %s', async (given, ours) => {
    expect(await hintOf(() => build().compile({ loss: given as never }))).toBe(question(ours));
    expect(await hintOf(() => build().compile({ loss: { name: given as never } }))).toBe(question(ours));
  });

  it.each([
    ['accuracy_score', 'accuracy'],
    ['MSE', 'mse'],
    ['squared_error', 'mse'],
    ['BinaryAccuracy', 'binaryAccuracy'],
    ['R2Score', 'r2'],
    ['AUC', 'rocAuc'],
    ['precision_score', 'precision'],
    ['roc_auc_score', 'rocAuc'],
    ['sensitivity', 'recall'],
  ])('metric %s', async (given, ours) => {
    const compile = (metrics: unknown) =>
      build().compile({ loss: 'meanSquaredError', metrics: metrics as MetricName });
    expect(await hintOf(() => compile(given))).toBe(question(ours));
    expect(await hintOf(() => compile(['mse', given]))).toBe(question(ours));
  });

  it.each([
    ['SGD', 'sgd'],
    ['RMSprop', 'rmsprop'],
    ['rms_prop', 'rmsprop'],
    ['Adam', 'adam'],
    ['AdamW', 'adamw'],
    ['gradientDescent', 'sgd'],
  ])('optimizer %s', async (given, ours) => {
    const loss = 'meanSquaredError';
    expect(await hintOf(() => build().compile({ loss, optimizer: given as never }))).toBe(question(ours));
  });

  it.each([
    ['adam', 'lr', 'learningRate'],
    ['sgd', 'learning_rate', 'learningRate'],
    ['sgd', 'learningrate', 'learningRate'],
    ['sgd', 'nesterovs_momentum', 'nesterov'],
    ['adam', 'beta_1', 'beta1'],
    ['adam', 'betas', 'beta1'],
    ['adam', 'eps', 'epsilon'],
    ['rmsprop', 'alpha', 'rho'],
    ['adamw', 'weight_decay', 'weightDecay'],
    ['adamw', 'decay', 'weightDecay'],
  ])('%s.%s', async (name, given, ours) => {
    const optimizer = { name, [given]: 0.1 } as never;
    expect(await hintOf(() => build().compile({ loss: 'meanSquaredError', optimizer }))).toBe(question(ours));
  });

  it.each([
    ['ReLU', 'relu'],
    ['LeakyReLU', 'leakyRelu'],
    ['logistic', 'sigmoid'],
    ['identity', 'linear'],
    ['SiLU', 'silu'],
    ['SELU', 'selu'],
    ['ReLU6', 'relu6'],
    ['HardSwish', 'hardSwish'],
    ['exp', 'exponential'],
    ['Softmax', 'softmax'],
  ])('activation %s', async (given, ours) => {
    expect(await hintOf(() => layers.dense({ units: 1, activation: given as never }))).toBe(question(ours));
    expect(await hintOf(() => layers.activation({ activation: { name: given as never } }))).toBe(
      question(ours),
    );
  });

  it.each([
    ['GlorotUniform', 'glorotUniform'],
    ['xavier_uniform', 'glorotUniform'],
    ['xavierNormal', 'glorotNormal'],
    ['kaiming_normal_', 'heNormal'],
    ['Zeros', 'zeros'],
  ])('initializer %s', async (given, ours) => {
    expect(await hintOf(() => layers.dense({ units: 1, kernelInitializer: given as never }))).toBe(
      question(ours),
    );
  });

  it.each([
    ['dense', { units: 1 }, 'input_dim', 'inputShape'],
    ['dense', { units: 1 }, 'use_bias', 'useBias'],
    ['dense', { units: 1 }, 'bias', 'useBias'],
    ['dense', {}, 'out_features', 'units'],
    ['dense', { units: 1 }, 'kernel_regularizer', 'kernelRegularizer'],
    ['conv2d', { filters: 1 }, 'kernel_size', 'kernelSize'],
    ['conv2d', { kernelSize: 1 }, 'out_channels', 'filters'],
    ['conv2d', { filters: 1, kernelSize: 1 }, 'stride', 'strides'],
    ['conv2d', { filters: 1, kernelSize: 1 }, 'dilation', 'dilationRate'],
    ['maxPool2d', {}, 'pool_size', 'poolSize'],
    ['maxPool2d', {}, 'kernel_size', 'poolSize'],
    ['dropout', {}, 'p', 'rate'],
    ['batchNorm', {}, 'eps', 'epsilon'],
    ['rescaling', {}, 'factor', 'scale'],
    ['reshape', {}, 'target_shape', 'targetShape'],
  ] as const)('layers.%s %j with %s', async (type, options, given, ours) => {
    const make = layers[type] as (config: object) => unknown;
    expect(await hintOf(() => make({ ...options, [given]: 1 }))).toBe(question(ours));
  });

  it.each([
    ['Linear', 'dense'],
    ['Dense', 'dense'],
    ['conv2D', 'conv2d'],
    ['MaxPooling2D', 'maxPool2d'],
    ['GlobalAveragePooling2D', 'globalAveragePool2d'],
    ['BatchNormalization', 'batchNorm'],
    ['BatchNorm2d', 'batchNorm'],
    ['LayerNormalization', 'layerNorm'],
  ])('layers of type %s', async (type, ours) => {
    expect(await hintOf(() => sequential({ layers: [{ type }] }))).toBe(question(ours));
  });

  it.each([
    ['lr', 'It belongs to the optimizer'],
    ['learning_rate', 'It belongs to the optimizer'],
    ['optimiser', question('optimizer')],
    ['criterion', question('loss')],
    ['metric', question('metrics')],
    ['batch_size', 'Pass it to fit()'],
  ])('compile({ %s })', async (name, hint) => {
    const options = { loss: 'meanSquaredError', [name]: 1 } as never;
    expect(await hintOf(() => build().compile(options))).toContain(hint);
  });

  it.each([
    ['batch_size', question('batchSize')],
    ['validation_split', question('validationSplit')],
    ['validation_data', question('validationData')],
    ['class_weight', question('classWeight')],
    ['sample_weight', question('sampleWeight')],
    ['nEpochs', question('epochs')],
    ['checkpointDir', question('resume')],
    ['initial_epoch', question('initialEpoch')],
    ['steps_per_epoch', question('stepsPerEpoch')],
    ['batchesPerEpoch', question('stepsPerEpoch')],
    ['validation_steps', question('validationSteps')],
    ['validationBatches', question('validationSteps')],
    ['max_iter', question('epochs')],
    ['n_jobs', question('workers')],
    ['epoch', question('epochs')],
    ['verbose', 'progress: true'],
    ['learningRate', 'It belongs to the optimizer'],
    ['loss', 'Pass it to compile()'],
    ['onEpochEnd', 'callbacks: {'],
    ['patience', 'callbacks.earlyStopping({'],
    ['maxTime', 'callbacks.timeLimit({'],
    ['seed', 'sequential({ seed'],
  ])('fit(x, y, { %s })', async (name, hint) => {
    const model = build().compile({ loss: 'meanSquaredError' });
    const before = model.getWeights();
    expect(await hintOf(() => model.fit(x, y, { [name]: 1 } as FitOptions))).toContain(hint);
    expect(model.getWeights()).toEqual(before);
  });

  it('options of other methods, and what rows consist of', async () => {
    const model = build().compile({ loss: 'meanSquaredError' });
    expect(await hintOf(() => model.evaluate(x, y, { batch_size: 1 } as never))).toBe(question('batchSize'));
    expect(await hintOf(() => model.predict(x, { threads: 1 } as never))).toBe(question('workers'));
    expect(await hintOf(() => model.gradients(x, y, { sample_weight: 1 } as never))).toBe(
      question('sampleWeight'),
    );
    expect(await hintOf(() => model.explain({ batch_size: 1 } as never))).toBe(question('batchSize'));
    expect(
      await hintOf(() =>
        build().compile({ loss: { name: 'binaryCrossentropy', from_logits: true } as never }),
      ),
    ).toBe(question('fromLogits'));
    const batch = { x, y, sample_weight: [1, 1] };
    expect(await hintOf(() => model.fit([batch] as never))).toBe(question('sampleWeight'));
    expect(await hintOf(() => model.predict([{ x, labels: y }] as never))).toBe(question('y'));
    const validationData = { x, y, weights: [1, 1] } as never;
    expect(await hintOf(() => model.fit(x, y, { validationData }))).toBe(question('sampleWeight'));
    expect(await hintOf(() => model.fit([{ x, y }], { sampleWeight: [1, 1] } as never))).toContain(
      'into the batches',
    );
  });
});

describe('names of what there is not are not taken for slips of the fingers', () => {
  it.each(['RAdam', 'ftrl', 'Rprop', 'lbfgs'])('optimizer %s', async (optimizer) => {
    const compile = () => build().compile({ loss: 'meanSquaredError', optimizer: optimizer as never });
    expect(await hintOf(compile)).toBe('Use one of the listed names.');
  });
  it.each(['SmoothL1Loss', 'ctc_loss', 'triplet_margin_loss', 'Dice'])('loss %s', async (loss) => {
    expect(await hintOf(() => build().compile({ loss: loss as never }))).toBe('Use one of the listed names.');
  });
  it.each(['hardTanh', 'logSoftmax'])('activation %s', async (activation) => {
    const make = () => layers.dense({ units: 1, activation: activation as never });
    expect(await hintOf(make)).toBe('Use one of the listed names.');
  });
  it.each(['prelu', 'PReLU'])('activation %s is a layer', async (activation) => {
    const make = () => layers.dense({ units: 1, activation: activation as never });
    expect(await hintOf(make)).toBe('Add layers.prelu() after the layer: it learns its slopes.');
  });
  it.each(['mean_iou', 'matthews_corrcoef', 'specificity'])('metric %s', async (metric) => {
    const compile = () => build().compile({ loss: 'meanSquaredError', metrics: metric as never });
    expect(await hintOf(compile)).toBe('Use one of the listed names.');
  });
});

describe('callbacks', () => {
  const model = build().compile({ loss: 'meanSquaredError' });
  const train = (callbacks: unknown) => model.fit(x, y, { callbacks: callbacks as never });

  it.each([
    ['on_epoch_end', 'onEpochEnd'],
    ['onEpochend', 'onEpochEnd'],
    ['onEpcohEnd', 'onEpochEnd'],
    ['epochEnd', 'onEpochEnd'],
    ['on_train_epoch_end', 'onEpochEnd'],
    ['on_validation_end', 'onEpochEnd'],
    ['onEpochStart', 'onEpochBegin'],
    ['on_train_batch_end', 'onBatchEnd'],
    ['onBatchEnds', 'onBatchEnd'],
    ['on_fit_start', 'onTrainBegin'],
    ['on_train_start', 'onTrainBegin'],
    ['onFitEnd', 'onTrainEnd'],
    ['everyNSteps', 'every'],
    ['stateDict', 'state'],
  ])('%s is no hook', async (name, ours) => {
    expect(await hintOf(() => train({ [name]() {}, onEpochEnd() {} }))).toBe(question(ours));
    expect(await hintOf(() => train([{ onEpochEnd() {} }, { [name]() {}, onEpochEnd() {} }]))).toBe(
      question(ours),
    );
  });

  it.each(['onBatchBegin', 'onTestEnd', 'best'])('%s is no hook either', async (name) => {
    expect(await hintOf(() => train({ [name]() {}, onEpochEnd() {} }))).toContain(
      'put the code into onTrain',
    );
  });

  it('of a class keep their own fields and methods, but no hooks that nobody calls', async () => {
    class Best {
      best = Number.POSITIVE_INFINITY;
      onEpochEnd({ logs }: CallbackContext): void {
        this.take(logs.loss);
      }
      take(loss: number): void {
        this.best = Math.min(this.best, loss);
      }
    }
    const best = new Best();
    const { history } = await train(best);
    expect(best.best).toBe(history.loss![0]);
    class Later extends Best {
      onEpochStart(): void {}
    }
    expect(await hintOf(() => train(new Later()))).toBe(question('onEpochBegin'));
  });

  it.each([
    [() => {}, 'Write { onEpochEnd({ epoch, logs }) { … } }.'],
    ['timeLimit', 'Write callbacks.timeLimit({ … }).'],
    [{ state: () => 1 }, 'Write { onEpochEnd({ epoch, logs }) { … } }.'],
  ])('are objects: %s is refused with the way to write it', async (given, hint) => {
    await expect(train(given)).rejects.toMatchObject({ code: 'ERR_ARGUMENT', hint });
  });

  it.each([
    [{ name: 'timelimit' }, question('timeLimit')],
    [{ name: 'timeLimit' }, 'Pass seconds.'],
    [{ name: 'timeLimit', second: 1 }, question('seconds')],
    [{ every: 10 }, 'Write { onEpochEnd({ epoch, logs }) { … } }.'],
    [{ every: 10, onEpochEnd() {} }, 'Leave every out, or write onBatchEnd({ step, logs }) { … }.'],
    [{ every: 0, onBatchEnd() {} }, 'Give a whole number of at least 1.'],
  ])('%j', async (given, hint) => {
    await expect(train(given)).rejects.toMatchObject({ hint });
    await expect(train([{ onEpochEnd() {} }, given])).rejects.toMatchObject({ hint });
  });
});

describe('values that stand for others', () => {
  it.each([
    [0.01, 'Write { l2: 0.01 }'],
    ['l2', 'Write { l2: 0.01 }'],
    ['L1', 'Write { l1: 0.01 }'],
    ['l1_l2', 'Write { l1: 0.01, l2: 0.01 }'],
    [true, 'or leave it out for no penalty'],
    [null, 'or leave it out for no penalty'],
    [[], 'or leave it out for no penalty'],
  ])('kernelRegularizer: %j', (kernelRegularizer, hint) => {
    expect(() => layers.dense({ units: 1, kernelRegularizer: kernelRegularizer as never })).toThrow(hint);
  });

  it('an AbortController in place of its signal', async () => {
    const model = build().compile({ loss: 'meanSquaredError' });
    await expect(model.fit(x, y, { signal: new AbortController() as never })).rejects.toThrow(
      'controller.signal',
    );
    await expect(model.fit(x, y, { signal: {} as never })).rejects.toMatchObject({ code: 'ERR_ARGUMENT' });
  });

  it('an array of several outputs that is a list of class numbers, and the reverse', async () => {
    const classes = (
      loss: 'categoricalCrossentropy' | 'sparseCategoricalCrossentropy' | 'binaryCrossentropy',
    ) =>
      sequential({ layers: [layers.dense({ units: 3, inputShape: [2], activation: 'softmax' })] }).compile({
        loss,
      });
    const numbers = [0, 2];
    const oneHot = [
      [1, 0, 0],
      [0, 0, 1],
    ];
    for (const call of ['fit', 'evaluate', 'gradients'] as const) {
      for (const given of [numbers, [[0], [2]], new Int32Array(numbers)]) {
        const error = await classes('categoricalCrossentropy')
          [call](x, given)
          .catch((e: unknown) => e);
        expect(error).toMatchObject({ code: 'ERR_SHAPE', given: '1 column' });
        expect((error as SteepestError).hint).toContain('use sparseCategoricalCrossentropy');
      }
      const error = await classes('sparseCategoricalCrossentropy')
        [call](x, oneHot)
        .catch((e: unknown) => e);
      expect((error as SteepestError).hint).toContain('use categoricalCrossentropy');
    }
    await expect(classes('binaryCrossentropy').fit(x, numbers)).rejects.toThrow(
      'sparseCategoricalCrossentropy',
    );
    await expect(classes('categoricalCrossentropy').fit([{ x, y: numbers }])).rejects.toThrow(
      'sparseCategoricalCrossentropy',
    );
    await expect(classes('sparseCategoricalCrossentropy').fit([{ x, y: oneHot }])).rejects.toThrow(
      'use categoricalCrossentropy',
    );
    const validationData = [x, numbers] as const;
    await expect(classes('categoricalCrossentropy').fit(x, oneHot, { validationData })).rejects.toThrow(
      'sparseCategoricalCrossentropy',
    );
  });

  it('one output for two classes, and logits that are none, before any data is seen', () => {
    const one = () =>
      sequential({ layers: [layers.dense({ units: 1, inputShape: [2], activation: 'softmax' })] });
    expect(() => one().compile({ loss: 'categoricalCrossentropy' })).toThrow(
      "use 'sigmoid' and binaryCrossentropy",
    );
    expect(() => one().compile({ loss: 'sparseCategoricalCrossentropy' })).toThrow("use 'sigmoid'");
    const loss = { name: 'binaryCrossentropy', fromLogits: true } as const;
    expect(() => build().compile({ loss })).toThrow('Leave fromLogits out');
  });
});
