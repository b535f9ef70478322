import { float, int } from '../../../io/onnx/attributes.js';
import type { ActivationName, CompleteActivation } from '../../../kernels/activations.js';
import type { Flow } from './flow.js';
import type { LayerSite } from './layerSite.js';

/**
 * Adds the nodes of an activation.
 * @param x the name of its input
 * @param alpha its parameter, if it has one
 * @returns the name of its output
 */
type WriteActivation = (site: LayerSite, x: string, alpha: number) => string;

/** How the output of an operator is named: Relu's `relu`. */
const partOf = (opType: string): string => opType.charAt(0).toLowerCase() + opType.slice(1);

/** An activation that is an operator of ONNX. */
const operator =
  (opType: string): WriteActivation =>
  (site, x) =>
    site.add(opType, [x], {}, partOf(opType));

/** The same with a parameter. */
const withAlpha =
  (opType: string): WriteActivation =>
  (site, x, alpha) =>
    site.add(opType, [x], { alpha: float(alpha) }, partOf(opType));

/** The parameters by which ONNX's hardSigmoid is max(0, min(1, x/6 + ½)). */
const HARD_SIGMOID = { alpha: float(1 / 6), beta: float(0.5) };

/**
 * Every activation by its formula in docs/math.md. Those without an operator of their own in the
 * version that is written (`OPSETS`) are made of others.
 */
const ACTIVATIONS: Record<ActivationName, WriteActivation> = {
  linear: (_site, x) => x,
  relu: operator('Relu'),
  leakyRelu: withAlpha('LeakyRelu'),
  elu: withAlpha('Elu'),
  // x·½·(1 + erf(x/√2))
  gelu(site, x) {
    const scaled = site.add('Mul', [x, site.scalar('sqrtHalf', Math.SQRT1_2)], {}, 'scaled');
    const erf = site.add('Erf', [scaled], {}, 'erf');
    const sum = site.add('Add', [erf, site.scalar('one', 1)], {}, 'erfPlusOne');
    const cdf = site.add('Mul', [sum, site.scalar('half', 0.5)], {}, 'normalCdf');
    return site.add('Mul', [x, cdf], {}, 'gelu');
  },
  sigmoid: operator('Sigmoid'),
  tanh: operator('Tanh'),
  softplus: operator('Softplus'),
  // x·σ(x)
  silu: (site, x) => site.add('Mul', [x, site.add('Sigmoid', [x], {}, 'sigmoid')], {}, 'silu'),
  selu: operator('Selu'),
  relu6: (site, x) => site.add('Clip', [x, site.scalar('zero', 0), site.scalar('six', 6)], {}, 'relu6'),
  hardSigmoid: (site, x) => site.add('HardSigmoid', [x], HARD_SIGMOID, 'hardSigmoid'),
  hardSwish: operator('HardSwish'),
  // x·tanh(softplus(x))
  mish(site, x) {
    const softplus = site.add('Softplus', [x], {}, 'softplus');
    return site.add('Mul', [x, site.add('Tanh', [softplus], {}, 'tanh')], {}, 'mish');
  },
  softsign: operator('Softsign'),
  exponential: operator('Exp'),
  celu: withAlpha('Celu'),
  softmax: (site, x) => site.add('Softmax', [x], { axis: int(-1) }, 'softmax'),
};

/** Adds an activation to a layer. */
export function writeActivation({ name, alpha = 0 }: CompleteActivation, x: Flow, site: LayerSite): Flow {
  return { ...x, value: ACTIVATIONS[name](site, x.value, alpha) };
}
