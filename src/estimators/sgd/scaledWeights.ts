/** Below this the common factor is multiplied into the weights. */
const LEAST_FACTOR = 1e-9;

/**
 * Weights as a factor times a vector, so that decay costs one multiplication; and their average
 * over the steps as a combination of two vectors, so that a step costs no second pass. (Bottou
 * 2012, "Stochastic gradient descent tricks", §5)
 */
export class ScaledWeights {
  private factor = 1;
  private squares: number;
  private sizes: number;
  /** The average is (averages + mix·vector) / divisor. */
  private mix = 0;
  private divisor = 1;
  /** What the L1 penalty has taken from each weight. */
  private readonly taken: Float64Array | undefined;

  /**
   * @param vector the weights; changed in place
   * @param averages changed in place; undefined without averaging
   */
  constructor(
    readonly vector: Float64Array,
    readonly averages: Float64Array | undefined,
    hasL1: boolean,
  ) {
    this.squares = vector.reduce((sum, w) => sum + w * w, 0);
    this.sizes = vector.reduce((sum, w) => sum + Math.abs(w), 0);
    this.taken = hasL1 ? new Float64Array(vector.length) : undefined;
  }

  /** Σ w². */
  get squaredNorm(): number {
    return this.squares;
  }

  /** Σ |w|. */
  get l1Norm(): number {
    return this.sizes;
  }

  dot(x: ArrayLike<number>, at: number): number {
    const { vector } = this;
    let sum = 0;
    for (let j = 0; j < vector.length; j++) sum += vector[j]! * x[at + j]!;
    return sum * this.factor;
  }

  /** w += c·x. */
  add(x: ArrayLike<number>, at: number, c: number): void {
    const { vector, factor } = this;
    const step = c / factor;
    let [squares, sizes] = [0, 0];
    for (let j = 0; j < vector.length; j++) {
      const w = vector[j]! + x[at + j]! * step;
      vector[j] = w;
      squares += w * w;
      sizes += Math.abs(w);
    }
    this.squares = squares * (factor * factor);
    this.sizes = sizes * factor;
  }

  /** w ← c·w for c of at least 0. */
  scale(c: number): void {
    this.factor *= c;
    this.squares *= c * c;
    this.sizes *= c;
    if (this.factor < LEAST_FACTOR) this.settle();
  }

  /** Takes the weights after step `count` of the average, which added c·x last, into it. */
  average(x: ArrayLike<number>, at: number, c: number, count: number): void {
    const averages = this.averages!;
    const step = (this.mix * -c) / this.factor;
    if (step !== 0) {
      for (let j = 0; j < averages.length; j++) averages[j] = averages[j]! + x[at + j]! * step;
    }
    if (count > 1) this.divisor /= 1 - 1 / count;
    this.mix += (this.divisor * this.factor) / count;
  }

  /**
   * Moves each weight towards 0 by what is left of the total penalty so far, never beyond.
   * (Tsuruoka, Tsujii & Ananiadou 2009, the cumulative penalty)
   */
  shrink(total: number): void {
    const { vector, averages, factor, mix } = this;
    const taken = this.taken!;
    for (let j = 0; j < vector.length; j++) {
      const w = vector[j]!;
      let next = w;
      if (w > 0) next = Math.max(0, w - (total + taken[j]!) / factor);
      else if (w < 0) next = Math.min(0, w + (total - taken[j]!) / factor);
      vector[j] = next;
      // The steps before averaged the weight as it was.
      if (averages !== undefined) averages[j] = averages[j]! - mix * (next - w);
      taken[j] = taken[j]! + factor * (next - w);
    }
  }

  /** Multiplies the factors into the vectors, which then are the weights and their average. */
  settle(): void {
    const { vector, averages, factor, mix, divisor } = this;
    if (averages !== undefined) {
      for (let j = 0; j < averages.length; j++) {
        averages[j] = (averages[j]! + mix * vector[j]!) / divisor;
      }
      this.mix = 0;
      this.divisor = 1;
    }
    for (let j = 0; j < vector.length; j++) vector[j] = vector[j]! * factor;
    this.factor = 1;
  }
}
