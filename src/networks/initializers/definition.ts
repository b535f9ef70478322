/** The information that an initializer gets about the parameter it fills. */
export interface InitializerRequest {
  /** Inputs per output, for example rows of a dense kernel. */
  fanIn: number;
  /** Outputs per input, for example columns of a dense kernel. */
  fanOut: number;
  /** Number of values, row-major. */
  length: number;
  /** The model's seed: a whole number below 2³². */
  seed: number;
  /** Number of the parameter in its model: each has its own random numbers. Below 2²⁴. */
  stream: number;
}

/** Fills a parameter; value i is a function of the request and i only. */
export type InitializerDefinition = (request: InitializerRequest) => Float32Array<ArrayBuffer>;
