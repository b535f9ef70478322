import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as steepest from 'steepest';
import { describe, expect, it } from 'vitest';
import { Samples } from './samples.js';

const page = readFileSync(fileURLToPath(new URL('../../docs/migration.md', import.meta.url)), 'utf8');

/** Rows of the tables that compare: the line's number, and its three cells. */
const rows = page.split('\n').flatMap((line, i) => {
  const cells = line.startsWith('| `') ? line.slice(1, -1).split('|') : [];
  return cells.length === 0 ? [] : [{ line: i + 1, cells }];
});
const spansOf = (text: string): string[] => [...text.matchAll(/`([^`]+)`/g)].map(([, code]) => code!);

/** What the expressions of the column `here` speak of. */
const PRELUDE = `
import { ${Object.keys(steepest).join(', ')} } from 'steepest';
const model = sequential({ layers: [layers.dense({ units: 1, inputShape: [4] })] })
  .compile({ loss: 'mse', metrics: ['accuracy'] });
declare const { history }: Awaited<ReturnType<typeof model.fit>>;
const clf = new LogisticRegression();
const line = new LinearRegression();
declare const rows: number[][];
declare const row: number[];
declare const targets: number[];
declare const labels: string[];
declare const predicted: string[];
declare const scores: number[];
declare const table: data.DataTable;
declare const bytes: Uint8Array;
declare const stream: AsyncIterable<{ x: number[][]; y: number[] }>;
`;

/** A statement for each expression, on a line of its own. */
const expressions = rows.flatMap(({ line, cells }) =>
  spansOf(cells[1] ?? '').map((code) => ({ line, code })),
);

async function errorsOf(codes: readonly string[]): Promise<string[]> {
  const program = codes.map((code) => `void (async () => { ${code}; });\n`).join('');
  const samples = new Samples(new Map([['migration', program + PRELUDE]]));
  try {
    const said = [...(await samples.compile()).matchAll(/program\.ts\((\d+),\d+\): (.*)$/gm)];
    return said.map(([, line, message]) => `${codes[Number(line) - 1] ?? 'prelude'}: ${message}`);
  } finally {
    samples.remove();
  }
}

describe('docs/migration.md', () => {
  it('compares with five libraries, and says of each what is absent', () => {
    const parts = page.split(/^## /m).slice(1);
    const titles = parts.map((part) => part.split('\n')[0]);
    expect(titles).toEqual(['TensorFlow.js', 'Keras', 'scikit-learn', 'ml-regression', 'brain.js']);
    for (const part of parts) {
      expect(part).toMatch(/^\| .+ \| here \| what differs \|$/m);
      expect(part).toContain('**Absent:**');
    }
    expect(rows.filter(({ cells }) => cells.length !== 3)).toEqual([]);
  });

  it('has our calls as TypeScript takes them', async () => {
    expect(expressions.length).toBeGreaterThan(100);
    expect(await errorsOf(expressions.map(({ code }) => code))).toEqual([]);
  });

  it('would not pass with a name that does not exist, or an option of another type', async () => {
    const wrong = [
      'layers.danse({ units: 1 })',
      "layers.dense({ units: 'one' })",
      'new Rigde()',
      'clf.coef_',
    ];
    const errors = await errorsOf(wrong);
    for (const code of wrong) expect(errors.some((error) => error.startsWith(`${code}: `))).toBe(true);
  });
});
