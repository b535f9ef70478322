import { expect } from 'vitest';

/** A number of a fixture: JSON has no NaN. */
export type Num = number | 'NaN';

export const number = (value: Num): number => (value === 'NaN' ? Number.NaN : value);
export const matrix = (rows: readonly (readonly Num[])[]): number[][] => rows.map((row) => row.map(number));

/** Row by row and number by number, with NaN equal to itself. */
export function expectNear(
  actual: { data: ArrayLike<number>; shape: readonly number[] } | ArrayLike<number>,
  expected: readonly (readonly Num[])[] | readonly Num[],
  relative = 1e-11,
): void {
  const values = 'data' in actual ? actual.data : actual;
  if ('shape' in actual) expect(actual.shape).toEqual([expected.length, (expected[0] as Num[]).length]);
  const flat = (expected as readonly (Num | readonly Num[])[]).flat() as Num[];
  expect(values.length).toBe(flat.length);
  flat.forEach((value, i) => {
    const e = number(value);
    if (Number.isNaN(e)) expect(values[i]).toBeNaN();
    else
      expect(Math.abs(values[i]! - e), `${i}: ${values[i]} for ${e}`).toBeLessThanOrEqual(
        relative * Math.max(1, Math.abs(e)),
      );
  });
}
