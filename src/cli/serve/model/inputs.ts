import type { ColumnType } from '../../../estimators/onnx/table.js';
import type { CellRules } from './cells.js';

/** How the texts of a column of numbers are written; a date has strptime's format, or '' for ISO 8601. */
export type ColumnForm = { type: 'date'; format: string } | { type: 'boolean' };

/** What a model takes. */
export interface Inputs extends CellRules {
  /** Undefined if the columns had no names in the fit. */
  names: readonly string[] | undefined;
  /** What each column holds; undefined for one that the model does not use. */
  types: readonly (ColumnType | undefined)[];
  /** Height, width and channels of images; undefined for rows. */
  imageShape: readonly number[] | undefined;
  /** Of each column that may hold texts for numbers; undefined if none may. */
  forms?: readonly (ColumnForm | undefined)[] | undefined;
  /** Texts that stand for a gap; undefined if only null does. */
  missing?: readonly string[] | undefined;
}
