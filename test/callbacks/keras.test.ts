import { readFileSync } from 'node:fs';
import { callbacks } from 'steepest';
import { describe, expect, it } from 'vitest';
import type { CallbackSession, FitFacts } from '#steepest/networks/callbacks/definition.js';
import { earlyStopping } from '#steepest/networks/callbacks/earlyStopping.js';
import { reduceOnPlateau } from '#steepest/networks/callbacks/reduceOnPlateau.js';
import type { ModelState } from '#steepest/networks/training/state.js';

interface Case {
  options: Record<string, number | boolean | string>;
  sixteenths: number[];
}
interface StoppingCase extends Case {
  epochs: number;
  stopped: boolean;
  best: number;
  weights: number;
}
interface PlateauCase extends Case {
  changes: [epoch: number, rate: number][];
}

const fixture = JSON.parse(readFileSync(new URL('../fixtures/callbacks.json', import.meta.url), 'utf8')) as {
  earlyStopping: StoppingCase[];
  reduceOnPlateau: PlateauCase[];
};

/** A fit that only counts: the parameters of an epoch are its number. */
class Counting {
  epoch = 0;
  became: number | undefined;
  isStopped = false;
  readonly model = { learningRate: 0.5, save: async () => {} };
  readonly facts: FitFacts = {
    logs: ['loss', 'mae'],
    bestOf: () => 'min',
    epochs: 100,
    state: () => ({ step: this.epoch }) as ModelState,
    become: ({ step }) => {
      this.became = step;
    },
  };

  context(value: number) {
    const { epoch, model } = this;
    const stop = (): void => {
      this.isStopped = true;
    };
    return { model, epoch, step: epoch, logs: { loss: value }, learningRate: 0.5, stop };
  }
}

/** Runs epochs until a session ends them; from epoch `resumedAt` on with a new session. */
async function run(make: (fit: FitFacts) => CallbackSession, values: readonly number[], resumedAt: number) {
  const counting = new Counting();
  let session = make(counting.facts);
  for (const [epoch, value] of values.entries()) {
    counting.epoch = epoch;
    if (epoch === resumedAt) {
      const state: unknown = JSON.parse(JSON.stringify(session.state!()));
      const { keeps } = session;
      session = make(counting.facts);
      session.restore!(state);
      if (keeps) session.keep?.(keeps);
    }
    await session.onEpochEnd!(counting.context(value), 0.5);
    if (counting.isStopped) break;
  }
  await session.onTrainEnd?.({ ...counting.context(0), error: undefined });
  return { counting, session };
}

describe.each([-1, 3, 9])('decisions of Keras, with a new session at epoch %i', (resumedAt) => {
  it(`of EarlyStopping, ${fixture.earlyStopping.length} curves`, async () => {
    for (const { options, sixteenths, ...expected } of fixture.earlyStopping) {
      const { name: _, ...complete } = callbacks.earlyStopping({ monitor: 'loss', ...options });
      const values = sixteenths.map((n) => n / 16);
      const { counting, session } = await run(
        (fit) => earlyStopping.session(complete, fit),
        values,
        resumedAt,
      );
      const what = JSON.stringify({ options, sixteenths });
      expect(counting.epoch + 1, what).toBe(expected.epochs);
      expect(counting.isStopped, what).toBe(expected.stopped);
      expect(session.bestEpoch!(), what).toBe(expected.best);
      expect(counting.became ?? counting.epoch, what).toBe(expected.weights);
    }
  });

  it(`of ReduceLROnPlateau, ${fixture.reduceOnPlateau.length} curves`, async () => {
    for (const { options, sixteenths, changes } of fixture.reduceOnPlateau) {
      const { name: _, ...complete } = callbacks.reduceOnPlateau({ monitor: 'loss', ...options });
      const seen: [number, number][] = [];
      let last = 0.5;
      const make = (fit: FitFacts): CallbackSession => {
        const session = reduceOnPlateau.session(complete, fit);
        return {
          ...session,
          onEpochEnd(context) {
            session.onEpochEnd!(context, 0.5);
            const rate = context.model.learningRate;
            if (rate !== last) seen.push([context.epoch, rate]);
            last = rate;
          },
        };
      };
      await run(
        make,
        sixteenths.map((n) => n / 16),
        resumedAt,
      );
      expect(seen, JSON.stringify({ options, sixteenths })).toEqual(changes);
    }
  });
});
