import {
  layers,
  type Schedule,
  type Sequential,
  SteepestError,
  scheduleNames,
  schedules,
  sequential,
} from 'steepest';
import { describe, expect, it } from 'vitest';
import { JUNK } from './junk.js';

function compiled(learningRate: unknown): Sequential {
  const layer = layers.dense({ units: 1, inputShape: [1] });
  const optimizer = { name: 'adam', learningRate: learningRate as number } as const;
  return sequential({ layers: [layer] }).compile({ optimizer, loss: 'meanSquaredError' });
}

function errorOf(call: () => unknown): SteepestError {
  try {
    call();
  } catch (error) {
    expect(error).toBeInstanceOf(SteepestError);
    return error as SteepestError;
  }
  return expect.fail('accepted');
}
const messageOf = (schedule: unknown): string => errorOf(() => compiled(schedule)).message;

/** Each schedule with all its options, none the default. */
const COMPLETE: Record<(typeof scheduleNames)[number], Schedule> = {
  constant: { schedule: 'constant', from: 0.5, steps: 9, warmup: 3 },
  step: { schedule: 'step', from: 0.5, factor: 0.25, epochs: 9, warmup: 2.5 },
  piecewise: { schedule: 'piecewise', rates: [0.5, 0, 0.25], steps: [3, 8], warmup: 3 },
  exponential: { schedule: 'exponential', from: 0.5, factor: 0.75, staircase: true, steps: 9, warmup: 20 },
  inverseTime: { schedule: 'inverseTime', from: 0.5, decay: 3, staircase: true, epochs: 0.5, warmup: 1 },
  polynomial: { schedule: 'polynomial', from: 0.5, to: 0.25, power: 0.5, steps: 9, warmup: 8 },
  cosine: { schedule: 'cosine', from: 0.5, to: 0.75, epochs: 9, warmup: 8.5 },
  cosineRestarts: {
    schedule: 'cosineRestarts',
    from: 0.5,
    to: 0.25,
    lengthFactor: 3,
    peakFactor: 0.5,
    steps: 9,
    warmup: 20,
  },
  oneCycle: { schedule: 'oneCycle', peak: 0.5, from: 0.125, to: 0.25, rise: 0, epochs: 9, warmup: 1 },
};
const complete = scheduleNames.map((name) => COMPLETE[name]);

describe('a schedule', () => {
  it.each(complete)('$schedule is kept whole, printed, and made by its helper', (schedule) => {
    const model = compiled(schedule);
    const { optimizer } = model.compileConfig!;
    expect((optimizer as { learningRate: unknown }).learningRate).toEqual(schedule);
    expect(compiled((optimizer as { learningRate: unknown }).learningRate).compileConfig).toEqual(
      model.compileConfig,
    );
    const { schedule: name, ...options } = schedule;
    expect((schedules[name] as (o: unknown) => unknown)(options)).toEqual(schedule);
    const printed = Object.entries(options).map(([key, value]) => {
      if (value === true) return key;
      return `${key} ${Array.isArray(value) ? `[${value.join(', ')}]` : String(value)}`;
    });
    for (const part of printed) expect(model.summary()).toContain(part);
    expect(model.summary()).toContain(`learningRate ${name} (`);
  });

  it('has the defaults that are documented', () => {
    const steps = 4;
    expect([
      schedules.constant({ from: 1 }),
      schedules.step({ from: 1, steps }),
      schedules.exponential({ from: 1, factor: 2, steps }),
      schedules.inverseTime({ from: 1, steps }),
      schedules.polynomial({ from: 1, steps }),
      schedules.cosine({ from: 1, steps }),
      schedules.cosineRestarts({ from: 1, steps }),
      schedules.oneCycle({ peak: 1, steps }),
    ]).toEqual([
      { schedule: 'constant', from: 1, warmup: 0 },
      { schedule: 'step', from: 1, factor: 0.1, steps, warmup: 0 },
      { schedule: 'exponential', from: 1, factor: 2, staircase: false, steps, warmup: 0 },
      { schedule: 'inverseTime', from: 1, decay: 1, staircase: false, steps, warmup: 0 },
      { schedule: 'polynomial', from: 1, to: 0, power: 1, steps, warmup: 0 },
      { schedule: 'cosine', from: 1, to: 0, steps, warmup: 0 },
      { schedule: 'cosineRestarts', from: 1, to: 0, lengthFactor: 1, peakFactor: 1, steps, warmup: 0 },
      { schedule: 'oneCycle', peak: 1, from: 0.04, to: 0.04 / 1e4, rise: 0.3, steps, warmup: 0 },
    ]);
  });

  it('does not change when the object that was given does', () => {
    const given = { schedule: 'piecewise', rates: [0.5, 0.25], steps: [3] };
    const model = compiled(given);
    given.rates[0] = 9;
    given.steps[0] = 1;
    expect(model.learningRate).toBe(0.5);
    const rates = (model.compileConfig!.optimizer as unknown as { learningRate: { rates: number[] } })
      .learningRate;
    rates.rates[0] = 7;
    expect(model.learningRate).toBe(0.5);
  });

  it('is printed on one line if its lists are long', () => {
    const many = {
      schedule: 'piecewise',
      rates: [...Array(101).keys()],
      steps: [...Array(100).keys()].map((i) => i + 1),
    };
    expect(compiled(many).summary()).toContain(
      'rates [0, 1, 2, 3, 4, 5, … 101], steps [1, 2, 3, 4, 5, 6, … 100]',
    );
  });
});

describe('a wrong schedule is refused', () => {
  it.each(JUNK)('%s', (_, value) => {
    if (typeof value === 'number' && value > 0 && value < 2 ** 60) return;
    const { code, message } = errorOf(() => compiled(value));
    expect(['ERR_ARGUMENT', 'ERR_UNKNOWN_NAME']).toContain(code);
    expect(message).toMatch(/^expected adam\.learningRate/);
  });

  it.each(complete)('$schedule with junk in any option', (schedule) => {
    for (const key of Object.keys(schedule)) {
      for (const [name, value] of JUNK) {
        if (typeof value === 'number' || typeof value === 'boolean') continue;
        const { code, message } = errorOf(() => compiled({ ...schedule, [key]: value }));
        expect(['ERR_ARGUMENT', 'ERR_UNKNOWN_NAME'], name).toContain(code);
        expect(message, `${key}: ${name}`).toContain(`adam.learningRate`);
        expect(message.length).toBeLessThan(500);
      }
    }
  });

  it.each(complete)('$schedule without an option that it needs, or with one that it lacks', (schedule) => {
    expect(messageOf({ ...schedule, momentum: 1 })).toMatch(/to have only schedule, .*given 'momentum'/);
    const first = Object.keys(schedule)[1]!;
    expect(messageOf({ ...schedule, [first]: undefined })).toContain(`adam.learningRate.${first} to be`);
    const both = { ...schedule, steps: 50, epochs: 50 };
    expect(messageOf(both)).toContain('with steps or epochs, given both');
    expect(messageOf({ ...schedule, steps: undefined, epochs: undefined })).toContain('given neither');
  });

  it.each([
    [{ schedule: 'cosine', from: 1, steps: 1.5 }, 'steps to be a whole number of at least 1'],
    [{ schedule: 'cosine', from: 1, steps: 9, warmup: 1.5 }, 'warmup to be a whole number of at least 0'],
    [{ schedule: 'cosine', from: 1, steps: 9, warmup: 9 }, 'warmup below 9'],
    [{ schedule: 'oneCycle', peak: 1, epochs: 9, warmup: 9.5 }, 'warmup below 9'],
    [{ schedule: 'constant', from: 1, epochs: 9, warmup: 9 }, 'warmup below 9'],
    [{ schedule: 'constant', from: 1, warmup: 9 }, 'given neither'],
    [{ schedule: 'cosine', from: 0, steps: 9 }, 'from to be a number above 0'],
    [{ schedule: 'cosine', from: 1e-40, steps: 9 }, 'from to be a number above 0'],
    [{ schedule: 'cosine', from: 1, to: -1, steps: 9 }, 'to to be a number of at least 0'],
    [{ schedule: 'oneCycle', peak: 1, rise: 1, steps: 9 }, 'rise to be'],
    [
      { schedule: 'cosineRestarts', from: 1, lengthFactor: 1.5, steps: 9 },
      'lengthFactor to be a whole number',
    ],
    [{ schedule: 'cosineRestarts', from: 1, peakFactor: 2, steps: 9 }, 'peakFactor to be'],
    [{ schedule: 'piecewise', rates: [1, 2], steps: [] }, 'with at least one time'],
    [{ schedule: 'piecewise', rates: [1, 2], steps: 4 }, 'steps to be a list'],
    [{ schedule: 'piecewise', rates: [1, 2, 3], steps: [4, 4] }, 'steps to ascend, given 4 after 4'],
    [
      { schedule: 'piecewise', rates: [1, 2, 3], steps: [4] },
      '2 rates, one more than there are times, given 3 rates',
    ],
    [{ schedule: 'piecewise', rates: [1, 2], steps: [4], warmup: 5 }, 'warmup at most 4, the first of steps'],
    [{ schedule: 'piecewise', rates: [1, Number.NaN], steps: [4] }, 'rates[1] to be a number of at least 0'],
    [{ from: 1, steps: 9 }, 'to have a schedule'],
    ['cosine', "Write { schedule: 'cosine', … }"],
    ['CosineDecay', "Write { schedule: 'cosine', … }"],
  ])('%o', (schedule, words) => {
    expect(messageOf(schedule)).toContain(words);
  });

  it('names the optimizer, the property or the helper', () => {
    const fault = { from: -1, steps: 4 };
    expect(errorOf(() => schedules.cosine(fault)).message).toContain('schedules.cosine.from');
    const model = compiled(1);
    expect(
      errorOf(() => {
        model.learningRate = { schedule: 'cosine', ...fault };
      }).message,
    ).toContain('model.learningRate.from');
    expect(errorOf(() => schedules.cosine(3 as never)).message).toContain('schedules.cosine');
  });
});

describe('names of Keras and PyTorch', () => {
  it.each([
    ['CosineDecay', 'cosine'],
    ['CosineAnnealingLR', 'cosine'],
    ['cosine_decay_restarts', 'cosineRestarts'],
    ['CosineAnnealingWarmRestarts', 'cosineRestarts'],
    ['ExponentialDecay', 'exponential'],
    ['ExponentialLR', 'exponential'],
    ['InverseTimeDecay', 'inverseTime'],
    ['inverse_time', 'inverseTime'],
    ['PolynomialDecay', 'polynomial'],
    ['LinearLR', 'polynomial'],
    ['PiecewiseConstantDecay', 'piecewise'],
    ['MultiStepLR', 'piecewise'],
    ['StepLR', 'step'],
    ['OneCycleLR', 'oneCycle'],
    ['ConstantLR', 'constant'],
    ['cosin', 'cosine'],
  ])('%s', (theirs, ours) => {
    expect(messageOf({ schedule: theirs, from: 1, steps: 4 })).toContain(`Did you mean '${ours}'?`);
  });

  it.each(['ReduceLROnPlateau', 'CyclicLR', 'LambdaLR'])('%s has no counterpart', (theirs) => {
    expect(messageOf({ schedule: theirs, from: 1, steps: 4 })).not.toContain('Did you mean');
  });

  it.each([
    ['cosine', 'initial_learning_rate', 'from'],
    ['cosine', 'lr', 'from'],
    ['cosine', 'eta_min', 'to'],
    ['cosine', 'decay_steps', 'steps'],
    ['cosine', 'T_max', 'epochs'],
    ['cosine', 'warmup_steps', 'warmup'],
    ['cosine', 'warmpu', 'warmup'],
    ['polynomial', 'end_learning_rate', 'to'],
    ['step', 'gamma', 'factor'],
    ['step', 'step_size', 'steps'],
    ['exponential', 'decay_rate', 'factor'],
    ['inverseTime', 'decay_rate', 'decay'],
    ['piecewise', 'values', 'rates'],
    ['piecewise', 'boundaries', 'steps'],
    ['piecewise', 'milestones', 'epochs'],
    ['cosineRestarts', 'T_mult', 'lengthFactor'],
    ['cosineRestarts', 'm_mul', 'peakFactor'],
    ['cosineRestarts', 'T_0', 'epochs'],
    ['oneCycle', 'max_lr', 'peak'],
    ['oneCycle', 'pct_start', 'rise'],
    ['oneCycle', 'total_steps', 'steps'],
  ] as const)('%s.%s', (schedule, theirs, ours) => {
    expect(messageOf({ ...COMPLETE[schedule], [theirs]: 1 })).toContain(`Did you mean '${ours}'?`);
  });
});
