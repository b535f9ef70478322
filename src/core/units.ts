/** Bytes in a readable unit: `12.3 KiB`. */
export function bytesText(bytes: number): string {
  if (bytes < 1024) return `${Math.round(bytes)} B`;
  return bytes < 2 ** 20 ? `${(bytes / 1024).toFixed(1)} KiB` : `${(bytes / 2 ** 20).toFixed(1)} MiB`;
}

/** A count of operations: `12.3 k`, `4.56 M`. */
export function flopsText(flops: number): string {
  if (flops < 1e3) return `${Math.round(flops)}`;
  return flops < 1e6 ? `${(flops / 1e3).toFixed(1)} k` : `${(flops / 1e6).toFixed(2)} M`;
}

/** The same with its unit: `12.3 kFLOP`. */
export const flopUnitText = (flops: number): string =>
  flops < 1e3 ? `${flopsText(flops)} FLOP` : `${flopsText(flops)}FLOP`;
