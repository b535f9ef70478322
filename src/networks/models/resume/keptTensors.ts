import type { NdArray } from '../../../core/ndarray.js';

/** Names of the arrays that callbacks keep in a checkpoint: `kept.0/dense_1/kernel`. */
const PREFIX = 'kept.';
export const keptPrefix = (callback: number): string => `${PREFIX}${callback}/`;

/** The arrays of a checkpoint that belong to the model itself. */
export const withoutKept = (tensors: ReadonlyMap<string, NdArray>): Map<string, NdArray> =>
  new Map([...tensors].filter(([name]) => !name.startsWith(PREFIX)));

/** The arrays that a callback keeps, by their own names. */
export function keptTensors(tensors: ReadonlyMap<string, NdArray>, callback: number): Map<string, NdArray> {
  const prefix = keptPrefix(callback);
  const own = [...tensors].filter(([name]) => name.startsWith(prefix));
  return new Map(own.map(([name, tensor]) => [name.slice(prefix.length), tensor]));
}
