export type { Column, ColumnInput, NumericColumn, TextColumn } from './column.js';
export { type ColumnsInput, DataTable } from './dataTable.js';
export * from './generators/index.js';
export { loadMnist, readIdx } from './idx.js';
