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

  // The definition of BLAS (netlib's sgemm.f): alpha and beta are float32; for alpha = 0 neither a
  // nor b is read, for beta = 0 c is not. Small whole numbers: sums are exact in any order.
  const POISONED = ['', 'a', 'b', 'c', 'abc'];
  const ALPHAS = [0, -0, 1e-60, 1, 0.5, -2, Number.NaN, Number.POSITIVE_INFINITY];
  const BETAS = [0, -0, 1e-60, 1, 0.5, -2, Number.NaN, Number.NEGATIVE_INFINITY];

  const SIZES = [
    [2, 3, 2],
    [17, 5, 5],
    [1, 1, 1],
    [3, 2, 0],
    [0, 3, 2],
    [3, 0, 2],
  ] as const;
  const poison = (poisoned: boolean, length: number) =>
    Float32Array.from({ length }, (_, i) => {
      if (poisoned && (i === 0 || i === length - 1)) return i === 0 ? Number.NaN : Number.POSITIVE_INFINITY;
      return 1 + (i % 4);
    });

  describe.each(POISONED)("with NaN and infinity in '%s'", (poisoned) => {
    it.each(ALPHAS)('multiplies by alpha %s, and then reads what BLAS reads', (alpha) => {
      for (const [at, beta] of BETAS.entries()) {
        for (const [index, [m, n, k]] of SIZES.entries()) {
          const [transA, transB] = [(at + index) % 2 === 1, (at + index) % 3 === 1];
          const [a, b, c] = [m * k, k * n, m * n].map((length, operand) =>
            poison(poisoned.includes('abc'[operand]!), length),
          ) as [Float32Array, Float32Array, Float32Array];
          const [alpha32, beta32] = [Math.fround(alpha), Math.fround(beta)];
          const expected = c.map((value, element) => {
            const [i, j] = [Math.floor(element / n), element % n];
            let result = beta32 === 0 ? 0 : beta32 * value;
            for (let p = 0; p < k && alpha32 !== 0; p++) {
              result += alpha32 * a[transA ? p * m + i : i * k + p]! * b[transB ? j * k + p : p * n + j]!;
            }
            return result;
          });
          sgemm({ transA, transB, m, n, k, alpha, a, b, beta, c });
          expect(c, `beta ${beta}, ${m} × ${n} × ${k}, ${transA}, ${transB}`).toEqual(expected);
        }
      }
    });
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
    expect(code({ alpha: null })).toBe('ERR_ARGUMENT');
    expect(code({ transA: 'N' })).toBe('ERR_ARGUMENT');
    expect(code({ transa: true })).toBe('ERR_UNKNOWN_NAME');
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

  it('give the bias its gradient where there are no inputs, and zeros where there are no rows', () => {
    const none = new Float32Array(0);
    const ones = Float32Array.of(1, 2, 3, 4);
    const noInputs = { rows: 2, inputs: 0, units: 2, x: none, w: none };
    expect(denseForward({ ...noInputs, bias: Float32Array.of(5, 6) })).toEqual(Float32Array.of(5, 6, 5, 6));
    expect(denseForward(noInputs)).toEqual(new Float32Array(4));
    expect(denseBackward({ ...noInputs, dy: ones })).toEqual({
      dx: none,
      dw: none,
      db: Float32Array.of(4, 6),
    });
    const saved = Float32Array.of(0, 1, 1, 0);
    expect(denseBackward({ ...noInputs, dy: ones, saved, activation: 'relu' }).db).toEqual(
      Float32Array.of(3, 2),
    );
    const noRows = { rows: 0, inputs: 1, units: 2, x: none, w: Float32Array.of(1, 2) };
    expect(denseForward(noRows)).toEqual(none);
    expect(denseBackward({ ...noRows, dy: none })).toEqual({
      dx: none,
      dw: new Float32Array(2),
      db: new Float32Array(2),
    });
    const noUnits = { rows: 2, inputs: 1, units: 0, x: Float32Array.of(1, 2), w: none };
    expect(denseForward(noUnits)).toEqual(none);
    expect(denseBackward({ ...noUnits, dy: none })).toEqual({ dx: new Float32Array(2), dw: none, db: none });
  });

  it('refuse softmax, which is not elementwise', () => {
    expect(() => denseForward({ rows, inputs, units, x, w, activation: 'softmax' })).toThrowError(
      expect.objectContaining({ code: 'ERR_ARGUMENT' }),
    );
  });
});
