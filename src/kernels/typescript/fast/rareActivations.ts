import type { ElementwiseActivation } from '../../contract.js';
import type { F32 } from '../kernel.js';
import { flushTiny } from '../updates/flushDenormal.js';
import { sigmoid } from './special.js';

/** y[yFrom + j] = f(x[xFrom + j]) for j < count. x and y may be the same memory. */
export type MapRow = (x: F32, xFrom: number, y: F32, yFrom: number, count: number, alpha: number) => void;

/**
 * dx[dxFrom + j] = g[gFrom + j]·f′, with f′ from s[sFrom + j]: the output, or for some activations
 * the input of f (see ops/index.ts). g and dx may be the same memory.
 */
export type DeriveRow = (
  g: F32,
  gFrom: number,
  s: F32,
  sFrom: number,
  dx: F32,
  dxFrom: number,
  count: number,
  alpha: number,
) => void;

export interface ActivationRows {
  map: MapRow;
  derive: DeriveRow;
}

/** Selu's λ and λ·α (Klambauer et al. 2017). */
const SELU_SCALE = 1.0507009873554805;
const SELU_SCALE_ALPHA = 1.7580993408473766;
/** From here on tanh(softplus(x)) is 1. */
const MISH_HIGH = 20;

const hardSigmoid = (x: number): number => (x <= -3 ? 0 : x >= 3 ? 1 : (x + 3) / 6);

type Rare = Exclude<
  ElementwiseActivation,
  'linear' | 'relu' | 'leakyRelu' | 'elu' | 'gelu' | 'sigmoid' | 'tanh' | 'softplus'
>;

/** The activations that are used less. */
export const RARE_ROWS: Readonly<Record<Rare, ActivationRows>> = {
  silu: {
    map(x, xFrom, y, yFrom, count) {
      for (let j = 0; j < count; j++) {
        const v = x[xFrom + j]!;
        y[yFrom + j] = v * sigmoid(v);
      }
    },
    derive(g, gFrom, s, sFrom, dx, dxFrom, count) {
      for (let j = 0; j < count; j++) {
        const v = s[sFrom + j]!;
        dx[dxFrom + j] = flushTiny(g[gFrom + j]! * (sigmoid(v) * (1 + v * sigmoid(-v))));
      }
    },
  },
  selu: {
    map(x, xFrom, y, yFrom, count) {
      for (let j = 0; j < count; j++) {
        const v = x[xFrom + j]!;
        y[yFrom + j] = v < 0 ? SELU_SCALE_ALPHA * Math.expm1(v) : SELU_SCALE * v;
      }
    },
    derive(g, gFrom, s, sFrom, dx, dxFrom, count) {
      for (let j = 0; j < count; j++) {
        const y = s[sFrom + j]!;
        dx[dxFrom + j] = g[gFrom + j]! * (y > 0 ? SELU_SCALE : y + SELU_SCALE_ALPHA);
      }
    },
  },
  relu6: {
    map(x, xFrom, y, yFrom, count) {
      for (let j = 0; j < count; j++) {
        const v = x[xFrom + j]!;
        y[yFrom + j] = v < 0 ? 0 : Math.min(v, 6);
      }
    },
    derive(g, gFrom, s, sFrom, dx, dxFrom, count) {
      for (let j = 0; j < count; j++) {
        const y = s[sFrom + j]!;
        dx[dxFrom + j] = y > 0 && y < 6 ? g[gFrom + j]! : 0;
      }
    },
  },
  hardSigmoid: {
    map(x, xFrom, y, yFrom, count) {
      for (let j = 0; j < count; j++) y[yFrom + j] = hardSigmoid(x[xFrom + j]!);
    },
    derive(g, gFrom, s, sFrom, dx, dxFrom, count) {
      for (let j = 0; j < count; j++) {
        const y = s[sFrom + j]!;
        dx[dxFrom + j] = y > 0 && y < 1 ? g[gFrom + j]! / 6 : 0;
      }
    },
  },
  hardSwish: {
    map(x, xFrom, y, yFrom, count) {
      for (let j = 0; j < count; j++) {
        const v = x[xFrom + j]!;
        y[yFrom + j] = v * hardSigmoid(v);
      }
    },
    derive(g, gFrom, s, sFrom, dx, dxFrom, count) {
      for (let j = 0; j < count; j++) {
        const v = s[sFrom + j]!;
        dx[dxFrom + j] = g[gFrom + j]! * (v <= -3 ? 0 : v >= 3 ? 1 : v / 3 + 0.5);
      }
    },
  },
  mish: {
    // tanh(softplus(x)) = n / (n + 2) with n = e² + 2e, e = eˣ.
    map(x, xFrom, y, yFrom, count) {
      for (let j = 0; j < count; j++) {
        const v = x[xFrom + j]!;
        const e = Math.exp(Math.min(v, MISH_HIGH));
        const n = e * (e + 2);
        y[yFrom + j] = v * (n / (n + 2));
      }
    },
    derive(g, gFrom, s, sFrom, dx, dxFrom, count) {
      for (let j = 0; j < count; j++) {
        const v = s[sFrom + j]!;
        const low = Math.min(v, MISH_HIGH);
        const e = Math.exp(low);
        const n = e * (e + 2);
        const d = n + 2;
        dx[dxFrom + j] = flushTiny(g[gFrom + j]! * (n / d + (low * (4 * e * (e + 1))) / (d * d)));
      }
    },
  },
  softsign: {
    map(x, xFrom, y, yFrom, count) {
      for (let j = 0; j < count; j++) {
        const v = x[xFrom + j]!;
        y[yFrom + j] = v / (1 + Math.abs(v));
      }
    },
    derive(g, gFrom, s, sFrom, dx, dxFrom, count) {
      for (let j = 0; j < count; j++) {
        const rest = 1 - Math.abs(s[sFrom + j]!);
        dx[dxFrom + j] = g[gFrom + j]! * (rest * rest);
      }
    },
  },
  exponential: {
    map(x, xFrom, y, yFrom, count) {
      for (let j = 0; j < count; j++) y[yFrom + j] = Math.exp(x[xFrom + j]!);
    },
    derive(g, gFrom, s, sFrom, dx, dxFrom, count) {
      for (let j = 0; j < count; j++) dx[dxFrom + j] = flushTiny(g[gFrom + j]! * s[sFrom + j]!);
    },
  },
  celu: {
    map(x, xFrom, y, yFrom, count, alpha) {
      for (let j = 0; j < count; j++) {
        const v = x[xFrom + j]!;
        y[yFrom + j] = v < 0 ? alpha * Math.expm1(v / alpha) : v;
      }
    },
    derive(g, gFrom, s, sFrom, dx, dxFrom, count, alpha) {
      for (let j = 0; j < count; j++) {
        const y = s[sFrom + j]!;
        dx[dxFrom + j] = g[gFrom + j]! * (y > 0 ? 1 : y / alpha + 1);
      }
    },
  },
};
