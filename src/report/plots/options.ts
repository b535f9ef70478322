import { checkBoolean, checkInteger, checkKeys, checkOptions } from '../../core/check.js';
import { SteepestError } from '../../core/errors.js';
import { show } from '../../core/show.js';

/** Options of every plot. */
export interface PlotOptions {
  /**
   * Stands above the drawing, and is its name for screen readers. With an empty string nothing is
   * drawn, and the name is the usual one.
   */
  title?: string;
  /** Whether the title is drawn (true). Where a page has a heading of its own, it is not needed. */
  heading?: boolean;
  /**
   * Width of the drawing in its own units (420), from 320 to 2000. Text is 12 units high, so the
   * usual width suits phones and columns of a page; choose more for a drawing that is shown wide.
   */
  width?: number;
}

/** Width in units in which text of 12 units has 11 px on a phone of 390 px. */
const WIDTH = 420;
const LEAST_WIDTH = 320;
const MOST_WIDTH = 2000;

export interface ReadOptions {
  title: string;
  isHeaded: boolean;
  width: number;
}

/** A text. @throws SteepestError `ERR_ARGUMENT` */
export function checkText(what: string, value: unknown): string {
  if (typeof value === 'string') return value;
  throw new SteepestError('ERR_ARGUMENT', {
    expected: `${what} to be a string`,
    given: show(value),
    hint: `Write ${what} in quotes.`,
  });
}

/**
 * What every plot takes.
 * @param own names of the options that only this plot has
 * @throws SteepestError `ERR_ARGUMENT`, `ERR_UNKNOWN_NAME`
 */
export function readPlotOptions(
  plot: string,
  options: PlotOptions,
  own: readonly string[],
  usualTitle: string,
): ReadOptions {
  checkKeys(
    `options of ${plot}`,
    checkOptions(`options of ${plot}`, options),
    ['title', 'heading', 'width', ...own],
    {
      labels: 'classes',
      classNames: 'classes',
      header: 'title',
      featureNames: 'names',
      columnNames: 'names',
    },
  );
  const width = checkInteger('width', options.width ?? WIDTH, LEAST_WIDTH);
  if (width > MOST_WIDTH) {
    throw new SteepestError('ERR_ARGUMENT', {
      expected: `width to be at most ${MOST_WIDTH}`,
      given: String(width),
      hint: 'An SVG can be shown at any size: enlarge it there.',
    });
  }
  const title = options.title === undefined ? usualTitle : checkText('title', options.title);
  const heading = options.heading === undefined ? true : checkBoolean('heading', options.heading);
  const isEmpty = title.trim() === '';
  return { title: isEmpty ? usualTitle : title, isHeaded: heading && !isEmpty, width };
}
