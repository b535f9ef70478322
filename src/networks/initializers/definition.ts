import type { Definition, Hyperparameters, NoHyperparameters } from '../../core/definition.js';

/** The information that an initializer gets about the parameter it fills. */
export interface InitializerRequest {
  /** Inputs per output, for example rows of a dense kernel. */
  fanIn: number;
  /** Outputs per input, for example columns of a dense kernel. */
  fanOut: number;
  /** Number of values, row-major. */
  length: number;
  /** Columns of the parameter as a matrix: outputs. Its rows are all other dimensions. */
  cols: number;
  /** The model's seed: a whole number below 2³². */
  seed: number;
  /** Number of the parameter in its model: each has its own random numbers. Below 2²⁴. */
  stream: number;
}

/** The definition of an initializer. */
export interface InitializerDefinition<H extends Hyperparameters = Hyperparameters> extends Definition<H> {
  /** Fills a parameter: a function of the hyperparameters and the request only. */
  fill(h: H, request: InitializerRequest): Float32Array<ArrayBuffer>;
  /** The shapes that it can fill; all if absent. */
  readonly shapes?: {
    accepts(shape: readonly number[]): boolean;
    words: string;
  };
}

/** An initializer without hyperparameters. */
export function fixed(
  name: string,
  fill: (request: InitializerRequest) => Float32Array<ArrayBuffer>,
): InitializerDefinition<NoHyperparameters> {
  return { name, defaults: {}, ranges: {}, fill: (_h, request) => fill(request) };
}
