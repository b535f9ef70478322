import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { countCells, csvLine } from '#steepest/io/csvText.js';

const separators = fc.constantFrom(',', ';', '\t', '|', ' ', '§');
const text = fc.string({
  unit: fc.constantFrom('a', 'B', ',', ';', '\t', '|', ' ', '"', '\n', '\r', 'é', '損'),
});

describe('lines of CSV', () => {
  it('are read back by csv-parse, whatever the cells hold', () => {
    const rows = fc.array(fc.array(text, { minLength: 2, maxLength: 5 }), { minLength: 1, maxLength: 3 });
    const property = fc.property(rows, separators, (lines, separator) => {
      const file = lines.map((cells) => csvLine(cells, separator)).join('');
      const options = { delimiter: separator, relax_column_count: true, record_delimiter: '\n' };
      expect(parse(file, options)).toEqual(lines);
      for (const cells of lines) expect(countCells(csvLine(cells, separator), separator)).toBe(cells.length);
    });
    fc.assert(property, { numRuns: 400 });
  });

  it('keep every digit of a number', () => {
    const property = fc.property(fc.array(fc.double(), { minLength: 1, maxLength: 9 }), (numbers) => {
      const line = csvLine(numbers, ',');
      expect(line.endsWith('\n')).toBe(true);
      const read = line.trimEnd().split(',').map(Number);
      expect(read).toEqual(numbers.map((number) => number + 0));
    });
    fc.assert(property, { numRuns: 500 });
  });

  it('leave absent cells empty', () => {
    expect(csvLine(['epoch', 'loss', 'valLoss'], ',')).toBe('epoch,loss,valLoss\n');
    expect(csvLine([0, 0.5, undefined], ';')).toBe('0;0.5;\n');
  });
});
