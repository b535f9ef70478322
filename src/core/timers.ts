/**
 * The timers of Node.js, captured when this module is loaded. A test that installs fake ones later,
 * with `jest.useFakeTimers()` or `vi.useFakeTimers()`, must not stop the clock of a fit.
 */
import * as timers from 'node:timers';

export const { setTimeout, clearTimeout, setInterval, clearInterval, setImmediate } = timers;
