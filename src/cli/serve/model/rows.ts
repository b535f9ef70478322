import { show } from '../../../core/show.js';
import { isSample } from '../../../data/sampleShape.js';
import { refuseBody } from '../http/refusal.js';
import { CellReader } from './cellReader.js';
import { type CellRules, type CellValue, numberCell, pathOf, refuseMissing } from './cells.js';
import type { Inputs } from './inputs.js';

/**
 * Rows that have been checked, as the model takes them: row-major numbers, or columns where there is
 * text or a column that is not used.
 */
export type Rows =
  | { count: number; numbers: Float64Array | Float32Array }
  | { count: number; columns: readonly (readonly CellValue[])[] };

/** Reads the rows of requests for one model. Knows nothing of HTTP but its refusals. */
export class RowReader {
  private readonly cols: number;
  private readonly isNumbers: boolean;
  private readonly used: readonly number[];
  private readonly cells: CellReader;

  /** @throws SteepestError `ERR_ARGUMENT` for a format of dates that is none */
  constructor(readonly inputs: Inputs) {
    const { types } = inputs;
    this.cells = new CellReader(inputs);
    this.cols = types.length;
    this.isNumbers = types.every((type) => type === 'number');
    this.used = types.flatMap((type, j) => (type === undefined ? [] : [j]));
  }

  /**
   * @param path the rows' place in the body: `rows`
   * @throws Refusal for the first cell that does not fit
   */
  readAll(list: readonly unknown[], path: string): Rows {
    return this.read(list, (i) => `${path}[${i}]`);
  }

  /** One row. @throws Refusal */
  readOne(row: unknown, path: string): Rows {
    return this.read([row], () => path);
  }

  private read(list: readonly unknown[], pathOfRow: (i: number) => string): Rows {
    const count = list.length;
    if (this.isNumbers) {
      const { cols } = this;
      const numbers = this.room(count * cols);
      for (let i = 0; i < count; i++) this.fill(numbers, i * cols, list[i], () => pathOfRow(i));
      return { count, numbers };
    }
    const columns = this.used.map(() => Array<CellValue>(count));
    list.forEach((row, i) => {
      this.readCells(columns, i, row, pathOfRow(i));
    });
    return { count, columns };
  }

  private room(length: number): Float64Array | Float32Array {
    return this.inputs.isFloat32 ? new Float32Array(length) : new Float64Array(length);
  }

  private fill(to: Float64Array | Float32Array, at: number, row: unknown, path: () => string): void {
    const { inputs, cols, cells } = this;
    if (!Array.isArray(row)) {
      const { object, names } = this.named(row, path());
      names.forEach((name, j) => {
        const value = Object.hasOwn(object, name)
          ? object[name]
          : refuseMissing(object, name, names, cells.kindOf(j), path());
        to[at + j] = cells.number(value, j, () => path() + pathOf(name));
      });
      return;
    }
    const shape = inputs.imageShape;
    if (shape !== undefined && Array.isArray(row[0])) {
      fillImage(to, at, row, shape, path, inputs);
      return;
    }
    if (row.length !== cols) this.refuseLength(row, path());
    const { takesAllNumbers } = cells;
    for (let j = 0; j < cols; j++) {
      const value: unknown = row[j];
      // The usual case first: images have thousands of numbers.
      if (takesAllNumbers && typeof value === 'number' && Math.abs(value) < MOST_USUAL) to[at + j] = value;
      else to[at + j] = cells.number(value, j, () => `${path()}[${j}]`);
    }
  }

  private readCells(columns: readonly CellValue[][], i: number, row: unknown, path: string): void {
    const { cells } = this;
    const { names, types } = this.inputs;
    const isList = Array.isArray(row);
    if (isList && row.length !== this.cols) this.refuseLength(row, path);
    const object = isList ? undefined : this.named(row, path).object;
    this.used.forEach((j, k) => {
      const name = names?.[j] ?? j;
      const cellPath = (): string => path + pathOf(object === undefined ? j : name);
      let value: unknown;
      if (isList) value = row[j];
      else if (Object.hasOwn(object!, name)) value = object![name];
      else refuseMissing(object!, String(name), names!, cells.kindOf(j), path);
      const isText = types[j] === 'text';
      columns[k]![i] = isText ? cells.text(value, cellPath) : cells.number(value, j, cellPath);
    });
  }

  /** A row as an object by the names of the columns. @throws Refusal */
  private named(row: unknown, path: string): { object: Record<string, unknown>; names: readonly string[] } {
    const { names, imageShape } = this.inputs;
    const isObject = typeof row === 'object' && row !== null;
    if (isObject && names !== undefined) return { object: row as Record<string, unknown>, names };
    const list = `a list of ${this.cols} cells`;
    const image = imageShape === undefined ? '' : `, or an image [${imageShape.join(', ')}] as nested lists`;
    return refuseBody('ERR_SHAPE', path, {
      expected: names === undefined ? list + image : `an object with a key per column, or ${list}`,
      given: isObject ? 'an object' : show(row),
      hint: isObject
        ? "The columns of the fit had no names, so rows are lists in the fit's order."
        : "Write one row as 'row', and a list of rows as 'rows'.",
    });
  }

  private refuseLength(row: readonly unknown[], path: string): never {
    const { names } = this.inputs;
    refuseBody('ERR_SHAPE', path, {
      expected: `${this.cols} cell${this.cols === 1 ? '' : 's'}, one per column of the fit`,
      given: String(row.length),
      hint:
        names === undefined
          ? 'Pass the same columns.'
          : 'Pass the same columns, or objects with their names.',
    });
  }
}

/** float32 holds all numbers below it. */
const MOST_USUAL = 3e38;

/** Copies nested lists. @throws Refusal for another shape; grey images may omit their channel */
function fillImage(
  to: Float64Array | Float32Array,
  at: number,
  image: readonly unknown[],
  shape: readonly number[],
  path: () => string,
  rules: CellRules,
): void {
  const given = [image.length, (image[0] as unknown[]).length];
  const [pixel] = image[0] as unknown[];
  if (Array.isArray(pixel)) given.push(pixel.length);
  if (!isSample(given, shape)) refuseImage(given, shape, path());
  let next = at;
  const copy = (list: unknown, depth: number, where: () => string): void => {
    if (depth === given.length) {
      to[next++] = numberCell(list, where, rules);
      return;
    }
    if (!Array.isArray(list) || list.length !== given[depth]) {
      refuseBody('ERR_RAGGED', where(), {
        expected: `a list of ${given[depth]}, as the ones before it`,
        given: Array.isArray(list) ? String(list.length) : show(list),
        hint: 'Give every row of an image the same length.',
      });
    }
    list.forEach((item: unknown, i) => {
      copy(item, depth + 1, () => `${where()}[${i}]`);
    });
  };
  copy(image, 0, path);
}

function refuseImage(given: readonly number[], shape: readonly number[], path: string): never {
  refuseBody('ERR_SHAPE', path, {
    expected: `an image [${shape.join(', ')}] (height, width, channels), or its numbers in a list`,
    given: `[${given.join(', ')}]`,
    hint: 'Resize the image before you send it; channels come last.',
  });
}

/** The rows of several requests behind each other. All are of one model. */
export function concatenated(all: readonly Rows[]): Rows {
  const [first] = all;
  if (all.length === 1) return first!;
  const count = all.reduce((sum, rows) => sum + rows.count, 0);
  if ('columns' in first!) {
    const columns = first.columns.map((_, k) =>
      all.flatMap((rows) => ('columns' in rows ? rows.columns[k]! : [])),
    );
    return { count, columns };
  }
  const parts = all.map((rows) => ('numbers' in rows ? rows.numbers : new Float64Array(0)));
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const Type = parts[0]!.constructor as Float32ArrayConstructor;
  const numbers = new Type(length);
  let at = 0;
  for (const part of parts) {
    numbers.set(part, at);
    at += part.length;
  }
  return { count, numbers };
}

/** Rows from `begin` up to `end`, without it. */
export function sliced(rows: Rows, begin: number, end: number): Rows {
  const count = end - begin;
  if ('columns' in rows) return { count, columns: rows.columns.map((column) => column.slice(begin, end)) };
  const cols = rows.numbers.length / rows.count;
  return { count, numbers: rows.numbers.subarray(begin * cols, end * cols) };
}
