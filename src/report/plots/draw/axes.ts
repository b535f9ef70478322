import type { Scale, Tick } from './scales.js';
import { at, textAt, textWidth } from './text.js';

/** The frame of a chart: a thin grid, its numbers, and what they count. */

/** Where the marks of a chart lie. */
export interface Box {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

/** From the marks to the numbers beside them. */
const BESIDE = 6;
/** From the marks to the line of numbers below them. */
const BELOW = 16;
/** Between numbers of one line. */
const BETWEEN = 8;

/** Ticks whose texts do not touch, which stand at `of` and are centred there. */
function readable(ticks: readonly Tick[], of: (value: number) => number): Tick[] {
  const spanOf = ({ value, text }: Tick): [number, number] => {
    const half = textWidth(text) / 2;
    return [of(value) - half, of(value) + half];
  };
  for (let every = 1; every < ticks.length; every++) {
    const zero = ticks.findIndex(({ value }) => value === 0);
    const kept = ticks.filter((_, i) => (i - Math.max(0, zero)) % every === 0);
    const isFree = kept.every((tick, i) => i === 0 || spanOf(tick)[0] - spanOf(kept[i - 1])[1] >= BETWEEN);
    if (isFree) return kept;
  }
  return ticks.slice(0, 1);
}

/** How much room the numbers beside a chart need. */
export const besideWidth = (ticks: readonly Tick[]): number =>
  Math.max(0, ...ticks.map(({ text }) => textWidth(text))) + BESIDE;

/** Lines across a chart with numbers to the left of them. */
export function rowsAxis(box: Box, scale: Scale): string {
  return scale.ticks
    .map(({ value, text }) => {
      const y = scale.of(value);
      const label = textAt(box.left - BESIDE, y + 4, text, { anchor: 'end', of: 'soft' });
      return `<path class="grid" d="M${at(box.left)} ${at(y)}H${at(box.right)}"/>${label}`;
    })
    .join('');
}

export interface ColumnsAxisOptions {
  /** Numbers only: there are no lines. */
  isBare?: boolean;
  /** Numbers stand above as well. */
  isOnTop?: boolean;
  /** As far to the left and right as numbers may stand. */
  within: readonly [number, number];
}

/** Lines up a chart with numbers below them. */
export function columnsAxis(
  box: Box,
  scale: Scale,
  { isBare = false, isOnTop = false, within }: ColumnsAxisOptions,
): string {
  const inside = scale.ticks.filter(({ value, text }) => {
    const half = textWidth(text) / 2;
    return scale.of(value) - half >= within[0] && scale.of(value) + half <= within[1];
  });
  const lines = isBare
    ? []
    : scale.ticks.map(
        ({ value }) => `<path class="grid" d="M${at(scale.of(value))} ${at(box.top)}V${at(box.bottom)}"/>`,
      );
  const rows = isOnTop ? [box.bottom + BELOW, box.top - 8] : [box.bottom + BELOW];
  const labels = readable(inside, scale.of).flatMap(({ value, text }) =>
    rows.map((y) => textAt(scale.of(value), y, text, { anchor: 'middle', of: 'soft' })),
  );
  return [...lines, ...labels].join('');
}
