import type { ActivationName, CompleteActivation } from '../../../../kernels/activations.js';
import { ACTIVATIONS } from '../../../../kernels/contract.js';
import { mapRow } from '../../../../kernels/typescript/fast/activation.js';
import type { GraphIndex } from './graphIndex.js';
import { type Region, valuesOf } from './region.js';

/** From −30 to 30, closer at 0: where activations differ from one another. */
const POINTS = Float32Array.from({ length: 241 }, (_, i) => Math.sinh((i - 120) / 30) * 1.1);
/** Constants of exporters are float32 numbers, and so are the values that are compared. */
const RELATIVE = 4e-6;
const ABSOLUTE = 4e-7;

/** Activations without a parameter, which a formula may be. */
const PLAIN = (Object.keys(ACTIVATIONS) as (keyof typeof ACTIVATIONS)[]).filter(
  (name) => !['linear', 'leakyRelu', 'elu', 'celu'].includes(name),
);

/** The activation that a region computes; undefined if it is none. */
export function activationOf(
  region: Region,
  value: string,
  graph: GraphIndex,
): CompleteActivation | undefined {
  const found = valuesOf(region, value, graph, [...POINTS]);
  if (!found.every(Number.isFinite)) return undefined;
  const name = PLAIN.find((candidate) => isSame(found, candidate, 0));
  if (name !== undefined) return { name };
  // f(−1) tells the parameter.
  const [at] = valuesOf(region, value, graph, [-1]) as [number];
  const candidates: [ActivationName & keyof typeof ACTIVATIONS, number][] = [
    ['leakyRelu', Math.fround(-at)],
    ['elu', Math.fround(at / Math.expm1(-1))],
  ];
  for (const [candidate, alpha] of candidates) {
    if (alpha > 0 && isSame(found, candidate, alpha)) return { name: candidate, alpha };
  }
  return undefined;
}

function isSame(found: readonly number[], name: keyof typeof ACTIVATIONS, alpha: number): boolean {
  const values = new Float32Array(POINTS.length);
  mapRow(ACTIVATIONS[name])(POINTS, 0, values, 0, POINTS.length, alpha);
  return found.every((value, i) => {
    const wanted = values[i]!;
    return Math.abs(value - wanted) <= RELATIVE * Math.abs(wanted) + ABSOLUTE;
  });
}
