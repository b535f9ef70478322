/** The thread that reads files with other packages: its message handlers. */
import { isMainThread, parentPort } from 'node:worker_threads';
import { readArrowColumns } from '../arrow/table.js';
import { isDateColumn, isNumericColumn, type TextColumn } from '../column.js';
import { readParquetColumns } from '../parquet/table.js';
import { cpuCounter } from './cpuTime.js';
import { packError } from './packedError.js';
import type { FromThread, ReadTask, TableReader, ToThread } from './task.js';
import { TextSender } from './texts.js';

const READERS: Readonly<Record<ReadTask['kind'], TableReader>> = {
  parquet: readParquetColumns,
  arrow: readArrowColumns,
};

const send = (message: FromThread, transfer: readonly ArrayBuffer[] = []): void =>
  parentPort!.postMessage(message, transfer);

let texts: TextSender | undefined;

async function read({ kind, path, options, limits }: ReadTask): Promise<void> {
  texts = undefined;
  const { rows, columns, take } = await READERS[kind](path, options, limits, (cells, fileBytes) =>
    send({ type: 'size', cells, fileBytes }),
  );
  const waiting: { column: number; values: TextColumn }[] = [];
  const sent = columns.map(([name, values], column): [string, Float64Array | undefined] => {
    if (isNumericColumn(values)) return [name, values];
    waiting.push({ column, values });
    return [name, undefined];
  });
  const buffers = sent.flatMap(([, numbers]) =>
    numbers === undefined ? [] : [numbers.buffer as ArrayBuffer],
  );
  if (waiting.length > 0) texts = new TextSender(waiting, take);
  const dates = columns.flatMap(([, values], column) => (isDateColumn(values) ? [column] : []));
  send({ type: 'table', rows, columns: sent, dates }, buffers);
}

function sendTexts(): void {
  const piece = texts!.next();
  if (piece.isLast) texts = undefined;
  send({ type: 'texts', ...piece }, [piece.codes.buffer]);
}

async function answer(message: ToThread): Promise<void> {
  try {
    if (message.type === 'read') await read(message.task);
    else sendTexts();
  } catch (error) {
    texts = undefined;
    send({ type: 'error', error: packError(error) });
  }
}

if (!isMainThread) {
  parentPort!.on('message', (message: ToThread) => void answer(message));
  send({ type: 'ready', cpuCounter: cpuCounter() });
}
