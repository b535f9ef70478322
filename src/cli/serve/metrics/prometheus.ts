/** Counters, gauges and histograms, and their text for Prometheus (exposition format 0.0.4). */

/** The content type of that text. */
export const METRICS_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

/** Something with a name that prints itself. */
export interface Metric {
  toString(): string;
}

type Labels = Readonly<Record<string, string>>;

/** A label's value: backslashes, quotes and line ends are escaped. */
const escaped = (value: string): string =>
  value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');

export function labelled(name: string, labels: Labels): string {
  const list = Object.entries(labels).map(([key, value]) => `${key}="${escaped(value)}"`);
  return list.length === 0 ? name : `${name}{${list.join(',')}}`;
}

const head = (name: string, type: string, help: string): string =>
  `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n`;

/** A count per set of labels. There must be few sets: no label holds what clients send. */
export class Counter implements Metric {
  private readonly counts = new Map<string, number>();

  constructor(
    private readonly name: string,
    private readonly help: string,
  ) {}

  add(labels: Labels, by = 1): void {
    const key = labelled(this.name, labels);
    this.counts.set(key, (this.counts.get(key) ?? 0) + by);
  }

  toString(): string {
    const lines = [...this.counts].map(([key, count]) => `${key} ${count}\n`);
    return head(this.name, 'counter', this.help) + lines.join('');
  }
}

/** Numbers that are asked for when they are printed. */
export class Gauge implements Metric {
  constructor(
    private readonly name: string,
    private readonly help: string,
    private readonly read: () => number | readonly (readonly [Labels, number])[],
    private readonly type: 'gauge' | 'counter' = 'gauge',
  ) {}

  toString(): string {
    const value = this.read();
    const all = typeof value === 'number' ? [[{}, value] as const] : value;
    const lines = all.map(([labels, number]) => `${labelled(this.name, labels)} ${number}\n`);
    return head(this.name, this.type, this.help) + lines.join('');
  }
}

/** How many values are at most as large as each bound. */
export class Histogram implements Metric {
  private readonly counts: number[];
  private sum = 0;

  /** @param bounds ascending, without infinity */
  constructor(
    private readonly name: string,
    private readonly help: string,
    private readonly bounds: readonly number[],
  ) {
    this.counts = Array(bounds.length + 1).fill(0);
  }

  observe(value: number): void {
    let i = 0;
    while (i < this.bounds.length && value > this.bounds[i]!) i++;
    this.counts[i]!++;
    this.sum += value;
  }

  toString(): string {
    const { name, bounds, counts } = this;
    let total = 0;
    const lines = counts.map((count, i) => {
      total += count;
      return `${name}_bucket{le="${bounds[i] ?? '+Inf'}"} ${total}\n`;
    });
    return `${head(name, 'histogram', this.help)}${lines.join('')}${name}_sum ${this.sum}\n${name}_count ${total}\n`;
  }
}
