/**
 * A 16-bit floating-point number (IEEE 754-2019, binary16) from its bits: a sign, five bits of
 * exponent and ten of fraction.
 */
export function float16FromBits(bits: number): number {
  const [exponent, fraction] = [(bits >> 10) & 31, bits & 1023];
  let magnitude = (1 + fraction / 1024) * 2 ** (exponent - 15);
  if (exponent === 0) magnitude = fraction * 2 ** -24;
  else if (exponent === 31) magnitude = fraction === 0 ? Number.POSITIVE_INFINITY : Number.NaN;
  return bits & 0x8000 ? -magnitude : magnitude;
}
