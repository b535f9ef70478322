import fc from 'fast-check';
import { denseBackward, denseForward, type SgemmOptions, sgemm } from 'steepest/kernels';
import { describe, expect, it } from 'vitest';

/** The definition, in float64. */
function reference({
  transA,
  transB,
  m,
  n,
  k,
  alpha = 1,
  a,
  lda,
  b,
  ldb,
  beta = 0,
  c,
  ldc,
}: Required<SgemmOptions>) {
  const result = Float32Array.from(c);
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < n; j++) {
      let sum = 0;
      for (let p = 0; p < k; p++) {
        sum += (transA ? a[p * lda + i]! : a[i * lda + p]!) * (transB ? b[j * ldb + p]! : b[p * ldb + j]!);
      }
      result[i * ldc + j] = alpha * sum + (beta === 0 ? 0 : beta * c[i * ldc + j]!);
    }
  }
  return result;
}

const values = (length: number, seed: number) =>
  Float32Array.from({ length }, (_, i) => Math.sin(i * 12.9898 + seed * 78.233));

describe('sgemm', () => {
  it('is alpha·op(a)·op(b) + beta·c for every transpose, size and gap, and touches nothing else', () => {
    const size = fc.integer({ min: 0, max: 40 });
    const factor = fc.constantFrom(0, 1, -1, 0.5, 3);
    fc.assert(
      fc.property(
        fc.record({ m: size, n: size, k: size, gap: fc.nat(3), transA: fc.boolean(), transB: fc.boolean() }),
        factor,
        factor,
        ({ m, n, k, gap, transA, transB }, alpha, beta) => {
          const [aRows, aCols] = transA ? [k, m] : [m, k];
          const [bRows, bCols] = transB ? [n, k] : [k, n];
          const [lda, ldb, ldc] = [Math.max(1, aCols) + gap, Math.max(1, bCols) + gap, Math.max(1, n) + gap];
          const c = values(m * ldc + 3, 3);
          const options = {
            transA,
            transB,
            m,
            n,
            k,
            alpha,
            beta,
            lda,
            ldb,
            ldc,
            c,
            a: values(aRows * lda, 1),
            b: values(bRows * ldb, 2),
          };
          const expected = reference(options);
          expect(sgemm(options)).toBe(c);
          const worst = c.reduce((most, value, i) => Math.max(most, Math.abs(value - expected[i]!)), 0);
          expect(worst).toBeLessThan(1e-4);
          for (let i = 0; i < c.length; i++) {
            if (i % ldc >= n || i >= m * ldc) expect(c[i]).toBe(expected[i]);
          }
        },
      ),
      { numRuns: 300 },
    );
  });

  it('overwrites NaN where beta is 0', () => {
    const c = new Float32Array(1).fill(Number.NaN);
    sgemm({ m: 1, n: 1, k: 1, a: Float32Array.of(2), b: Float32Array.of(3), c });
    expect(c[0]).toBe(6);
  });

  it('refuses what does not fit, and leaves c as it was', () => {
    const a = new Float32Array(6);
    const b = new Float32Array(6);
    const c = new Float32Array(4).fill(7);
    const good = { m: 2, n: 2, k: 3, a, b, c };
    const code = (change: object) => {
      try {
        sgemm({ ...good, ...change });
      } catch (error) {
        return (error as { code: string }).code;
      }
      return undefined;
    };
    expect(code({ k: 4 })).toBe('ERR_SHAPE');
    expect(code({ m: -1 })).toBe('ERR_ARGUMENT');
    expect(code({ lda: 2 })).toBe('ERR_ARGUMENT');
    expect(code({ a: [1, 2, 3, 4, 5, 6] })).toBe('ERR_ARGUMENT');
    expect(code({ alpha: '1' })).toBe('ERR_ARGUMENT');
    expect(code({ a: c.subarray(0, 4), k: 2, b })).toBe('ERR_ARGUMENT');
    expect([...c]).toEqual([7, 7, 7, 7]);
    expect(code({})).toBeUndefined();
  });
});

describe('denseForward and denseBackward', () => {
  const [rows, inputs, units] = [5, 7, 3];
  const x = values(rows * inputs, 1);
  const w = values(inputs * units, 2);
  const bias = values(units, 3);
  const dy = values(rows * units, 4);

  it.each(['linear', 'tanh', 'relu', 'gelu'] as const)('are each other’s derivative for %s', (activation) => {
    const loss = (xs: Float32Array, ws: Float32Array, bs: Float32Array) =>
      denseForward({ rows, inputs, units, x: xs, w: ws, bias: bs, activation }).reduce(
        (sum, y, i) => sum + y * dy[i]!,
        0,
      );
    const saved = denseForward({
      rows,
      inputs,
      units,
      x,
      w,
      bias,
      activation: activation === 'gelu' ? 'linear' : activation,
    });
    const { dx, dw, db } = denseBackward({ rows, inputs, units, x, w, dy, saved, activation });
    const step = 1e-2;
    const check = (gradient: Float32Array, array: Float32Array, at: (changed: Float32Array) => number) => {
      for (let i = 0; i < array.length; i += 2) {
        const [up, down] = [Float32Array.from(array), Float32Array.from(array)];
        up[i]! += step;
        down[i]! -= step;
        expect(gradient[i]).toBeCloseTo((at(up) - at(down)) / (2 * step), 2);
      }
    };
    check(dx, x, (changed) => loss(changed, w, bias));
    check(dw, w, (changed) => loss(x, changed, bias));
    check(db, bias, (changed) => loss(x, w, changed));
  });

  it('refuse softmax, which is not elementwise', () => {
    expect(() => denseForward({ rows, inputs, units, x, w, activation: 'softmax' })).toThrowError(
      expect.objectContaining({ code: 'ERR_ARGUMENT' }),
    );
  });
});
