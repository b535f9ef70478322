/** How cells of CSV are read, wherever they come from: files and requests to a server. */

import type { CsvDateFormat } from '../../data/csv/dateFormat.js';
import { MISSING } from '../../data/csv/resolveOptions.js';

/** All texts that stand for a missing value. @param given besides those of `data.csv` */
export const missingTexts = (given: readonly string[] = []): string[] => [...new Set([...MISSING, ...given])];

/** @param format of strptime; '' for ISO 8601 */
export const dateFormat = (format: string): CsvDateFormat => (format === '' ? {} : { format });

/** A value by the name of a column; undefined for what an object inherits. */
export const ownOf = <T>(record: Readonly<Record<string, T>> | undefined, name: string): T | undefined =>
  record !== undefined && Object.hasOwn(record, name) ? record[name] : undefined;
