/** Rows to learn from, and what is known about them before a model is chosen. */

import type { NdArray } from '../../core/ndarray.js';
import type { DataTable } from '../../data/dataTable.js';
import type { Label } from '../../estimators/base/labels.js';
import { takeRowsInSlices } from '../../estimators/selection/rows.js';
import type { ImageShape } from '../data/images.js';
import type { CsvReading } from '../readData.js';

export type Task = 'classification' | 'regression';

/** A table, rows of numbers [rows, columns], or images [rows, height, width, channels]. */
export type Inputs = DataTable | NdArray;

/** Classes, or numbers. */
export type Targets = readonly Label[] | Float64Array;

export interface Dataset {
  x: Inputs;
  y: Targets;
  rows: number;
}

/** What a column of a table is for. */
export interface ColumnPlan {
  name: string;
  role: 'number' | 'date' | 'category' | 'many' | 'dropped';
  /** Values that are missing. */
  gaps: number;
  /** Different values of a category. */
  values?: number;
  /** Why it is left out. */
  why?: string;
  /** It gives the target away. */
  isLeak?: true;
}

/** What there is to learn. */
export interface Problem {
  /** The path, or `<stdin>`. */
  source: string;
  kind: 'table' | 'rows' | 'images';
  task: Task;
  /** The name of the target. */
  target: string;
  /** Of a classification: in sorted order. */
  classes: readonly Label[] | undefined;
  /** Rows with a target. */
  rows: number;
  /** Held-out rows that the data brings along. */
  test: Dataset | undefined;
  /** Rows without a target. */
  dropped: number;
  /** Of a table: every column but the target. */
  columns: readonly ColumnPlan[] | undefined;
  reading: CsvReading | undefined;
  image: ImageShape | undefined;
  /** What is not obvious about the reading. */
  notes: readonly string[];
}

/** What there is to learn, with the rows to learn it from. */
export interface WholeProblem extends Problem {
  data: Dataset;
}

/** The same without the rows, which are the most of the memory: once their parts are copied. */
export function withoutRows({ data, ...problem }: WholeProblem): Problem {
  return problem;
}

/** Some rows; the event loop runs between slices. */
export async function rowsOf({ x, y }: Dataset, positions: Uint32Array): Promise<Dataset> {
  return {
    x: (await takeRowsInSlices(x, positions)) as Inputs,
    y: (await takeRowsInSlices(y as readonly Label[], positions)) as Targets,
    rows: positions.length,
  };
}

/** Rows and targets as the model's report takes them: a network of images knows classes by names. */
export function answered({ x, y }: Dataset, { kind, task }: Problem): [Inputs, Targets] {
  const hasNames = kind === 'images' && task === 'classification';
  return [x, hasNames ? Array.from(y as readonly unknown[], String) : y];
}

/** How often each value occurs. */
export function countsOf<T>(values: ArrayLike<T>): Map<T, number> {
  const counts = new Map<T, number>();
  for (let i = 0; i < values.length; i++) counts.set(values[i]!, (counts.get(values[i]!) ?? 0) + 1);
  return counts;
}

/** The classes of rows of a classification. */
export const labelsIn = ({ y }: Dataset): readonly Label[] => y as readonly Label[];
