import { describe, expect, it } from 'vitest';
import { type Addon, loadAddon } from '#steepest/kernels/addon.cjs';
import { stepCases } from '../../scripts/fuzz/native/steps.mjs';

const addon = loadAddon().addon as Addon;

/** A fuzzer that begins with programs which are refused tests nothing. */
describe('training steps that the native fuzzer begins with', () => {
  const cases = stepCases();

  it('are those of several networks', () => {
    expect(cases.length).toBeGreaterThan(5);
  });

  it.each(cases.map((one, number) => [number, one] as const))('number %i is valid', (_, one) => {
    const memory = one.buffers.map((bytes) => new Uint8Array(new SharedArrayBuffer(bytes)));
    const registers = new Float64Array(new SharedArrayBuffer(one.registers.byteLength));
    expect(addon.bind('portable', one.words, memory, registers)).toBeTypeOf('function');
  });
});
