/** Whole numbers below a bound. */
export type Draw = (below: number) => number;
export function drawFrom(seed: number, index?: number): Draw;
export function oneOf<T>(draw: Draw, list: readonly T[]): T;
