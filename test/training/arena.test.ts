import { existsSync, readFileSync } from 'node:fs';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { memoryAddon } from '#steepest/kernels/backend.js';
import { discardShared, newShared } from '#steepest/kernels/sharedMemory.js';
import { allocateArena } from '#steepest/program/allocate.js';
import { MemoryPlan } from '#steepest/program/memory.js';

function planOf(floats: number): MemoryPlan {
  const plan = new MemoryPlan();
  plan.vector('values', 'activation', floats);
  return plan;
}

/** With the add-on, and as where there is none. */
function withoutAddon<T>(action: () => T): T {
  const { STEEPEST_BACKEND } = process.env;
  process.env.STEEPEST_BACKEND = 'typescript';
  try {
    return action();
  } finally {
    if (STEEPEST_BACKEND === undefined) delete process.env.STEEPEST_BACKEND;
    else process.env.STEEPEST_BACKEND = STEEPEST_BACKEND;
  }
}

describe('allocateArena', () => {
  it.each([1, 16, 1000, 100_000, 300_000])('%i floats: shared, zeros, from a page on', (floats) => {
    for (let i = 0; i < 5; i++) {
      const arena = allocateArena(planOf(floats));
      expect(arena.buffer).toBeInstanceOf(SharedArrayBuffer);
      expect(arena.byteLength).toBe(Math.ceil(floats / 16) * 64);
      expect(arena.every((byte) => byte === 0)).toBe(true);
      expect(memoryAddon()?.pastPage(arena) ?? 0).toBe(0);
    }
  });

  it('does without the add-on', () => {
    const arena = withoutAddon(() => allocateArena(planOf(16)));
    expect(arena.byteLength).toBe(64);
    expect(arena.byteOffset % 16).toBe(0);
    expect(arena.every((byte) => byte === 0)).toBe(true);
  });

  it('refuses what typed arrays cannot address, before it is allocated', () => {
    const plan = planOf(16);
    plan.matrix('long', 'activation', 2 ** 15, 2 ** 15);
    // Of a machine with less memory the other limit counts.
    const refused = expect.objectContaining({ code: 'ERR_MEMORY' });
    expect(() => allocateArena(plan)).toThrowError(refused);
    expect(() => allocateArena(plan)).toThrowError(/long \(32768 × 32768\)/);
  });

  it('refuses what does not fit the machine, naming the largest array', () => {
    const plan = planOf(16);
    plan.matrix('giant', 'activation', 2 ** 26, 2 ** 16);
    expect(() => allocateArena(plan)).toThrowError(expect.objectContaining({ code: 'ERR_MEMORY' }));
    expect(() => allocateArena(plan)).toThrowError(/giant/);
  });
});

describe('newShared', () => {
  // Other systems have no such advice, and a kernel may be without huge pages.
  const hasHugePages = memoryAddon() !== undefined && existsSync('/sys/kernel/mm/transparent_hugepage');

  it.runIf(hasHugePages)('asks for huge pages where one fits', () => {
    expect(memoryAddon()!.preferHuge(new Uint8Array(new SharedArrayBuffer(2 ** 20)))).toBe(false);
    const memory = newShared(2 ** 26);
    const isAdvised = (flags: string): boolean => flags.split(' ').includes('hg');
    expect(
      readFileSync('/proc/self/smaps', 'utf8')
        .match(/^VmFlags:.*$/gm)
        ?.some(isAdvised),
    ).toBe(true);
    expect(new Uint8Array(memory).subarray(2 ** 25).every((byte) => byte === 0)).toBe(true);
  });
});

describe.runIf(memoryAddon())('the collector', () => {
  const BYTES = 2 ** 16;
  afterEach(() => vi.restoreAllMocks());

  /** The changes of the collector's count that an action makes, where pages are given back or not. */
  function counts(isTakenBack: boolean, action: () => void): number[] {
    const addon = memoryAddon()!;
    vi.spyOn(addon, 'discard').mockReturnValue(isTakenBack);
    const account = vi.spyOn(addon, 'account');
    action();
    return account.mock.calls.map(([bytes]) => bytes);
  }

  it.each([
    { isCounted: true, isTakenBack: true, expected: [BYTES, -BYTES] },
    { isCounted: true, isTakenBack: false, expected: [BYTES] },
    { isCounted: false, isTakenBack: true, expected: [] },
    // It lives until it is collected, so the collector has to know.
    { isCounted: false, isTakenBack: false, expected: [BYTES] },
  ])('counted $isCounted, taken back $isTakenBack', ({ isCounted, isTakenBack, expected }) => {
    const given = counts(isTakenBack, () => discardShared(new Uint8Array(newShared(BYTES, isCounted))));
    expect(given).toEqual(expected);
  });
});

describe('discardShared', () => {
  it('leaves memory that can be written and read, and touches nothing around it', () => {
    const shared = new Uint8Array(new SharedArrayBuffer(1 << 20)).fill(7);
    const [from, to] = [100_001, 900_003];
    discardShared(shared.subarray(from, to));
    expect(shared.subarray(0, from).every((byte) => byte === 7)).toBe(true);
    expect(shared.subarray(to).every((byte) => byte === 7)).toBe(true);
    // Whole pages are zeros, or all is as it was where the system takes none back.
    expect(shared.subarray(from, to).every((byte) => byte === 7 || byte === 0)).toBe(true);
    if (process.platform === 'linux' && memoryAddon()) expect(shared[500_000]).toBe(0);
    shared.fill(9);
    expect(shared.every((byte) => byte === 9)).toBe(true);
  });

  it('does nothing to less than a page, or without the add-on', () => {
    const shared = new Uint8Array(new SharedArrayBuffer(1 << 16)).fill(7);
    discardShared(shared.subarray(10, 20));
    discardShared(shared.subarray(0, 0));
    withoutAddon(() => discardShared(shared));
    expect(shared.every((byte) => byte === 7)).toBe(true);
  });
});
