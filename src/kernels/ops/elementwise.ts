/** Elementwise ops on the mini-batch, and ops that couple the elements of a row. */
import { ACTIVATIONS } from '../constants.js';
import { perElement } from './expression.js';
import { batch } from './rules.js';
import { choice, f32, finite, op, output, word } from './schema.js';

/** A fused activation. */
export const ACTIVATION = { activation: choice(ACTIVATIONS), alpha: finite };
/** x and y may be the same memory. */
const OVER_X = {
  operands: { x: f32, y: output(f32) },
  inPlace: [['y', 'x']],
  rules: () => [batch('x', 'y')],
} as const;

export const elementwiseOps = {
  /** y = f(x); x and y may be the same memory. */
  activation: op(() => ({
    ...OVER_X,
    scalars: ACTIVATION,
    splits: 'rowsOrGroups',
    flops: perElement('x', 20),
  })),
  /** dx = dy ⊙ f′, from s; dx and dy may be the same memory. */
  activationBackward: op(() => ({
    operands: { dy: f32, s: f32, dx: output(f32) },
    scalars: ACTIVATION,
    splits: 'rowsOrGroups',
    inPlace: [['dx', 'dy']],
    rules: () => [batch('dx', 'dy', 's')],
    flops: perElement('dy', 3),
  })),
  /** y = fma(x, scale, offset); x and y may be the same memory. */
  scaleShift: op(() => ({
    ...OVER_X,
    scalars: { scale: finite, offset: finite },
    splits: 'rowsOrGroups',
    flops: perElement('x', 2),
  })),
  /**
   * y = word ≥ threshold ? x·keepScale : 0 with threshold = round(rate·2³²), keepScale = fl(1/(1 −
   * rate)). The word of element (r, j), q = ⌈C/32⌉: Threefry-2x32-20 with key (seed, stream) and
   * counter (step, (r·q + ⌊j/32⌋)·16 + j mod 16), all mod 2³², word number ⌊j/16⌋ mod 2.
   * The same op on dy is the backward pass. x and y may be the same memory.
   */
  dropout: op(() => ({
    ...OVER_X,
    scalars: { threshold: word, keepScale: finite, seed: word, stream: word },
    splits: 'rowsOrGroups',
    flops: perElement('x', 1),
  })),
  /**
   * m = max of row; e_j = exp(x_j − m); s = lane sum of e; y_j = e_j / s.
   * x and y may be the same memory.
   */
  softmax: op(() => ({ ...OVER_X, flops: perElement('x', 24) })),
  /**
   * t = lane sum of fma(dy_j, y_j, lane); dx_j = (dy_j − t)·y_j, flushed as the
   * gradients of losses are. dx and dy may be the same memory.
   */
  softmaxBackward: op(() => ({
    operands: { dy: f32, y: f32, dx: output(f32) },
    inPlace: [['dx', 'dy']],
    rules: () => [batch('dx', 'dy', 'y')],
    flops: perElement('dy', 4),
  })),
};
