import { fixed, valueText } from './plots/draw/numbers.js';

/** Numbers and texts as the page writes them. */

/** A whole number with separators: `12,345`. */
export const count = (value: number): string => fixed(value, 0);

/** `1 row`, `2 rows`. */
export const counted = (value: number, noun: string): string =>
  `${count(value)} ${noun}${value === 1 ? '' : 's'}`;

/** A number of which the first digits matter. */
export const number = (value: number, digits = 3): string => valueText(value, digits);

/** A share in percent, with a decimal where it matters. */
export function percent(share: number): string {
  const value = 100 * share;
  // Almost none is not none, and almost all is not all.
  const isExtreme = (value >= 99.95 && value < 100) || (value < 0.05 && value > 0);
  return `${fixed(value, isExtreme ? 2 : 1).replace(/\.0+$/, '')}\u00a0%`;
}

/** A text of at most so many characters. */
export function shortened(text: string, most: number): string {
  const characters = [...text];
  return characters.length <= most
    ? text
    : `${characters
        .slice(0, most - 1)
        .join('')
        .trimEnd()}…`;
}

/** `a, b and c`. */
export function listed(items: readonly string[]): string {
  if (items.length < 2) return items.join('');
  return `${items.slice(0, -1).join(', ')} and ${items.at(-1)}`;
}
