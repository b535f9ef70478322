import { LOG_LINK_FAMILIES, REGISTERS } from '../../contract.js';
import type { PrepareOp } from '../kernel.js';
import { sumLanes } from './linear.js';
import { exp } from './math.js';

export const logLinkLoss: PrepareOp = (op) => {
  const z = op.f64('z').data;
  const y = op.f64('y').data;
  const offset = op.optional('f64', 'offset')?.data;
  const weights = op.optional('f64', 'weights')?.data;
  const curvature = op.optional('f64', 'curvature')?.data;
  const dz = op.f64('dz').data;
  const totals = op.f64('totals').data;
  const isGamma = op.scalar('family') === LOG_LINK_FAMILIES.gamma;
  const lanes = new Float64Array(16);
  return (begin, end, registers) => {
    const start = registers[REGISTERS.batchStart] as number;
    lanes.fill(0);
    for (let r = begin; r < end; r++) {
      const row = start + r;
      const s = offset === undefined ? z[r]! : z[r]! + offset[row]!;
      const weight = weights === undefined ? 1 : weights[row]!;
      const small = exp(0 - Math.abs(s));
      const large = 1 / small;
      const mean = s < 0 ? small : large;
      const ratio = y[row]! * (s < 0 ? large : small);
      const value = isGamma ? s + ratio : mean - y[row]! * s;
      if (curvature !== undefined) curvature[row] = (isGamma ? ratio : mean) * weight;
      dz[r] = (isGamma ? 1 - ratio : mean - y[row]!) * weight;
      lanes[r & 15] = lanes[r & 15]! + value * weight;
    }
    totals[0] = totals[0]! + sumLanes(lanes);
    return 0;
  };
};
