import { SteepestError } from '../../../core/errors.js';
import { DateReader } from '../../../data/csv/dateFormat.js';
import { modelFileError } from '../../../io/modelFile.js';
import { dateFormat, missingTexts, ownOf } from '../../data/csvCells.js';
import type { ModelInfo } from '../../modelInfo.js';
import type { ColumnForm, Inputs } from './inputs.js';

/**
 * How the cells of requests may be written, from what `steepest train` wrote into a model's file:
 * as in the CSV file that it was trained on.
 * @throws SteepestError `ERR_MODEL_FILE` for a format of dates that is none
 */
export function trainedForms(
  info: ModelInfo | undefined,
  { names, types }: Pick<Inputs, 'names' | 'types'>,
): Pick<Inputs, 'forms' | 'missing'> {
  if (info === undefined || names === undefined) return {};
  const { reading = {}, columns = [] } = info;
  const roles = new Map(columns.map(({ name, role }) => [name, role]));
  const forms = names.map((name, j): ColumnForm | undefined => {
    if (types[j] !== 'number') return undefined;
    // Tables of other formats hold dates as such: requests write them by ISO 8601.
    const format = ownOf(reading.dates, name) ?? (roles.get(name) === 'date' ? '' : undefined);
    if (format !== undefined) return { type: 'date', format: checked(name, format) };
    return ownOf(reading.types, name) === 'boolean' ? { type: 'boolean' } : undefined;
  });
  return {
    ...(forms.some(Boolean) ? { forms } : {}),
    // A file that is not CSV holds gaps as such, and such texts as texts.
    ...(reading.types === undefined ? {} : { missing: missingTexts(reading.missing) }),
  };
}

function checked(name: string, format: string): string {
  try {
    new DateReader(`reading.dates['${name}']`, dateFormat(format));
  } catch (error) {
    if (!(error instanceof SteepestError)) throw error;
    throw modelFileError(error.expected, error.given, 'Train the model again.', error);
  }
  return format;
}
