/**
 * Reads the Python literal in the header of an NPY file: a dictionary of strings, True, False,
 * None, whole numbers, tuples and lists. NumPy writes one spelling of it and reads all of them
 * (ast.literal_eval), and so does this reader.
 */

export type PythonValue = string | number | boolean | null | PythonTuple | PythonValue[];

/** A tuple; a list is an array. */
export class PythonTuple {
  constructor(readonly items: readonly PythonValue[]) {}
}

/** The text is not such a literal. */
export class LiteralError extends Error {}

/** Characters after a backslash. */
const ESCAPES: Readonly<Record<string, string>> = {
  '\\': '\\',
  "'": "'",
  '"': '"',
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\n': '',
};
const ESCAPE = /\\(?:x([\da-fA-F]{2})|u([\da-fA-F]{4})|([0-7]{1,3})|(.)|$)/gs;
const NAMES: Readonly<Record<string, boolean | null>> = { True: true, False: false, None: null };
/** Maximum nesting, deeper than any dtype has. */
const MAX_DEPTH = 32;

/** @throws LiteralError */
export function parsePythonDict(text: string): Map<string, PythonValue> {
  const parser = new Parser(text);
  const dict = parser.dict();
  parser.end();
  return dict;
}

class Parser {
  private at = 0;
  private depth = 0;

  constructor(private readonly text: string) {}

  dict(): Map<string, PythonValue> {
    this.expect('{');
    const entries = new Map<string, PythonValue>();
    while (!this.take('}')) {
      const key = this.value();
      if (typeof key !== 'string') throw new LiteralError('a key that is no text');
      this.expect(':');
      if (entries.has(key)) throw new LiteralError(`the key '${key}' twice`);
      entries.set(key, this.value());
      if (!this.take(',')) {
        this.expect('}');
        break;
      }
    }
    return entries;
  }

  end(): void {
    this.skip();
    if (this.at < this.text.length) throw new LiteralError('more behind it');
  }

  private value(): PythonValue {
    if (++this.depth > MAX_DEPTH) throw new LiteralError('deep nesting');
    try {
      if (this.take('(')) return this.tuple();
      if (this.take('[')) return this.items(']').items;
      return this.string() ?? this.name() ?? this.integer();
    } finally {
      this.depth--;
    }
  }

  /** A value in parentheses is not a tuple: the comma makes it one. */
  private tuple(): PythonValue {
    const { items, commas } = this.items(')');
    return items.length === 1 && commas === 0 ? items[0]! : new PythonTuple(items);
  }

  private items(close: string): { items: PythonValue[]; commas: number } {
    const items: PythonValue[] = [];
    let commas = 0;
    while (!this.take(close)) {
      items.push(this.value());
      if (!this.take(',')) {
        this.expect(close);
        break;
      }
      commas++;
    }
    return { items, commas };
  }

  /** Adjacent strings are concatenated. */
  private string(): string | undefined {
    let whole: string | undefined;
    for (;;) {
      const match = this.match(
        /(?:[uU]|[rR])?("""(?:[^\\]|\\.)*?"""|'''(?:[^\\]|\\.)*?'''|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')/sy,
      );
      if (match === undefined) return whole;
      const quotes = /^(?:"""|''')/.test(match[1]!) ? 3 : 1;
      const body = match[1]!.slice(quotes, -quotes);
      whole = (whole ?? '') + (/^[rR]/.test(match[0]) ? body : unescaped(body));
    }
  }

  private name(): boolean | null | undefined {
    const word = this.match(/(?:True|False|None)\b/y)?.[0];
    return word === undefined ? undefined : NAMES[word];
  }

  /** An integer; Python 2 wrote L after large ones. */
  private integer(): number {
    const match = this.match(
      /([+-]?)\s*(0[xX][\da-fA-F_]+|0[oO][0-7_]+|0[bB][01_]+|0|[1-9][\d_]*)[lL]?(?![\w.])/y,
    );
    if (match === undefined) {
      throw new LiteralError(
        `${JSON.stringify(this.text.slice(this.at, this.at + 12))} where a value should be`,
      );
    }
    const value = Number(match[2]!.replaceAll('_', ''));
    return match[1] === '-' ? -value : value;
  }

  private match(pattern: RegExp): RegExpExecArray | undefined {
    this.skip();
    pattern.lastIndex = this.at;
    const match = pattern.exec(this.text);
    if (match === null) return undefined;
    this.at = pattern.lastIndex;
    return match;
  }

  private skip(): void {
    const pattern = /(?:\s|#[^\n]*)*/y;
    pattern.lastIndex = this.at;
    pattern.exec(this.text);
    this.at = pattern.lastIndex;
  }

  private take(mark: string): boolean {
    this.skip();
    if (!this.text.startsWith(mark, this.at)) return false;
    this.at += mark.length;
    return true;
  }

  private expect(mark: string): void {
    if (!this.take(mark)) {
      throw new LiteralError(
        `${JSON.stringify(this.text.slice(this.at, this.at + 12))} where '${mark}' should be`,
      );
    }
  }
}

function unescaped(body: string): string {
  return body.replace(ESCAPE, (all, hex: string, unicode: string, octal: string, other: string) => {
    if (hex !== undefined || unicode !== undefined)
      return String.fromCharCode(Number.parseInt(hex ?? unicode, 16));
    if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8));
    return ESCAPES[other] ?? all;
  });
}
