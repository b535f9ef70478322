import type { DocumentedRow } from './tables.mjs';

export const definitions: Readonly<Record<string, readonly DocumentedRow[]>>;
