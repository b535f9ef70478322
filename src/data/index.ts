export type { Column, ColumnInput, NumericColumn, TextColumn } from './column.js';
export { type CsvBatch, CsvDataset, type CsvMatrix, csv } from './csv/dataset.js';
export type { CsvColumnType, CsvOptions } from './csv/options.js';
export type { CsvColumn, CsvSchema } from './csv/schema.js';
export { type ColumnsInput, DataTable } from './dataTable.js';
export * from './generators/index.js';
export { loadMnist, readIdx } from './idx.js';
