import type { Processor } from './result.mjs';

export function readmeTable(processors: readonly Processor[]): string | undefined;
