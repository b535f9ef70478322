import { seconds } from './print.mjs';

/**
 * Seconds per step of ours: the shortest long fit less the shortest short one, so that starting a fit does not count. (The least of
 * the differences would flatter: a short fit that was disturbed makes its difference too small.)
 * @param train runs so many epochs
 * @param steps of one epoch
 * @param extra epochs of the long fit besides the one of the short
 */
export async function secondsPerStep(train, { steps, extra, blocks = 3 }) {
  let [short, long] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (let block = 0; block < blocks; block++) {
    short = Math.min(short, await seconds(() => train(1)));
    long = Math.min(long, await seconds(() => train(1 + extra)));
  }
  return (long - short) / (steps * extra);
}
