import { show } from '../../core/show.js';
import type { SavedEstimator, SavedState } from '../base/saved.js';
import { type Dump, dumpError, isDump, unwrapped } from './dump.js';
import type { Convert, SklearnClass } from './sklearnClass.js';

const isPass = (step: unknown): boolean => step === 'passthrough' || step === null;

/** The same estimator before it was fitted: what a copy of it would learn with. */
function unfitted({ type, params, state }: SavedEstimator): SavedEstimator {
  // A pipeline, or a column transformer, keeps its steps among what it has learned.
  if (state?.children === undefined) return { type, params, state: undefined };
  const entries = Object.entries(state.children).filter(([name]) => !name.startsWith('fitted.'));
  const children = Object.fromEntries(entries.map(([name, child]) => [name, unfitted(child)]));
  const { order, own } = state.attributes;
  const attributes = order === undefined ? { own } : { order, fitted: false };
  return { type, params, state: { tensors: {}, attributes, children } };
}

/** Steps that do nothing are left out. */
function pipelineState(dump: Dump, convert: Convert): SavedState {
  const steps = unwrapped(dump.param('steps'));
  const isStep = (step: unknown): step is [string, unknown] =>
    Array.isArray(step) && typeof step[0] === 'string';
  if (!Array.isArray(steps) || !steps.every(isStep)) throw dumpError('steps of a Pipeline', show(steps));
  const active = steps.filter(([, step]) => !isPass(step));
  return {
    tensors: {},
    attributes: { order: active.map(([name]) => name), fitted: true },
    children: Object.fromEntries(active.map(([name, step]) => [name, convert(step)])),
  };
}

/** A part of a column transformer: its name, what it does and its columns by number. */
interface Part {
  name: string;
  step: unknown;
  columns: number[];
  width: number;
}

/** Columns by number, from numbers, names, a slice or a mask. */
function columnNumbers(part: string, given: unknown, { cols, names }: Dump['columns']): number[] {
  const bad = (): never => {
    const hint = 'Write columns as a list of numbers or names.';
    throw dumpError(`columns of '${part}' of ${cols} columns as a list`, show(given), hint);
  };
  const at = (column: unknown): number => {
    const j = typeof column === 'string' ? (names?.indexOf(column) ?? -1) : (column as number);
    const from = typeof column === 'number' && j < 0 ? j + cols : j;
    return Number.isInteger(from) && from >= 0 && from < cols ? from : bad();
  };
  const value = unwrapped(given);
  if (Array.isArray(value)) {
    const isMask = value.length === cols && value.every((flag) => typeof flag === 'boolean');
    return isMask ? value.flatMap((flag, j) => (flag ? [j] : [])) : value.map(at);
  }
  const slice = (value as { slice?: unknown } | null)?.slice;
  if (!Array.isArray(slice) || (slice[2] ?? 1) !== 1) return bad();
  const [begin, end] = slice as [unknown, unknown];
  const first = begin === null ? 0 : at(begin);
  // A slice of names has its end, one of numbers ends before it.
  const last =
    end === null || (typeof end === 'number' && end >= cols)
      ? cols
      : at(end) + (typeof end === 'string' ? 1 : 0);
  return Array.from({ length: Math.max(0, last - first) }, (_, i) => first + i);
}

const REMAINDER = 'remainder';

/** The word that was given for a part: fitted, 'passthrough' is a transformer. */
function givenWord(dump: Dump, name: string, step: unknown): 'passthrough' | 'drop' | null {
  const rules = (unwrapped(dump.param('transformers')) ?? []) as unknown[][];
  const given = name === REMAINDER ? dump.param('remainder') : rules.find(([own]) => own === name)?.[1];
  const word = step === 'drop' || step === 'passthrough' ? step : given;
  return word === 'drop' || word === 'passthrough' ? word : null;
}

function partsOf(dump: Dump): Part[] {
  const indices = dump.need('output_indices_') as Record<string, { slice?: unknown }>;
  return dump.list('transformers_').map((entry) => {
    const [name, step, columns] = entry as [unknown, unknown, unknown];
    if (!Array.isArray(entry) || typeof name !== 'string')
      throw dumpError('parts of a ColumnTransformer', show(entry));
    const slice = Object.hasOwn(indices, name) ? indices[name]?.slice : undefined;
    const [begin, end] = (Array.isArray(slice) ? slice : [0, 0]) as [number, number];
    return {
      name,
      step,
      columns: columnNumbers(name, columns, dump.columns),
      width: (end ?? 0) - (begin ?? 0),
    };
  });
}

function columnTransformerState(dump: Dump, convert: Convert): SavedState {
  if ((dump.param('transformer_weights') ?? null) !== null) {
    throw dumpError(
      'a ColumnTransformer without transformer_weights',
      show(dump.param('transformer_weights')),
    );
  }
  // What is left out has no part.
  const parts = partsOf(dump).filter(
    ({ name, step, columns }) => columns.length > 0 && givenWord(dump, name, step) !== 'drop',
  );
  const fitted = parts.filter(({ name, step }) => givenWord(dump, name, step) === null && isDump(step));
  const converted = fitted.map(({ name, step }) => [name, convert(step)] as const);
  return {
    tensors: {},
    attributes: {
      own: converted.map(([name]) => name),
      ...dump.columns,
      parts: parts.map(({ name, step, columns, width }) => ({
        name,
        columns,
        width,
        word: givenWord(dump, name, step),
      })),
    },
    children: Object.fromEntries(
      converted.flatMap(([name, saved]) => [
        [`own.${name}`, unfitted(saved)],
        [`fitted.${name}`, saved],
      ]),
    ),
  };
}

/** Transformers are children; words mark their places. */
function columnTransformerParams(dump: Dump): object {
  const parts = partsOf(dump).filter(({ columns }) => columns.length > 0);
  const { names } = dump;
  return {
    transformers: parts
      .filter(({ name }) => name !== REMAINDER)
      .map(({ name, step, columns }) => [
        name,
        givenWord(dump, name, step) ?? 'drop',
        columns.map((j) => names?.[j] ?? j),
      ]),
    remainder: dump.param('remainder') === 'passthrough' ? 'passthrough' : 'drop',
    verboseFeatureNamesOut: dump.param('verbose_feature_names_out') !== false,
  };
}

/** Estimators of estimators. */
export const COMPOSITION: Readonly<Record<string, SklearnClass>> = {
  Pipeline: { hasSteps: true, state: pipelineState },
  ColumnTransformer: { hasSteps: true, params: columnTransformerParams, state: columnTransformerState },
};
