import { SteepestError } from '../../core/errors.js';
import { show } from '../../core/show.js';
import { type ParamSpecs, param } from '../base/params.js';
import { type ColumnRule, isWord, type PartStep } from './columnParts.js';
import { isColumnSelector } from './columnSelector.js';
import { checkNames, isStep } from './steps.js';

/** Hyperparameters of `ColumnTransformer`. */
export interface ColumnTransformerParams {
  /** Name, transformer and columns of each part, in the order of the output. */
  transformers: readonly ColumnRule[];
  /**
   * What happens to columns that no part names: dropped (default), passed through at the end, or
   * transformed.
   */
  remainder: PartStep;
  /** Prefix feature names with the part's name and '__' (true). */
  verboseFeatureNamesOut: boolean;
}

/** The name of the part with the remaining columns. */
export const REMAINDER = 'remainder';

/** @throws SteepestError `ERR_ARGUMENT` unless these are [name, transformer, columns] triples */
export function checkRules(name: string, value: unknown): readonly ColumnRule[] {
  const isRule = (rule: unknown): boolean =>
    Array.isArray(rule) &&
    rule.length === 3 &&
    (isStep(rule[1]) || isWord(rule[1])) &&
    (isColumnSelector(rule[2]) ||
      (Array.isArray(rule[2]) ? [...rule[2]] : [rule[2]]).every(
        (column: unknown) => typeof column === 'string' || Number.isInteger(column),
      ));
  if (!Array.isArray(value) || !value.every(isRule)) {
    throw new SteepestError('ERR_ARGUMENT', {
      expected: `${name} as [name, transformer, columns] each`,
      given: show(value),
      hint: "Write [['text', new OneHotEncoder(), ['city']], ['numbers', new StandardScaler(), [0, 1]]].",
    });
  }
  const rules = value as readonly ColumnRule[];
  checkNames('parts', [...rules.map(([part]) => part), REMAINDER]);
  return rules.map(([part, step, columns]) => [part, step, columns] as const);
}

export const COLUMN_TRANSFORMER_SPECS: ParamSpecs<ColumnTransformerParams> = {
  transformers: param.custom<readonly ColumnRule[]>([], checkRules),
  remainder: param.custom<PartStep>('drop', (name, value) => {
    if (isWord(value) || isStep(value)) return value;
    throw new SteepestError('ERR_ARGUMENT', {
      expected: `${name} to be 'drop', 'passthrough' or a transformer`,
      given: show(value),
      hint: "Write 'passthrough' to keep the columns unchanged.",
    });
  }),
  verboseFeatureNamesOut: param.boolean(true),
};
