import { averageWith } from '../updates/afterUpdate.js';
import { finishGradientWith } from '../updates/gradients.js';
import { fma } from './fma.js';
import { penaltyGradient } from './updates.js';

export const finishGradient = finishGradientWith(penaltyGradient);

export const average = averageWith(fma);
