import { afterEach, describe, expect, it } from 'vitest';
import { MemoryPlan } from '#steepest/program/memory.js';
import { allocateArena } from '#steepest/training/arena.js';

const known = Object.getOwnPropertyDescriptor(globalThis, 'WebAssembly') as PropertyDescriptor;

function planOf(floats: number): MemoryPlan {
  const plan = new MemoryPlan();
  plan.vector('values', 'activation', floats);
  return plan;
}

describe('allocateArena', () => {
  afterEach(() => Object.defineProperty(globalThis, 'WebAssembly', known));

  it('gives whole pages of shared memory, full of zeros', () => {
    const arena = allocateArena(planOf(100_000));
    expect(arena).toBeInstanceOf(SharedArrayBuffer);
    expect(arena.byteLength).toBe(7 * 65_536);
    expect(new Uint8Array(arena).every((byte) => byte === 0)).toBe(true);
  });

  it('does without WebAssembly', () => {
    Object.defineProperty(globalThis, 'WebAssembly', { value: undefined, configurable: true });
    expect(allocateArena(planOf(16)).byteLength).toBe(64);
  });

  it('does without pages where there is no address space for them', () => {
    class Memory {
      constructor() {
        throw new RangeError('WebAssembly.Memory(): could not allocate memory');
      }
    }
    Object.defineProperty(globalThis, 'WebAssembly', { value: { Memory }, configurable: true });
    expect(allocateArena(planOf(16)).byteLength).toBe(64);
  });

  it('refuses what does not fit the machine, naming the largest array', () => {
    const plan = planOf(16);
    plan.matrix('giant', 'activation', 2 ** 26, 2 ** 16);
    expect(() => allocateArena(plan)).toThrowError(expect.objectContaining({ code: 'ERR_MEMORY' }));
    expect(() => allocateArena(plan)).toThrowError(/giant/);
  });
});
