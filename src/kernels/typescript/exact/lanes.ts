import { fround } from './fma.js';

const LANES = 16;

/** The 16 virtual lanes of a reduction (contract.ts, "Lane sum"). */
export class Lanes {
  private readonly values = new Float64Array(LANES);

  clear(): this {
    this.values.fill(0);
    return this;
  }

  /** The lane of column j. */
  get(j: number): number {
    return this.values[j % LANES] as number;
  }

  set(j: number, value: number): void {
    this.values[j % LANES] = value;
  }

  add(j: number, value: number): void {
    this.set(j, fround(this.get(j) + value));
  }

  /** Halves added to halves; ends with the lanes in use. */
  sum(): number {
    const { values } = this;
    for (let half = LANES / 2; half >= 1; half /= 2) {
      for (let i = 0; i < half; i++) values[i] = fround((values[i] as number) + (values[i + half] as number));
    }
    return values[0] as number;
  }
}
