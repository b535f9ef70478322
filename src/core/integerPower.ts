/**
 * base to the power of a whole number of at least 0 by repeated squaring. The order of the float64
 * products depends only on the exponent, so every machine and every resumed run gets the same bits
 * (Math.pow does not guarantee this).
 */
export function integerPower(base: number, exponent: number): number {
  let result = 1;
  let square = base;
  for (let e = exponent; e > 0; e = Math.floor(e / 2)) {
    if (e % 2 === 1) result *= square;
    square *= square;
  }
  return result;
}
