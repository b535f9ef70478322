import type { NdArray } from '../../core/ndarray.js';
import { show } from '../../core/show.js';
import type { SavedState } from '../base/saved.js';
import { arrayOf, type Dump, dumpError, numberOf, unwrapped } from './dump.js';
import type { SklearnClass } from './sklearnClass.js';

const list = (data: Float64Array): NdArray => ({ data, shape: [data.length] });
/** One number per column; the same for all without the attribute. */
const perColumnOr = (dump: Dump, name: string, value: number): Float64Array =>
  dump.maybe(name) === undefined ? new Float64Array(dump.cols).fill(value) : dump.perColumn(name, dump.cols);

/** Moments of each column. A column that was not divided is constant: its variance is 0. */
function standardScaler(dump: Dump): SavedState {
  const { cols } = dump;
  const seen = dump.perColumn('n_samples_seen_', cols);
  const [mean, variance, scale] = ['mean_', 'var_', 'scale_'].map((name) =>
    perColumnOr(dump, name, Number.NaN),
  ) as [Float64Array, Float64Array, Float64Array];
  return {
    tensors: {
      count: list(seen),
      values: list(seen),
      mean: list(mean),
      variance: list(variance.map((value, j) => (scale[j] === 1 && value !== 1 ? 0 : value))),
      unit: list(new Float64Array(cols)),
    },
    attributes: dump.columns,
  };
}

/** Centre and width of each column: 0 and 1 where they are not used. */
function robustScaler(dump: Dump): SavedState {
  const { cols } = dump;
  return {
    tensors: {
      center: list(perColumnOr(dump, 'center_', 0)),
      low: list(new Float64Array(cols)),
      high: list(perColumnOr(dump, 'scale_', 1)),
    },
    attributes: {
      ...dump.columns,
      normalRange: 1,
      withCentering: dump.param('with_centering') === true,
      withScaling: dump.param('with_scaling') === true,
    },
  };
}

function imputer(dump: Dump): SavedState {
  const fills = dump.list('statistics_').map((fill) => (typeof fill === 'string' ? fill : numberOf(fill)));
  const empty = fills.findIndex((fill) => fill === undefined || Number.isNaN(fill));
  if (empty >= 0) {
    const hint = 'Leave the column out, or fit with keep_empty_features=True.';
    throw dumpError(
      `a value for each column in statistics_ of ${dump.class}`,
      `none in column ${empty}`,
      hint,
    );
  }
  const indicator = dump.maybe('indicator_') as { fitted?: { features_?: unknown } } | undefined;
  const indicated = arrayOf(indicator?.fitted?.features_ ?? [])?.data ?? [];
  return {
    tensors: {
      numbers: list(Float64Array.from(fills, (fill) => (typeof fill === 'number' ? fill : Number.NaN))),
    },
    attributes: {
      ...dump.columns,
      text: fills.map((fill) => (typeof fill === 'string' ? fill : null)),
      hadMissing: fills.map((_, j) => indicated.includes(j as never)),
      indicated: dump.param('add_indicator') === true,
    },
  };
}

interface Categories {
  /** Numbers, as a tensor; undefined for text. */
  numbers: Float64Array | undefined;
  text: (string | null)[];
  length: number;
  shownAs: { numbers: string; missing: 'nan' | 'None' };
}

/** The categories of a column: numbers, or text with at most one missing value. */
function categoriesOf(dump: Dump, given: unknown, j: number): Categories {
  const values = unwrapped(given);
  const dtype = String((given as { dtype?: unknown } | null)?.dtype ?? '');
  if (!Array.isArray(values)) throw dumpError(`a list of categories of column ${j}`, show(values));
  const missing = values.includes(null) ? 'None' : 'nan';
  const numbers = values.map((value) => (value === null ? Number.NaN : numberOf(value)));
  const isText = values.some((value) => typeof value === 'string');
  if (!isText && numbers.every((value) => value !== undefined)) {
    const kind = kindOf(dtype, values);
    const data = Float64Array.from(numbers as number[]);
    return { numbers: data, text: [], length: data.length, shownAs: { numbers: kind, missing } };
  }
  const text = values.map((value, i) => {
    if (typeof value === 'string') return value;
    if (value === null || Number.isNaN(numbers[i])) return null;
    const hint = 'Columns of both text and numbers are not supported: convert them to text.';
    throw dumpError(`text or numbers as categories of column ${j} of ${dump.class}`, show(value), hint);
  });
  return { numbers: undefined, text, length: text.length, shownAs: { numbers: 'any', missing } };
}

function kindOf(dtype: string, values: readonly unknown[]): string {
  if (dtype === 'bool' || values.every((value) => typeof value === 'boolean')) return 'boolean';
  if (/^u?int/.test(dtype)) return 'integer';
  return dtype === 'float32' ? 'float32' : dtype === 'object' ? 'any' : 'float64';
}

/** What encoders keep of categories. */
function savedCategories(dump: Dump): { all: Categories[]; state: SavedState } {
  const all = dump.list('categories_').map((column, j) => categoriesOf(dump, column, j));
  const tensors = all.flatMap(({ numbers }, j) =>
    numbers === undefined ? [] : [[`categories.${j}`, list(numbers)] as const],
  );
  const text = all.map(({ numbers, text: own }) => (numbers === undefined ? own : false));
  return {
    all,
    state: { tensors: Object.fromEntries(tensors), attributes: { ...dump.columns, text } },
  };
}

/** The positions of infrequent categories in each column's list. */
function infrequent(dump: Dump, all: readonly Categories[]): number[][] {
  const given = unwrapped(dump.maybe('infrequent_categories_') ?? all.map(() => null));
  if (!Array.isArray(given) || given.length !== all.length) {
    throw dumpError(`infrequent_categories_ of ${dump.class} for each column`, show(given));
  }
  return all.map(({ numbers, text, length }, j) => {
    const own = unwrapped(given[j] ?? []) as readonly unknown[];
    if (!Array.isArray(own)) throw dumpError('a list of infrequent categories', show(own));
    const rare = own.map((value) =>
      numbers === undefined
        ? text.indexOf(typeof value === 'string' ? value : null)
        : numbers.findIndex((number) => Object.is(number, numberOf(value ?? { float: 'nan' }))),
    );
    if (rare.every((code) => code >= 0 && code < length)) return rare.sort((a, b) => a - b);
    throw dumpError(`infrequent categories of column ${j} that are categories`, show(own));
  });
}

function oneHotEncoder(dump: Dump): SavedState {
  const { all, state } = savedCategories(dump);
  const rare = infrequent(dump, all);
  const drops = unwrapped(dump.maybe('drop_idx_') ?? all.map(() => null));
  if (!Array.isArray(drops) || drops.length !== all.length) {
    throw dumpError(`drop_idx_ of ${dump.class} for each column`, show(drops));
  }
  // Infrequent categories share the last position.
  const dropped = all.map(({ length }, j) => {
    const code = drops[j] as number | null;
    if (code === null) return -1;
    if (rare[j]!.includes(code)) return length - rare[j]!.length;
    return code - rare[j]!.filter((other) => other < code).length;
  });
  return {
    tensors: state.tensors,
    attributes: { ...state.attributes, rare, dropped, shownAs: all.map(({ shownAs }) => shownAs) },
  };
}

function ordinalEncoder(dump: Dump): SavedState {
  const { all, state } = savedCategories(dump);
  const codes = ['unknown_value', 'encoded_missing_value'].map(
    (name) => numberOf(dump.param(name)) ?? Number.NaN,
  );
  return {
    tensors: { ...state.tensors, codes: list(Float64Array.from(codes)) },
    attributes: {
      ...state.attributes,
      rare: infrequent(dump, all),
      handleUnknown: dump.param('handle_unknown') === 'error' ? 'error' : 'useEncodedValue',
    },
  };
}

function targetEncoder(dump: Dump): SavedState {
  const { state } = savedCategories(dump);
  const type = dump.need('target_type_');
  const encodings = dump.list('encodings_').map((own, k) => {
    const numbers = arrayOf(own);
    if (numbers === undefined) throw dumpError(`encodings_ of ${dump.class} to be numbers`, show(own));
    return [`encodings.${k}`, list(numbers.data)] as const;
  });
  return {
    tensors: {
      ...state.tensors,
      ...Object.fromEntries(encodings),
      means: list(dump.numbers('target_mean_').data),
    },
    attributes: {
      ...state.attributes,
      type,
      ...(type === 'continuous' ? {} : { classes: dump.labels('classes_') }),
    },
  };
}

/** numpy's names of functions that differ from ours. */
const FUNCTIONS: Readonly<Record<string, string>> = { absolute: 'abs', fabs: 'abs' };

function functionName(dump: Dump, name: string): string | null {
  const given = dump.param(name) as { other?: unknown } | null | undefined;
  if (given === null || given === undefined) return null;
  const known = String(given.other ?? '');
  return FUNCTIONS[known] ?? known;
}

/** Scalers, encoders, imputers and other transformers. */
export const TRANSFORMERS: Readonly<Record<string, SklearnClass>> = {
  StandardScaler: { decisive: ['withMean', 'withStd'], state: standardScaler },
  MinMaxScaler: {
    decisive: ['featureRange', 'clip'],
    state: (dump) => ({
      tensors: {
        low: list(dump.perColumn('data_min_', dump.cols)),
        high: list(dump.perColumn('data_max_', dump.cols)),
      },
      attributes: { ...dump.columns, range: unwrapped(dump.param('feature_range')) },
    }),
  },
  MaxAbsScaler: {
    decisive: ['clip'],
    state: (dump) => ({
      tensors: { maxAbs: list(dump.perColumn('max_abs_', dump.cols)) },
      attributes: { ...dump.columns, rows: dump.number('n_samples_seen_') },
    }),
  },
  RobustScaler: { decisive: ['withCentering', 'withScaling'], state: robustScaler },
  PolynomialFeatures: {
    decisive: ['degree', 'interactionOnly', 'includeBias'],
    state: (dump) => ({
      tensors: {},
      attributes: {
        ...dump.columns,
        degree: unwrapped(dump.param('degree')),
        interactionOnly: dump.param('interaction_only'),
        includeBias: dump.param('include_bias'),
      },
    }),
  },
  VarianceThreshold: {
    decisive: ['threshold'],
    state(dump) {
      const variances = dump.perColumn('variances_', dump.cols);
      const threshold = numberOf(dump.param('threshold')) ?? 0;
      const kept = Array.from(variances.keys()).filter((j) => variances[j]! > threshold);
      return { tensors: { variances: list(variances) }, attributes: { ...dump.columns, kept } };
    },
  },
  SimpleImputer: { decisive: ['missingValues', 'addIndicator'], state: imputer },
  OneHotEncoder: {
    decisive: ['handleUnknown'],
    // What was chosen is in drop_idx_ and categories_.
    params: () => ({ drop: undefined, categories: 'auto' }),
    state: oneHotEncoder,
  },
  OrdinalEncoder: {
    decisive: ['handleUnknown', 'unknownValue', 'encodedMissingValue'],
    params: () => ({ categories: 'auto' }),
    state: ordinalEncoder,
  },
  TargetEncoder: { params: () => ({ categories: 'auto' }), state: targetEncoder },
  LabelEncoder: {
    state: (dump) => ({ tensors: {}, attributes: { classes: dump.labels('classes_') } }),
  },
  FunctionTransformer: {
    params: (dump) => ({
      func: functionName(dump, 'func') ?? 'identity',
      inverseFunc: functionName(dump, 'inverse_func') ?? undefined,
    }),
    state: (dump) => ({
      tensors: {},
      attributes: {
        ...dump.columns,
        func: functionName(dump, 'func') ?? 'identity',
        inverseFunc: functionName(dump, 'inverse_func'),
      },
    }),
  },
};
