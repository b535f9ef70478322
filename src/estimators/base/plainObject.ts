/** True for what `{ … }` makes, of any realm: no list, array, Date, Map or object of a class. */
export function isPlainObject(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false;
  try {
    const prototype = Object.getPrototypeOf(value) as unknown;
    // Of another realm too: its Object.prototype has no prototype either.
    return prototype === null || Object.getPrototypeOf(prototype) === null;
  } catch {
    // A proxy may throw whatever is asked of it.
    return false;
  }
}
