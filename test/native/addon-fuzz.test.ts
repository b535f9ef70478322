import { describe, expect, it } from 'vitest';
import { type Addon, loadAddon } from '#steepest/kernels/addon.cjs';
import { fuzzAddon } from '../../scripts/fuzz/native/addon.mjs';

const CALLS = 3000;
const addon = loadAddon().addon as Addon;

describe('the add-on, called with anything', () => {
  it.each([1, 2])('ends in a result or in a typed error (seed %i)', (seed) => {
    const { results, errors, own, problems } = fuzzAddon(addon, { runs: CALLS, seed });
    expect(problems).toEqual([]);
    expect(results + errors + own).toBe(CALLS);
    // Of both enough: a fuzzer whose calls are all refused at the door tests nothing.
    expect(results).toBeGreaterThan(CALLS / 10);
    expect(errors).toBeGreaterThan(CALLS / 10);
  });
});
