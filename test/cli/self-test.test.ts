import { describe, expect, it } from 'vitest';
import { checkBits, EXPECTED_BITS, trainOnce } from '#steepest/cli/doctor/selfTest.js';
import { availableIsas } from '#steepest/kernels/backend.js';

describe("the doctor's self-test", () => {
  it('expects the bits of the exact TypeScript kernels', async () => {
    const { sha256 } = await trainOnce(1, { backend: 'typescript', numerics: 'exact' });
    expect(sha256).toBe(EXPECTED_BITS);
  });

  it('gets them on every instruction set, with any number of workers', async () => {
    const results = await checkBits(true, [1, 3]);
    expect(results).toHaveLength(2 * availableIsas().length);
    for (const result of results) expect(result).toMatchObject({ sha256: EXPECTED_BITS, same: true });
  });

  it('sees other bits', async () => {
    const { sha256 } = await trainOnce(1, { backend: 'typescript' });
    expect(sha256).toMatch(/^[0-9a-f]{64}$/);
    expect(sha256).not.toBe(EXPECTED_BITS);
  });
});
