import type { LayerConfig } from '../../layers/definition.js';
import type { Fields } from './fields.js';

/**
 * How a layer is written in the configurations that Keras and TensorFlow.js share, and how it is
 * read from them. One file per layer has both directions side by side.
 */

/** The program that wrote a configuration: the same names mean different things in them. */
export type Dialect = 'keras3' | 'keras2' | 'tfjs';

/** One layer as TensorFlow.js reads it. */
export interface WrittenLayer {
  className: string;
  /** Its options, without those that every layer has. */
  config: Record<string, unknown>;
  /** Its arrays, in Keras's order. */
  weights: readonly WrittenWeight[];
}

/** An array of a layer: numbers in the same row-major order on both sides. */
export interface WrittenWeight {
  /** Its name there: `depthwise_kernel`. */
  name: string;
  /** Its name here: `kernel`. */
  array: string;
  /** Its shape there. */
  shape: readonly number[];
}

/** The position of a layer that is written or read. */
export interface Place {
  /** The layer's name here. */
  name: string;
  /** Shape of one sample. */
  inputShape: readonly number[];
}

/** The same of a layer that is read. */
export interface ReadPlace extends Place {
  dialect: Dialect;
}

/** Layers that one of Keras's becomes, and where their arrays come from. */
export interface ReadLayer {
  layers: readonly LayerConfig[];
  /** In Keras's order. */
  weights: readonly ReadWeight[];
}

/** An array that a layer of Keras has. */
export interface ReadWeight {
  /** Its name there: `moving_mean`. */
  name: string;
  /** The parameter that it becomes: `dense_1/kernel`. */
  parameter: string;
  /** Its shape there. */
  shape: readonly number[];
}

/** Reads the options of one class of layers. @throws SteepestError `ERR_MODEL_FILE` */
export type LayerReader = (fields: Fields, place: ReadPlace) => ReadLayer;

/** Both directions of a layer. */
export interface LayerForm<C extends LayerConfig = LayerConfig> {
  readonly type: C['type'];
  /**
   * The layer as TensorFlow.js has it, which may take two layers. `config` is complete.
   * @throws SteepestError `ERR_ARGUMENT` for options that have no equal there
   */
  write(config: C, place: Place): readonly WrittenLayer[];
  /** Readers by the names of Keras's classes. */
  readonly readers: Readonly<Record<string, LayerReader>>;
}
