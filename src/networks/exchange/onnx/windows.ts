import type { Padding } from '../../../program/images.js';

/** Padding as ONNX lists it: what begins each side, then what ends it. */
export const padsOf = ({ top, left, bottom, right }: Padding): number[] => [top, left, bottom, right];
