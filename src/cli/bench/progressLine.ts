/**
 * Says on stderr what is being measured: one line that changes on a terminal, a line for each
 * section in a log.
 */
export class ProgressLine {
  private section = '';

  constructor(
    private readonly seconds: number,
    private readonly out: NodeJS.WriteStream = process.stderr,
  ) {}

  show(section: string, name: string, elapsed: number): void {
    const { out } = this;
    if (out.isTTY) {
      const time = `${Math.floor(elapsed)} of ${Math.ceil(this.seconds)} s`;
      const text = [time, section, name].filter((part) => part !== '').join(' · ');
      out.write(`\r\x1b[2K\x1b[2m  ${text.slice(0, Math.max(0, out.columns - 3))}\x1b[0m`);
    } else if (section !== this.section) out.write(`measuring: ${section}\n`);
    this.section = section;
  }

  /** Takes the line away. */
  clear(): void {
    if (this.out.isTTY) this.out.write('\r\x1b[2K');
  }
}
