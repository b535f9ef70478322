import type { Addon } from '#steepest/kernels/addon.cjs';

export declare function fuzzAddon(
  addon: Addon,
  options: { runs: number; seed: number; from?: number },
): { results: number; errors: number; own: number; problems: string[] };
