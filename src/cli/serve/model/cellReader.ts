import { show } from '../../../core/show.js';
import { boolOf } from '../../../data/csv/booleans.js';
import { DateReader } from '../../../data/csv/dateFormat.js';
import { MissingTexts } from '../../../data/csv/missing.js';
import { dateFormat } from '../../data/csvCells.js';
import { refuseBody } from '../http/refusal.js';
import { type CellValue, numberCell, textCell } from './cells.js';
import { dateText } from './dateText.js';
import type { Inputs } from './inputs.js';

/** A day with two digits in each part: it shows a format. */
const SHOWN_DAY = Date.UTC(2024, 11, 31);

/**
 * Reads the cells of one model. Where the model comes from a CSV file, texts that its fields may
 * have are read as they are there: dates, missing values, true and false.
 */
export class CellReader {
  /** Whether every number is taken as it is. */
  readonly takesAllNumbers: boolean;
  private readonly missing: MissingTexts | undefined;
  private readonly dates: readonly (DateReader | undefined)[];

  /** @throws SteepestError `ERR_ARGUMENT` for a format of dates that is none */
  constructor(private readonly inputs: Inputs) {
    const { forms = [], missing } = inputs;
    this.missing = missing && new MissingTexts(missing, '.');
    this.dates = forms.map((form, j) =>
      form?.type === 'date'
        ? new DateReader(`dates[${show(inputs.names?.[j] ?? j)}]`, dateFormat(form.format))
        : undefined,
    );
    this.takesAllNumbers = !this.dates.some(Boolean) && !this.missing?.numbers.size;
  }

  /** What a cell of a column has to be, in words. */
  kindOf(j: number): string {
    if (this.dates[j] !== undefined) return 'a date';
    return this.inputs.types[j] === 'text' ? 'text' : 'a number';
  }

  /** A cell of a column of text. @throws Refusal */
  text(value: unknown, path: () => string): CellValue {
    return typeof value === 'string' && this.missing?.has(value.trim()) ? null : textCell(value, path);
  }

  /** A cell of a column of numbers; NaN is a gap. @throws Refusal */
  number(value: unknown, j: number, path: () => string): number {
    const { inputs, missing } = this;
    if (typeof value === 'string') {
      const text = value.trim();
      if (missing?.has(text)) return Number.NaN;
      const date = this.dates[j];
      if (date !== undefined) return date.parse(text) ?? this.refuseDate(date, j, value, path);
      const flag = inputs.forms?.[j]?.type === 'boolean' ? boolOf(text, true) : undefined;
      if (flag !== undefined) return flag;
    } else if (typeof value === 'number' && missing?.numbers.has(value)) {
      return Number.NaN;
    } else if (value !== null && this.dates[j] !== undefined && !this.isMoment(value, j)) {
      return this.refuseDate(this.dates[j], j, value, path);
    }
    return numberCell(value, path, inputs);
  }

  /** Milliseconds since 1970. In other formats a number could be the digits of a date. */
  private isMoment(value: unknown, j: number): boolean {
    return typeof value === 'number' && this.formatOf(j) === '';
  }

  private formatOf(j: number): string {
    const form = this.inputs.forms?.[j];
    return form?.type === 'date' ? form.format : '';
  }

  private refuseDate({ words }: DateReader, j: number, value: unknown, path: () => string): never {
    refuseBody('ERR_ARGUMENT', path(), {
      expected: `${words}, or null for a gap`,
      given: show(value),
      hint: `Write ${JSON.stringify(dateText(SHOWN_DAY, this.formatOf(j)))} for 31 December 2024.`,
    });
  }
}
