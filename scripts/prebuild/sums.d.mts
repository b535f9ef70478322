import type { Target } from './targets.mjs';

export declare function writeSums(folder: string): void;
export declare function readSums(file: string): Map<string, string>;
export declare function mismatches(targets: readonly Target[], folder: string, sumsFile: string): string[];
