/**
 * A layers model as TensorFlow.js passes it around: `tf.io.fromMemory` takes it. Plain data; the
 * names are TensorFlow.js's.
 */
export interface TfjsArtifacts {
  format: 'layers-model';
  generatedBy: string;
  convertedBy: null;
  /** The layers and their options. */
  modelTopology: object;
  /** Names, shapes and types of the arrays, in the order of `weightData`. */
  weightSpecs: TfjsWeight[];
  /** All arrays one after the other, little-endian. */
  weightData: ArrayBuffer;
  /** How it is compiled; left out if TensorFlow.js has no such optimizer or loss. */
  trainingConfig?: TfjsTraining;
  /** What TensorFlow.js has no place for: class names, seed, options of training. */
  userDefinedMetadata: { steepest: object };
}

/**
 * How a model is compiled, in TensorFlow.js's words.
 * @example
 * ```ts
 * import type { TfjsTraining } from 'steepest';
 * const loss = ({ trainingConfig }: { trainingConfig?: TfjsTraining }) => trainingConfig?.loss;
 * ```
 */
export interface TfjsTraining {
  optimizer_config: { class_name: string; config: Record<string, number | boolean> };
  loss: string;
  metrics: string[];
}

/**
 * The type that a number is stored as, if not its own: number = stored · scale + min.
 * @example
 * ```ts
 * import type { TfjsQuantization } from 'steepest';
 * const quantization: TfjsQuantization = { dtype: 'uint8', scale: 0.01, min: -1 };
 * ```
 */
export interface TfjsQuantization {
  dtype: 'uint8' | 'uint16' | 'float16';
  scale?: number;
  min?: number;
}

/**
 * An array in a file.
 * @example
 * ```ts
 * import type { TfjsWeight } from 'steepest';
 * const size = ({ shape }: TfjsWeight) => shape.reduce((product, side) => product * side, 1);
 * ```
 */
export interface TfjsWeight {
  name: string;
  shape: number[];
  dtype: 'float32';
  quantization?: TfjsQuantization;
}

/**
 * The same as a user may give it: of TensorFlow.js's `model.save(tf.io.withSaveHandler(…))`, or of
 * {@link TfjsArtifacts}. `weightData` may be in pieces.
 */
export interface GivenArtifacts {
  modelTopology?: object | ArrayBuffer;
  weightSpecs?: readonly object[];
  weightData?: ArrayBufferLike | Uint8Array | readonly (ArrayBufferLike | Uint8Array)[];
  trainingConfig?: object;
  userDefinedMetadata?: object;
  format?: string;
}
