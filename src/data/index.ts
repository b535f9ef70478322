export { fromArrow, readArrow } from './arrow/arrow.js';
export type { ArrowTable, ArrowVector } from './arrow/vectors.js';
export type { ColumnarOptions } from './cells.js';
export { type CifarImages, cifar10Classes, loadCifar10, readCifar10 } from './cifar.js';
export type { Column, ColumnInput, NumericColumn, TextColumn } from './column.js';
export { type CsvBatch, CsvDataset, type CsvMatrix, csv } from './csv/dataset.js';
export type { CsvDateFormat, DateUnit } from './csv/dateFormat.js';
export type { CsvNumberFormat } from './csv/numberFormat.js';
export type { CsvColumnType, CsvOptions } from './csv/options.js';
export type { CsvColumn, CsvSchema } from './csv/schema.js';
export type { BlobSource, CsvSource, ResponseSource } from './csv/source.js';
export { type ColumnsInput, DataTable } from './dataTable.js';
export * from './generators/index.js';
export { loadMnist, readIdx } from './idx.js';
export {
  type ImageBatch,
  type ImageFolder,
  type ImageStream,
  imageFolder,
  readImage,
} from './images/imageFolder.js';
export type { ImageFolderOptions, ImageOptions } from './images/options.js';
export { readNpy, writeNpy } from './npy/npy.js';
export { type ReadNpzOptions, readNpz, type WriteNpzOptions, writeNpz } from './npy/npz.js';
export { readParquet } from './parquet/parquet.js';
export { readSafetensors, writeSafetensors } from './safetensors.js';
export type { ConcatOptions } from './table/combine.js';
export { type CsvTextOptions, writeCSV } from './table/csvText.js';
export type { Aggregations, GroupedTable, GroupStatistic } from './table/groups.js';
export type { RowFilter, SortOptions, TableRow } from './table/order.js';
