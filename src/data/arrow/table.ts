/** Reads the columns of an Arrow file; runs in the thread of arrow.ts. */
import { type ColumnarOptions, columnOfCells } from '../cells.js';
import { asDates } from '../column.js';
import { planColumns } from '../columnar.js';
import { fileError, systemError } from '../fileErrors.js';
import { ReadBudget, type ReadLimits } from '../limits/readLimits.js';
import { openRegular, unreadable } from '../openRegular.js';
import { loadApacheArrow } from '../peerModules.cjs';
import { peerError } from '../peers.js';
import type { TableRead } from '../thread/task.js';
import { checkLayout } from './layout.js';
import { type ArrowTable, cellsOf, checkVector, scaledCells, scaledForm } from './vectors.js';

/** @throws SteepestError as readArrow documents */
export async function readArrowColumns(
  path: string,
  options: ColumnarOptions,
  limits: ReadLimits,
  onSize: (cells: number, fileBytes: number) => void,
): Promise<TableRead> {
  const { tableFromIPC } = loadArrow();
  const { file } = await openRegular(path);
  try {
    const bytes = await file.readFile().catch((error: unknown) => {
      throw unreadable(path, error);
    });
    const budget = new ReadBudget(path, bytes.length, limits);
    const { rows, columns } = checkLayout(bytes);
    const cells = rows * (options.columns?.length ?? columns);
    budget.take(cells * Float64Array.BYTES_PER_ELEMENT);
    onSize(cells, bytes.length);
    const table = tableFromIPC(bytes);
    const take = (count: number): void => budget.take(count);
    return { rows: table.numRows, columns: arrowColumns(path, table, options, take), take };
  } catch (error) {
    throw systemError(path, 'to be a whole Arrow file without compression', error);
  } finally {
    // Everything that was requested has been read.
    await file.close().catch(() => undefined);
  }
}

function loadArrow(): { tableFromIPC(bytes: Uint8Array): ArrowTable } {
  try {
    return loadApacheArrow() as ReturnType<typeof loadArrow>;
  } catch (error) {
    throw peerError('apache-arrow', 'readArrow', error);
  }
}

/**
 * @param take counts the bytes of texts, which a file may make columns share; undefined without a
 *   file
 *   file
 * @throws SteepestError as fromArrow documents
 */
export function arrowColumns(
  path: string,
  table: ArrowTable,
  options: ColumnarOptions,
  take: ((bytes: number) => void) | undefined,
): TableRead['columns'] {
  const rows = table.numRows;
  const fields = table.schema.fields;
  const plan = planColumns(
    path,
    fields.map(({ name }) => name),
    rows,
    options,
  );
  const isText = new Map(fields.map(({ name, type }) => [name, /utf8/i.test(String(type))] as const));
  const isTime = new Set(
    fields.filter(({ type }) => /^(Date|Timestamp)/.test(String(type))).map(({ name }) => name),
  );
  return plan.names.map((name): TableRead['columns'][number] => {
    const vector = table.getChild(name);
    if (vector?.length !== rows) {
      throw fileError(
        path,
        `column '${name}' to be there with ${rows} rows, as its schema says`,
        vector === null || vector === undefined ? 'none' : `${vector.length}`,
        'Write the file again.',
      );
    }
    if (take !== undefined) checkVector(vector, take);
    const form = scaledForm(vector);
    const cells = form === undefined ? cellsOf(vector) : scaledCells(vector);
    const column = columnOfCells(plan.source(name), [cells], rows, isText.get(name) === true, form);
    return [name, isTime.has(name) ? asDates(column) : column];
  });
}
