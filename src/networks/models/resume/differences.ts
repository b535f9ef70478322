import { show } from '../../../core/show.js';

/** A place where two plain values differ: `layers[1].units`, with both values in words. */
export interface Difference {
  path: string;
  there: string;
  here: string;
}

const isBranch = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;

const words = (value: unknown): string => (value === undefined ? 'nothing' : show(value));

/** Where two values of JSON differ, at most `most` places, in the order of the second. */
export function differences(there: unknown, here: unknown, most: number, path = ''): Difference[] {
  if (Object.is(there, here)) return [];
  const isBoth = isBranch(there) && isBranch(here) && Array.isArray(there) === Array.isArray(here);
  if (!isBoth) return [{ path, there: words(there), here: words(here) }];
  const found: Difference[] = [];
  for (const key of new Set([...Object.keys(here), ...Object.keys(there)])) {
    const step = Array.isArray(here) ? `[${key}]` : path === '' ? key : `.${key}`;
    const own = (value: Record<string, unknown>): unknown =>
      Object.hasOwn(value, key) ? value[key] : undefined;
    found.push(...differences(own(there), own(here), most - found.length, `${path}${step}`));
    if (found.length >= most) break;
  }
  return found;
}
