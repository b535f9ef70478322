/**
 * The timers of Node.js, taken while this module is loaded: a test that puts fake ones in their
 * place, with `jest.useFakeTimers()` or `vi.useFakeTimers()`, must not stop the clock of a fit.
 */
import * as timers from 'node:timers';

export const { setTimeout, clearTimeout, setInterval, clearInterval, setImmediate } = timers;
