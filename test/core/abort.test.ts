import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { onAbort } from '#steepest/core/abort.js';

const listeners = (signal: AbortSignal): number => getEventListeners(signal, 'abort').length;

describe('onAbort', () => {
  it('puts one listener on a signal, and takes it away after the last use', () => {
    const { signal } = new AbortController();
    const same = (): void => {};
    const offs = Array.from({ length: 50 }, () => onAbort(signal, same));
    expect(listeners(signal)).toBe(1);
    for (const off of offs.slice(1)) off();
    for (const off of offs.slice(1)) off();
    expect(listeners(signal)).toBe(1);
    offs[0]!();
    expect(listeners(signal)).toBe(0);
  });

  it('calls everyone once, in order, but not those who left, be it in another’s call', () => {
    const controller = new AbortController();
    const calls: string[] = [];
    onAbort(controller.signal, () => calls.push('first'));
    const off = onAbort(controller.signal, () => calls.push('left before'));
    onAbort(controller.signal, () => {
      calls.push('second');
      leaves();
    });
    const leaves = onAbort(controller.signal, () => calls.push('left meanwhile'));
    off();
    controller.abort();
    controller.abort();
    expect(calls).toEqual(['first', 'second']);
    expect(listeners(controller.signal)).toBe(0);
    const late = onAbort(controller.signal, () => calls.push('late'));
    late();
    expect(calls).toEqual(['first', 'second']);
    expect(listeners(controller.signal)).toBe(0);
  });

  it('leaves the listeners of others alone, and takes no signal', () => {
    const { signal } = new AbortController();
    signal.addEventListener('abort', () => {});
    onAbort(signal, () => {})();
    expect(listeners(signal)).toBe(1);
    onAbort(undefined, () => {})();
  });
});
