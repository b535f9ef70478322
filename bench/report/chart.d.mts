import type { Row } from '../lib/turns.mjs';

export function chart(rows: readonly Row[]): string;
