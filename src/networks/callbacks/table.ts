import { checkpoint } from './checkpoint.js';
import { csvLogger } from './csvLogger.js';
import type { CallbackDefinition } from './definition.js';
import { earlyStopping } from './earlyStopping.js';
import { ema } from './ema.js';
import { jsonLogger } from './jsonLogger.js';
import { learningRateLogger } from './learningRateLogger.js';
import { reduceOnPlateau } from './reduceOnPlateau.js';
import { tensorBoard } from './tensorBoard.js';
import { timeLimit } from './timeLimit.js';

/** The registry: one line per callback. */
export const CALLBACKS = {
  checkpoint,
  csvLogger,
  jsonLogger,
  learningRateLogger,
  tensorBoard,
  earlyStopping,
  ema,
  reduceOnPlateau,
  timeLimit,
} satisfies Record<string, Pick<CallbackDefinition, 'name' | 'options'>>;

type Registry = typeof CALLBACKS;
/**
 * The name of a callback of this package.
 * @example
 * ```ts
 * import type { CallbackName } from 'steepest';
 * const name: CallbackName = 'ema';
 * ```
 */
export type CallbackName = keyof Registry;
export type OptionsOf<N extends CallbackName> = Registry[N]['options'];

/**
 * The names of all callbacks of this package.
 * @example
 * ```ts
 * import { callbackNames } from 'steepest';
 * console.log(callbackNames.includes('ema')); // true
 * ```
 */
export const callbackNames = Object.keys(CALLBACKS) as CallbackName[];
