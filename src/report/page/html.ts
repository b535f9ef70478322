import { escapeMarkup } from '../markup.js';

/** Markup that is safe: everything put into it was escaped, or was markup already. */
export class Html {
  constructor(readonly text: string) {}

  toString(): string {
    return this.text;
  }
}

/** What may stand in a template: text and numbers are escaped, absent parts are left out. */
export type Part = Html | string | number | undefined | false | readonly Part[];

function textOf(part: Part): string {
  if (part === undefined || part === false) return '';
  if (part instanceof Html) return part.text;
  if (typeof part === 'string' || typeof part === 'number') return escapeMarkup(String(part));
  return part.map(textOf).join('');
}

/**
 * A template of markup. It is the only way to make {@link Html} of anything that a user passed, so
 * that nobody has to remember to escape.
 */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Html {
  return new Html(strings.reduce((text, string, i) => text + textOf(parts[i - 1]) + string));
}

/** Markup from a part of this package that escapes by itself, such as a chart. */
export const trusted = (markup: string): Html => new Html(markup);
