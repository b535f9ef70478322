import type { Processor } from './result.mjs';

export function readmeTables(processors: readonly Processor[]): string | undefined;
