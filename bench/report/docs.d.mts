import type { Processor } from './result.mjs';

export function docsTables(processors: readonly Processor[]): string | undefined;
