import { drawColumns, drawLaws, drawRows } from '../tables.mjs';
import { COLS, FIT_ROWS, targetsOf, text } from './common.mjs';

/** Encoders of text and numbers: [class, options, whether new rows may have unknown categories]. */
const ENCODERS = [
  ['OneHotEncoder', {}],
  ['OneHotEncoder', { drop: 'first' }],
  ['OneHotEncoder', { drop: 'ifBinary', handleUnknown: 'ignore' }, true],
  ['OneHotEncoder', { handleUnknown: 'ignore' }, true],
  ['OneHotEncoder', { handleUnknown: 'infrequentIfExist', minFrequency: 8 }, true],
  ['OneHotEncoder', { handleUnknown: 'infrequentIfExist', maxCategories: 2, drop: 'first' }, true],
  ['OneHotEncoder', { maxCategories: 2 }],
  ['OrdinalEncoder', {}],
  ['OrdinalEncoder', { encodedMissingValue: -2 }],
  ['OrdinalEncoder', { handleUnknown: 'useEncodedValue', unknownValue: -1 }, true],
  ['OrdinalEncoder', { handleUnknown: 'useEncodedValue', unknownValue: Number.NaN, maxCategories: 3 }, true],
  ['TargetEncoder', { targetType: 'continuous' }, true],
  ['TargetEncoder', { smooth: 3 }, true],
  ['TargetEncoder', { targetType: 'multiclass' }, true],
];

/** The same table with a category in its last row that was never seen. */
function withUnknown({ DataTable }, table) {
  const replace = (values) => [
    ...Array.from(values).slice(0, -1),
    values instanceof Float64Array ? 77 : 'never seen',
  ];
  return new DataTable(table.columnNames.map((name) => [name, replace(table.column(name))]));
}

/** Encoders and imputers of tables with text. */
export function* tableTransformerCases(steepest, draws) {
  const { data } = steepest;
  for (const [type, options, takesUnknown = false] of ENCODERS) {
    for (const types of [['text'], ['text', 'code', 'text'], ['code']]) {
      const laws = drawLaws(draws, types);
      const columns = drawColumns(draws, laws, FIT_ROWS);
      const known = new data.DataTable(columns);
      const target = { continuous: 'numbers', multiclass: 'words' }[options.targetType] ?? 'two';
      const y = targetsOf(draws, drawRows(draws, FIT_ROWS, COLS))[target];
      yield {
        kind: type,
        name: `${type}${text(options)} of ${types.join(', ')}`,
        fitted: () => new steepest[type](options).fit(known, type === 'TargetEncoder' ? y : undefined),
        rows: (rows) =>
          takesUnknown
            ? new data.DataTable(drawColumns(draws, laws, rows, true))
            : known.take(Array.from({ length: rows }, () => draws.whole(0, FIT_ROWS - 1))),
        ...(takesUnknown ? {} : { refused: (rows) => withUnknown(data, known.slice(0, rows)) }),
      };
    }
  }
  const imputers = [
    { strategy: 'mostFrequent' },
    { strategy: 'mostFrequent', addIndicator: true },
    { strategy: 'mostFrequent', missingValues: 'nan', addIndicator: true },
  ];
  for (const options of imputers) {
    for (const types of [['text'], ['number', 'text', 'text', 'number']]) {
      if (options.missingValues !== undefined && types.length > 1) continue;
      const laws = drawLaws(draws, types);
      const known = new data.DataTable(drawColumns(draws, laws, FIT_ROWS));
      yield {
        kind: 'SimpleImputer',
        name: `SimpleImputer${text(options)} of ${types.join(', ')}`,
        fitted: () => new steepest.SimpleImputer(options).fit(known),
        rows: (rows) => new data.DataTable(drawColumns(draws, laws, rows, true)),
      };
    }
  }
}
