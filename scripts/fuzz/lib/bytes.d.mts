import type { Draw } from './draw.mjs';

/** A copy with one to four changes. */
export function changeBytes(draw: Draw, bytes: Uint8Array): Buffer;
