const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;
/** What an object has that is a batch of a stream. */
const KEYS = ['x', 'y', 'sampleWeight', 'classes'];

/**
 * Distinguishes a batch `{ x, y }` of a stream from a row of a table that has a column `x`, where a
 * number or text stands.
 */
export function isBatch(value: unknown): boolean {
  if (!isObject(value) || !('x' in value)) return false;
  const { x, y } = value as { x: unknown; y?: unknown };
  if (isObject(x) || isObject(y)) return true;
  const isCell = ['number', 'string', 'boolean', 'bigint'].includes(typeof x);
  return !isCell && Object.keys(value).every((key) => KEYS.includes(key));
}
