/**
 * Where the first number from `begin` to `end` lies that is NaN or infinite; −1 if there is none.
 * A plain loop: a callback per number takes ten times as long.
 */
export function indexOfNotFinite(data: ArrayLike<number>, begin = 0, end = data.length): number {
  // The difference of a number and itself is 0, of NaN and of infinities NaN.
  for (let i = begin; i < end; i++) if (data[i]! - data[i]! !== 0) return i;
  return -1;
}
