/** Sends text columns between threads, in pieces that take one turn of the event loop each. */
import type { TextColumn } from '../column.js';
import type { TextPiece } from './task.js';

/** Rows per piece: about a millisecond to assemble. */
const PIECE_ROWS = 2 ** 14;
/** Characters per piece, unless one text has more. */
const PIECE_CHARACTERS = 2 ** 20;
/** Distinct texts remembered, so that each is sent once. */
const MOST_KNOWN = 2 ** 16;

/** Cuts columns into pieces. */
export class TextSender {
  private known = new Map<string, number>();
  private row = 0;

  /**
   * @param columns the columns with their numbers in the table
   * @param take counts the bytes sent
   */
  constructor(
    private readonly columns: { column: number; values: TextColumn }[],
    private readonly take: (bytes: number) => void,
  ) {}

  next(): TextPiece {
    const { column, values } = this.columns[0]!;
    const isFresh = this.row === 0 || this.known.size > MOST_KNOWN;
    if (isFresh) this.known = new Map();
    const { known } = this;
    const texts: string[] = [];
    const codes: number[] = [];
    const end = Math.min(values.length, this.row + PIECE_ROWS);
    let characters = 0;
    for (; this.row < end && characters < PIECE_CHARACTERS; this.row++) {
      const text = values[this.row]!;
      let code = text === null ? -1 : known.get(text);
      if (code === undefined) {
        characters += text.length;
        code = known.size;
        known.set(text, code);
        texts.push(text);
      }
      codes.push(code);
    }
    this.take(characters);
    if (this.row >= values.length) {
      this.columns.shift();
      this.row = 0;
    }
    const isLast = this.columns.length === 0;
    return { column, isFresh, texts, codes: Int32Array.from(codes), isLast };
  }
}

/** Assembles the pieces. */
export class TextReceiver {
  private known: string[] = [];

  add(column: (string | null)[], { isFresh, texts, codes }: TextPiece): void {
    if (isFresh) this.known = [];
    for (const text of texts) this.known.push(text);
    for (const code of codes) column.push(code < 0 ? null : this.known[code]!);
  }
}
