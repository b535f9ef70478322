import { finishGradientWith } from '../updates/gradients.js';
import { penaltyGradient } from './updates.js';

export const finishGradient = finishGradientWith(penaltyGradient);
