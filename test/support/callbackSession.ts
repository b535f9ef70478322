import type { CallbackChoice, Sequential } from 'steepest';
import type { CallbackSession } from '#steepest/networks/callbacks/definition.js';
import { resolveCallback } from '#steepest/networks/callbacks/index.js';

/** A callback of the package, whose hooks a test calls in place of a fit. */
export interface Driven {
  session: CallbackSession;
  begin(): Promise<void>;
  epoch(epoch: number, logs: Readonly<Record<string, number>>, rate?: number): Promise<void>;
  state(): unknown;
  restore(state: unknown): void;
}

/**
 * @param logs names of the values that the fit would log
 * @param model the model that the fit would train, for callbacks that use one
 */
export function sessionOf(choice: CallbackChoice, logs: readonly string[], model?: Sequential): Driven {
  const { definition, options } = resolveCallback('callbacks', choice);
  const nobody = (): never => {
    throw new Error('this callback uses the state of the model');
  };
  const session = definition.session(options, {
    logs,
    epochs: 100,
    bestOf: () => 'min',
    state: model ? () => model.trainingState() : nobody,
    become: nobody,
  });
  const idle = { save: nobody, learningRate: 0.1 };
  const context = { model: model ?? idle, step: 0, learningRate: 0.1, stop: nobody };
  return {
    session,
    begin: async () => void (await session.onTrainBegin?.({ ...context, epoch: 0, logs: {} })),
    epoch: async (epoch, values, rate = 0.1) =>
      void (await session.onEpochEnd?.(
        { ...context, epoch, step: epoch + 1, logs: values as { loss: number } },
        rate,
      )),
    state: () => session.state?.(),
    restore: (state) => session.restore?.(state),
  };
}
