import type { NdArray } from 'steepest';

/** x holds pixels 0 to 16 as [rows, 64], y digits 0 to 9 as [rows]. */
export interface Digits {
  x: NdArray<Uint8Array<SharedArrayBuffer>>;
  y: NdArray<Int32Array<SharedArrayBuffer>>;
}

/** Reads data/digits.csv: 1,438 digits to train on, 359 held out. */
export function loadDigits(file?: string | URL): { train: Digits; test: Digits };
