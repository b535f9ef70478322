import { averageWith } from '../updates/afterUpdate.js';
import { finishGradientWith } from '../updates/gradients.js';
import { penalised } from './weights.js';

export const finishGradient = finishGradientWith((op) => {
  const l1 = Math.fround(op.scalar('l1'));
  const l2x2 = Math.fround(op.scalar('l2x2'));
  return (w, g) => penalised(g, w, l1, l2x2);
});

export const average = averageWith((a, b, c) => a * b + c);
