import { SteepestError } from '../../core/errors.js';
import { show } from '../../core/show.js';
import { estimatorFromSaved } from '../registry.js';
import { type Dump, dumpError, numberOf, unwrapped } from './dump.js';

const camelCase = (name: string): string =>
  name.replace(/_+([a-z0-9])/g, (_, character: string) => character.toUpperCase());

/** Parameters whose names differ by more than their spelling. */
const RENAMED: Readonly<Record<string, string>> = { random_state: 'seed' };

/** A parameter's value as ours; undefined for one that no parameter of ours can have. */
export function paramValue(given: unknown): unknown {
  const value = unwrapped(given);
  if (typeof value === 'string') return camelCase(value);
  if (typeof value === 'boolean' || value === null) return value;
  if (Array.isArray(value)) return value.map(paramValue);
  return numberOf(value);
}

/**
 * Hyperparameters of a class of ours from those of scikit-learn with the same names. Those that
 * only a new fit would use, and that ours does not take, keep their defaults.
 * @param decisive those that decide what the fitted estimator computes
 * @throws SteepestError `ERR_MODEL_FILE` for a decisive one with a value that ours does not take
 */
export function paramsFrom(type: string, dump: Dump, decisive: readonly string[]): Record<string, unknown> {
  const make = (params: object) => estimatorFromSaved({ type, params: { ...params }, state: undefined });
  const known = Object.keys(make({}).getParams());
  const params: Record<string, unknown> = {};
  for (const [name, given] of Object.entries(dump.params)) {
    const ours = RENAMED[name] ?? camelCase(name);
    const value = paramValue(given);
    if (!known.includes(ours)) continue;
    try {
      make({ [ours]: value });
      if (value !== undefined) params[ours] = value;
    } catch (error) {
      if (!decisive.includes(ours) || !(error instanceof SteepestError)) continue;
      throw dumpError(
        `${name} of ${dump.class} that ${type} has (${error.expected})`,
        show(given),
        'Fit it without this option, or rebuild the estimator here.',
      );
    }
  }
  return params;
}
