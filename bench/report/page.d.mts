import type { Result } from './result.mjs';

export function page(results: readonly Result[]): string;
