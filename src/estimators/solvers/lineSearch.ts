/**
 * Finds a step length that satisfies the strong Wolfe conditions. (Nocedal & Wright, "Numerical
 * Optimization", 2nd ed., algorithms 3.5 and 3.6; cubic interpolation: eq. 3.59)
 */

/** φ(t) = f(x + t·p) and its derivative. */
export interface Trial {
  step: number;
  value: number;
  derivative: number;
}

/** Sufficient decrease: φ(t) ≤ φ(0) + C1·t·φ′(0). */
const C1 = 1e-4;
/** Curvature: |φ′(t)| ≤ C2·|φ′(0)|. */
const C2 = 0.9;
const MOST_TRIALS = 30;
/** Growth of the bracket while the function still falls. */
const GROWTH = 2;
/** An interpolated step stays at least this fraction of the bracket away from both ends. */
const MARGIN = 0.1;
/** Differences of so many rounding errors count as none: near a minimum they hide the decrease. */
const ROUNDINGS = 8;

/** Minimum of the cubic through two trials; NaN if it has none. */
function cubicMinimum(a: Trial, b: Trial): number {
  const d1 = a.derivative + b.derivative - (3 * (a.value - b.value)) / (a.step - b.step);
  const d2 = Math.sign(b.step - a.step) * Math.sqrt(d1 * d1 - a.derivative * b.derivative);
  return b.step - ((b.step - a.step) * (b.derivative + d2 - d1)) / (b.derivative - a.derivative + 2 * d2);
}

/** A step inside the bracket, not too near its ends. */
function interpolate(a: Trial, b: Trial): number {
  const low = Math.min(a.step, b.step);
  const width = Math.abs(b.step - a.step);
  const step = cubicMinimum(a, b);
  if (!(step >= low + MARGIN * width && step <= low + (1 - MARGIN) * width)) return low + width / 2;
  return step;
}

/**
 * @param at evaluates φ at a step
 * @param origin φ at 0, with a negative derivative
 * @param precision relative rounding error of values
 * @returns the accepted trial; undefined if no step lowers the value beyond rounding
 */
export function wolfeStep(
  at: (step: number) => Trial,
  origin: Trial,
  firstStep: number,
  precision = Number.EPSILON,
): Trial | undefined {
  const noise = ROUNDINGS * precision * Math.abs(origin.value);
  const isHigh = (t: Trial): boolean =>
    !(t.value <= origin.value + C1 * t.step * origin.derivative + noise) || Number.isNaN(t.derivative);
  const isFlat = (t: Trial): boolean => Math.abs(t.derivative) <= -C2 * origin.derivative;
  let previous = origin;
  let trial = at(firstStep);
  for (let i = 1; i < MOST_TRIALS; i++) {
    if (isHigh(trial) || (i > 1 && trial.value >= previous.value)) {
      return zoom(at, previous, trial, isHigh, isFlat, MOST_TRIALS - i);
    }
    if (isFlat(trial)) return trial;
    if (trial.derivative >= 0) return zoom(at, trial, previous, isHigh, isFlat, MOST_TRIALS - i);
    previous = trial;
    trial = at(trial.step * GROWTH);
  }
  return isHigh(trial) ? undefined : trial;
}

/** Narrows a bracket whose `low` end is acceptable except for curvature. */
function zoom(
  at: (step: number) => Trial,
  low: Trial,
  high: Trial,
  isHigh: (t: Trial) => boolean,
  isFlat: (t: Trial) => boolean,
  trials: number,
): Trial | undefined {
  let best = low;
  let other = high;
  for (let i = 0; i < trials; i++) {
    const usable = Number.isFinite(other.value) && Number.isFinite(other.derivative);
    const trial = at(usable ? interpolate(best, other) : (best.step + other.step) / 2);
    if (isHigh(trial) || trial.value > best.value) {
      other = trial;
    } else {
      if (isFlat(trial)) return trial;
      if (trial.derivative * (other.step - best.step) >= 0) other = best;
      best = trial;
    }
    if (Math.abs(other.step - best.step) <= Number.EPSILON * Math.abs(best.step)) break;
  }
  return best.step > 0 ? best : undefined;
}
