import { isDecimal } from './number.js';

/**
 * Texts that represent a missing value. A text that is a number represents every spelling of it:
 * -999 includes -999.0.
 */
export class MissingTexts {
  /** The numbers among them. */
  readonly numbers: ReadonlySet<number>;
  private readonly texts: ReadonlySet<string>;
  private readonly comma: boolean;

  constructor(texts: readonly string[], decimal: '.' | ',') {
    this.comma = decimal === ',';
    this.texts = new Set(texts);
    this.numbers = new Set(texts.map((text) => this.number(text)).filter((value) => value !== undefined));
  }

  /** @param text without surrounding spaces */
  has(text: string): boolean {
    if (this.texts.has(text)) return true;
    if (this.numbers.size === 0) return false;
    const value = this.number(text);
    return value !== undefined && this.numbers.has(value);
  }

  private number(text: string): number | undefined {
    const plain = this.comma ? text.replace(',', '.') : text;
    return isDecimal(plain) ? Number(plain) : undefined;
  }
}
