import type { Processor, Result } from '../report/result.mjs';

export function saveResult(result: Result, root?: string): string;
export function readProcessors(suites: readonly string[], root?: string): Processor[];
