/**
 * Reads JSON text piece by piece, for callers that know which piece comes next. Only the caller
 * nests, so no text can exhaust the stack. Nothing is dropped silently, as `JSON.parse` drops
 * repeated keys.
 */
export class JsonCursor {
  private position = 0;

  /** @param fail called with what was expected and what was found; must throw. */
  constructor(
    private readonly text: string,
    private readonly fail: (expected: string, given: string) => never,
  ) {}

  /** Reads `{ "key": value, … }`. @param readValue reads one value; throws on an unknown key. */
  object(readValue: (key: string) => void): void {
    const seen = new Set<string>();
    this.list('{', '}', () => {
      const key = this.string();
      if (seen.has(key)) this.fail('every key of a JSON object once', `${shown(key)} twice`);
      seen.add(key);
      this.expect(':');
      readValue(key);
    });
  }

  /** Reads `[n, n, …]`, at most `limit` whole numbers. */
  integers(limit: number): number[] {
    const numbers: number[] = [];
    this.list('[', ']', () => {
      if (numbers.length === limit) this.fail(`a list of at most ${limit} numbers`, 'a longer one');
      numbers.push(this.integer());
    });
    return numbers;
  }

  /** Reads a string. Lone surrogates are refused: they have no UTF-8 form. */
  string(): string {
    this.space();
    const start = this.position;
    if (this.text[start] !== '"') this.unexpected('a JSON string');
    this.position = this.closingQuote(start) + 1;
    let value: string;
    try {
      // The text from a quote to the next unescaped one must be a single string, valid or not.
      value = JSON.parse(this.text.slice(start, this.position)) as string;
    } catch {
      this.position = start;
      this.unexpected('a valid JSON string');
    }
    if (LONE_SURROGATE.test(value)) this.fail('text made of whole Unicode characters', 'a lone surrogate');
    return value;
  }

  /** Checks that only spaces are left, which safetensors allows as padding. */
  end(): void {
    while (this.text[this.position] === ' ') this.position++;
    if (this.position !== this.text.length) this.unexpected('nothing but spaces');
  }

  /**
   * Where the string that starts at `start` ends. A loop, because a regular expression could
   * overflow the stack.
   */
  private closingQuote(start: number): number {
    for (let i = start + 1; i < this.text.length; i++) {
      if (this.text[i] === '"') return i;
      if (this.text[i] === '\\') i++;
    }
    return this.unexpected('a JSON string that ends');
  }

  /** A whole number from 0 to 2⁵³ − 1, written with digits only. */
  private integer(): number {
    this.space();
    INTEGER.lastIndex = this.position;
    const digits = INTEGER.exec(this.text)?.[0];
    if (digits === undefined) this.unexpected('a whole number from 0 up');
    const value = Number(digits);
    if (!Number.isSafeInteger(value)) {
      this.fail('whole numbers below 2^53', digits.length > SHOWN ? `${digits.length} digits` : digits);
    }
    this.position += digits.length;
    return value;
  }

  private list(open: string, close: string, readItem: () => void): void {
    this.expect(open);
    if (this.take(close)) return;
    do readItem();
    while (this.take(','));
    this.expect(close);
  }

  private expect(character: string): void {
    if (!this.take(character)) this.unexpected(`'${character}'`);
  }

  private take(character: string): boolean {
    this.space();
    if (this.text[this.position] !== character) return false;
    this.position++;
    return true;
  }

  private space(): void {
    while (' \t\n\r'.includes(this.text[this.position] ?? 'end')) this.position++;
  }

  private unexpected(expected: string): never {
    const rest = this.text.slice(this.position, this.position + SHOWN_REST);
    const given = rest === '' ? 'the end of the text' : shown(rest);
    return this.fail(`${expected} at character ${this.position} of the JSON text`, given);
  }
}

/**
 * A number without sign, leading zero, fraction or exponent: the next character may not continue
 * it.
 */
const INTEGER = /(?:0|[1-9]\d*)(?![\d.eE+-])/y;
const LONE_SURROGATE = /\p{Surrogate}/u;

/** Messages quote at most this many characters of a file's text. */
const SHOWN = 60;
const SHOWN_REST = 20;
/** Control characters and text-direction marks, some of which JSON.stringify leaves unescaped. */
const INVISIBLE = /\p{Cc}|\p{Cf}/gu;

/** A name from a file, escaped and cut so that it cannot flood or garble a terminal. */
export function shown(name: string): string {
  const quoted = JSON.stringify(name.length > SHOWN ? `${name.slice(0, SHOWN)}…` : name);
  return quoted.replace(INVISIBLE, (character) => `\\u{${character.codePointAt(0)!.toString(16)}}`);
}

/** True if the text can be encoded as UTF-8. */
export function isWellFormed(text: string): boolean {
  return !LONE_SURROGATE.test(text);
}
