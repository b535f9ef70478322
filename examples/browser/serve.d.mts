import type { Server } from 'node:http';

export function findRuntime(): string | undefined;
export function servePage(page: {
  model: Uint8Array;
  samples: readonly object[];
  about: string;
  images: object;
  runtime: string;
}): Server;
