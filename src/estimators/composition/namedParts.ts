/** What `ColumnTransformer` and `FeatureUnion` share: the names and the file of their parts. */
import { SteepestError } from '../../core/errors.js';
import { isNames } from '../../core/guards.js';
import { show } from '../../core/show.js';
import { columnName } from '../base/columns.js';
import { attribute, type SavedState } from '../base/saved.js';
import { isSavedParts, isWord, type Part, type PartStep, type SavedPart } from './columnParts.js';
import { method, type NamedStep, SEPARATOR, type Step, savedSteps, stepsFromSaved } from './steps.js';

/** The transformers among parts. */
export const transformersOf = (
  parts: readonly (readonly [name: string, step: PartStep, ...more: unknown[]])[],
): NamedStep[] => parts.flatMap(([name, step]): NamedStep[] => (isWord(step) ? [] : [[name, step]]));

/**
 * Names of the output columns of all parts.
 * @param ownOf names of the columns that a part gets
 * @param namesOf those that its transformer gives them
 */
export function namesOfParts(
  parts: readonly Part[],
  isVerbose: boolean,
  ownOf: (part: Part) => readonly string[],
  namesOf: (part: Part, own: readonly string[]) => readonly string[],
): string[] {
  return parts.flatMap((part) => {
    const own = ownOf(part);
    const names = isWord(part.step) ? own : namesOf(part, own);
    return isVerbose ? names.map((feature) => part.name + SEPARATOR + feature) : names;
  });
}

/** A part that cannot name its columns numbers them. */
export function namesOrNumbers({ step, width }: Part, own: readonly string[]): readonly string[] {
  const named = step as { getFeatureNamesOut?: (names: readonly string[]) => string[] };
  return named.getFeatureNamesOut?.(own) ?? Array.from({ length: width }, (_, k) => columnName(undefined, k));
}

/** @throws SteepestError `ERR_ARGUMENT` for a part that cannot name its columns */
export const namesOnly = ({ name, step }: Part, own: readonly string[]): readonly string[] =>
  method(step as Step, 'getFeatureNamesOut', `part '${name}'`)(own) as unknown as readonly string[];

/** @throws SteepestError `ERR_ARGUMENT` for one name twice */
export function eachOnce(names: string[]): string[] {
  const seen = new Set<string>();
  for (const name of names) {
    if (seen.has(name)) {
      throw new SteepestError('ERR_ARGUMENT', {
        expected: 'output columns with different names',
        given: `${show(name)} twice`,
        hint: 'Set verboseFeatureNamesOut, which puts the part before each name.',
      });
    }
    seen.add(name);
  }
  return names;
}

/**
 * The own transformers, and the parts of a fit, for a file.
 * @param learned what else the fit learned; undefined before it
 */
export function partsState(
  own: readonly NamedStep[],
  parts: readonly Part[],
  learned: Readonly<Record<string, unknown>> | undefined,
): SavedState {
  const fitted = transformersOf(parts.map(({ name, step }) => [name, step] as const));
  const saved = parts.map(
    ({ name, columns, width, step }): SavedPart => ({
      name,
      columns,
      width,
      word: isWord(step) ? step : null,
    }),
  );
  return {
    tensors: {},
    attributes: {
      own: own.map(([name]) => name),
      ...(learned === undefined ? {} : { ...learned, parts: saved }),
    },
    children: {
      ...savedSteps(own.map(([name, step]) => [`own.${name}`, step] as const)),
      ...savedSteps(fitted.map(([name, step]) => [`fitted.${name}`, step] as const)),
    },
  };
}

/** The own transformers of a file, by name. @throws SteepestError `ERR_MODEL_FILE` */
export function ownFromSaved(state: SavedState): ReadonlyMap<string, Step> {
  const own = attribute(state, 'own', isNames);
  const steps = stepsFromSaved(
    own.map((name) => `own.${name}`),
    state.children,
  );
  return new Map(own.map((name, i) => [name, steps[i]![1]]));
}

/** The parts of a fit of a file. @throws SteepestError `ERR_MODEL_FILE` */
export function partsFromSaved(state: SavedState, cols: number): Part[] {
  const parts = attribute(state, 'parts', (value): value is SavedPart[] => isSavedParts(value, cols));
  return parts.map(({ name, columns, width, word }) => ({
    name,
    columns,
    width,
    step: word ?? stepsFromSaved([`fitted.${name}`], state.children)[0]![1],
  }));
}
