/** Random choices that are the same for the same seed: file i of a run can be made again. */

/**
 * Whole numbers below a bound, by mulberry32.
 * @param {number} seed of the run
 * @param {number} index of the file
 * @returns {(below: number) => number}
 */
export function drawFrom(seed, index = 0) {
  let state = (Math.imul(seed, 0x9e3779b1) ^ Math.imul(index + 1, 0x85ebca6b)) >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}

export const oneOf = (draw, list) => list[draw(list.length)];

/** One of a table of functions, called with what follows. */
export const doOneOf = (draw, table, ...rest) => oneOf(draw, table)(draw, ...rest);

/** Sizes and counts at which code goes wrong. */
export const SIZES = [
  ...[0, 1, 2, 3, 4, 7, 8, 9, 16, 31, 32, 33, 63, 64, 65, 127, 128, 255, 256, 257, 1000, 4095, 4096],
  ...[32_767, 32_768, 65_534, 65_535, 65_536, 2 ** 20, 2 ** 24, 2 ** 28, 2 ** 30],
  ...[2 ** 31 - 1, 2 ** 31, 2 ** 32 - 2, 2 ** 32 - 1],
];
/** The same beyond 32 bits. */
export const LARGE_SIZES = [
  ...SIZES,
  ...[2 ** 32, 2 ** 33, 2 ** 40, 2 ** 52, 2 ** 53 - 1, 2 ** 53, 2 ** 60, 2 ** 63 - 1024, 2 ** 63],
];
