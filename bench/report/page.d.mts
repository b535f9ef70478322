import type { Processor } from './result.mjs';

export function page(processors: readonly Processor[]): string;
