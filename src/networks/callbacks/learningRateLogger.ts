import { define } from './definition.js';

/**
 * Adds `learningRate` to the logs of every epoch, and so to fit's history, to the tables of loggers
 * and to the values that other callbacks may watch: the rate of the epoch's last step.
 */
export const learningRateLogger = define({
  name: 'learningRateLogger',
  options: {},
  aliases: {},
  logs: ['learningRate'],
  session: () => ({ logs: (learningRate) => ({ learningRate }) }),
});
