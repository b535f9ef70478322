export interface Summary {
  value: number;
  min: number;
  max: number;
  rounds: number;
}

export function median(values: readonly number[]): number;
export function quantile(values: readonly number[], q: number): number;
export function summary(values: readonly number[]): Summary;
export function advantage(ours: number, theirs: number, better: 'higher' | 'lower'): number;
export function advantages(
  ours: readonly number[],
  theirs: readonly number[],
  better: 'higher' | 'lower',
): Summary;
export function isUnsteady(spread: { min: number; max: number }): boolean;
export function shareOfLimit(
  value: number,
  better: 'higher' | 'lower',
  limit: { flops: number; peak: number; cores: number | undefined },
): number | undefined;
