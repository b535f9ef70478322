import type { OnnxAttribute, OnnxTensor } from './messages.js';

/** Attributes of an operator by name. */
export type OnnxAttributes = Readonly<Record<string, OnnxAttribute>>;

export const int = (value: number): OnnxAttribute => ({ type: 'int', value });
export const ints = (value: readonly number[]): OnnxAttribute => ({ type: 'ints', value: [...value] });
export const float = (value: number): OnnxAttribute => ({ type: 'float', value });
export const floats = (value: readonly number[]): OnnxAttribute => ({ type: 'floats', value: [...value] });
export const string = (value: string): OnnxAttribute => ({ type: 'string', value });
export const strings = (value: readonly string[]): OnnxAttribute => ({ type: 'strings', value: [...value] });
export const tensor = (value: OnnxTensor): OnnxAttribute => ({ type: 'tensor', value });
