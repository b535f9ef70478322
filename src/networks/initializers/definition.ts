/** What an initializer is told about the parameter that it fills. */
export interface InitializerRequest {
  /** Inputs of one output, e.g. rows of a dense kernel. */
  fanIn: number;
  /** Outputs of one input, e.g. columns of a dense kernel. */
  fanOut: number;
  /** Number of values, row-major. */
  length: number;
  /** The model's seed: a whole number below 2³². */
  seed: number;
  /** Number of the parameter in its model: each has random numbers of its own. Below 2²⁴. */
  stream: number;
}

/** Fills a parameter; value i is a function of the request and i alone. */
export type InitializerDefinition = (request: InitializerRequest) => Float32Array<ArrayBuffer>;
