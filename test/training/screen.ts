const ESCAPE = '\u001b';
/** A control sequence, or a character. */
const PARTS = new RegExp(`${ESCAPE}\\[[A-Z]|[\\s\\S]`, 'gu');

/** A terminal as far as progress bars use one: text that wraps, and four control sequences. */
export class Screen {
  private readonly lines: string[][] = [[]];
  private row = 0;
  private column = 0;

  constructor(private readonly columns = 80) {}

  write(text: string): void {
    for (const [part] of text.matchAll(PARTS)) {
      if (part === '\r') this.column = 0;
      else if (part === '\n') this.moveTo(this.row + 1, 0);
      else if (part === `${ESCAPE}[A`) this.moveTo(Math.max(this.row - 1, 0), this.column);
      else if (part === `${ESCAPE}[K` || part === `${ESCAPE}[J`) this.erase(part.endsWith('J'));
      else if (part.startsWith(ESCAPE)) throw new Error(`no terminal for ${JSON.stringify(part)}`);
      else this.put(part);
    }
  }

  /** What can be read on it, without lines that are empty. */
  get text(): string[] {
    return this.lines
      .map((line) =>
        Array.from(line, (c) => c ?? ' ')
          .join('')
          .trimEnd(),
      )
      .filter((line) => line !== '');
  }

  private put(character: string): void {
    if (this.column >= this.columns) this.moveTo(this.row + 1, 0);
    this.lines[this.row]![this.column++] = character;
  }

  private moveTo(row: number, column: number): void {
    while (this.lines.length <= row) this.lines.push([]);
    this.row = row;
    this.column = column;
  }

  private erase(below: boolean): void {
    const line = this.lines[this.row]!;
    line.length = Math.min(line.length, this.column);
    if (below) this.lines.length = this.row + 1;
  }
}
