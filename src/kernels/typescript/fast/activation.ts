import { ACTIVATIONS, type ElementwiseActivation } from '../../contract.js';
import type { F32, PreparedOp, PrepareOp } from '../kernel.js';
import { type ActivationRows, type DeriveRow, type MapRow, RARE_ROWS } from './rareActivations.js';

export type { DeriveRow, MapRow } from './rareActivations.js';

import { flushTiny } from '../updates/flushDenormal.js';
import { normalCdf, normalDensity, sigmoid, softplus } from './special.js';

/**
 * f and f′ of every activation (formulas in ops/index.ts). Each has a loop of its own: a function
 * called for each element would box its result.
 */
const ROWS: Readonly<Record<ElementwiseActivation, ActivationRows>> = {
  linear: {
    map(x, xFrom, y, yFrom, count) {
      for (let j = 0; j < count; j++) y[yFrom + j] = x[xFrom + j]!;
    },
    derive(g, gFrom, _s, _sFrom, dx, dxFrom, count) {
      for (let j = 0; j < count; j++) dx[dxFrom + j] = g[gFrom + j]!;
    },
  },
  relu: {
    map(x, xFrom, y, yFrom, count) {
      for (let j = 0; j < count; j++) {
        const v = x[xFrom + j]!;
        // biome-ignore lint/complexity/useMathMinMax: Math.max would turn −0 into 0.
        y[yFrom + j] = v < 0 ? 0 : v;
      }
    },
    derive(g, gFrom, s, sFrom, dx, dxFrom, count) {
      for (let j = 0; j < count; j++) dx[dxFrom + j] = s[sFrom + j]! > 0 ? g[gFrom + j]! : 0;
    },
  },
  leakyRelu: {
    map(x, xFrom, y, yFrom, count, alpha) {
      for (let j = 0; j < count; j++) {
        const v = x[xFrom + j]!;
        y[yFrom + j] = v < 0 ? alpha * v : v;
      }
    },
    derive(g, gFrom, s, sFrom, dx, dxFrom, count, alpha) {
      for (let j = 0; j < count; j++) {
        const v = g[gFrom + j]!;
        dx[dxFrom + j] = s[sFrom + j]! > 0 ? v : alpha * v;
      }
    },
  },
  elu: {
    map(x, xFrom, y, yFrom, count, alpha) {
      for (let j = 0; j < count; j++) {
        const v = x[xFrom + j]!;
        y[yFrom + j] = v < 0 ? alpha * Math.expm1(v) : v;
      }
    },
    derive(g, gFrom, s, sFrom, dx, dxFrom, count, alpha) {
      for (let j = 0; j < count; j++) {
        const v = g[gFrom + j]!;
        const y = s[sFrom + j]!;
        dx[dxFrom + j] = y > 0 ? v : v * (y + alpha);
      }
    },
  },
  gelu: {
    map(x, xFrom, y, yFrom, count) {
      for (let j = 0; j < count; j++) {
        const v = x[xFrom + j]!;
        y[yFrom + j] = v * normalCdf(v);
      }
    },
    derive(g, gFrom, s, sFrom, dx, dxFrom, count) {
      for (let j = 0; j < count; j++) {
        const v = s[sFrom + j]!;
        dx[dxFrom + j] = flushTiny(g[gFrom + j]! * (v * normalDensity(v) + normalCdf(v)));
      }
    },
  },
  sigmoid: {
    map(x, xFrom, y, yFrom, count) {
      for (let j = 0; j < count; j++) y[yFrom + j] = sigmoid(x[xFrom + j]!);
    },
    derive(g, gFrom, s, sFrom, dx, dxFrom, count) {
      for (let j = 0; j < count; j++) {
        const y = s[sFrom + j]!;
        dx[dxFrom + j] = flushTiny(g[gFrom + j]! * (y * (1 - y)));
      }
    },
  },
  tanh: {
    map(x, xFrom, y, yFrom, count) {
      for (let j = 0; j < count; j++) y[yFrom + j] = Math.tanh(x[xFrom + j]!);
    },
    derive(g, gFrom, s, sFrom, dx, dxFrom, count) {
      for (let j = 0; j < count; j++) {
        const y = s[sFrom + j]!;
        dx[dxFrom + j] = g[gFrom + j]! * (1 - y * y);
      }
    },
  },
  softplus: {
    map(x, xFrom, y, yFrom, count) {
      for (let j = 0; j < count; j++) y[yFrom + j] = softplus(x[xFrom + j]!);
    },
    derive(g, gFrom, s, sFrom, dx, dxFrom, count) {
      for (let j = 0; j < count; j++) dx[dxFrom + j] = flushTiny(g[gFrom + j]! * sigmoid(s[sFrom + j]!));
    },
  },
  ...RARE_ROWS,
};

const NAMES = Object.keys(ACTIVATIONS) as ElementwiseActivation[];

function rowsOf(activation: number): ActivationRows {
  return ROWS[NAMES.find((name) => ACTIVATIONS[name] === activation) as ElementwiseActivation];
}

/** The row function of an activation by number. */
export function mapRow(activation: number): MapRow {
  return rowsOf(activation).map;
}

/** The derivative's row function of an activation by number. */
export function deriveRow(activation: number): DeriveRow {
  return rowsOf(activation).derive;
}

/** y = f(x). */
export const activation: PrepareOp = (op) => {
  const x = op.f32('x');
  const y = op.f32('y');
  const map = mapRow(op.scalar('activation'));
  const alpha = Math.fround(op.scalar('alpha'));
  return (begin, end) => {
    for (let i = begin; i < end; i++) {
      map(x.data, i * x.rowStride, y.data, i * y.rowStride, x.cols, alpha);
    }
    return 0;
  };
};

/** dx = dy ⊙ f′. */
export const activationBackward: PrepareOp = (op) => {
  const dy = op.f32('dy');
  const s = op.f32('s');
  const dx = op.f32('dx');
  const derive = deriveRow(op.scalar('activation'));
  const alpha = Math.fround(op.scalar('alpha'));
  return (begin, end) => {
    for (let i = begin; i < end; i++) {
      derive(dy.data, i * dy.rowStride, s.data, i * s.rowStride, dx.data, i * dx.rowStride, dx.cols, alpha);
    }
    return 0;
  };
};

/** The activation of an op on numbers that are there; undefined for none. */
export function activateInPlace(op: PreparedOp) {
  const map = mapRow(op.scalar('activation'));
  const alpha = Math.fround(op.scalar('alpha'));
  if (op.scalar('activation') === ACTIVATIONS.linear) return undefined;
  return (y: F32, from: number, count: number): void => map(y, from, y, from, count, alpha);
}
