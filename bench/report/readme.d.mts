import type { Result } from './result.mjs';

export function readmeTable(results: readonly Result[]): string | undefined;
export function replaceTable(readme: string, table: string): string;
