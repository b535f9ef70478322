/** Every reader of files, with how to damage what it reads. */
import arrow from './arrow.mjs';
import checkpoint from './checkpoint.mjs';
import cifar from './cifar.mjs';
import csv from './csv.mjs';
import estimator from './estimator.mjs';
import idx from './idx.mjs';
import image from './image.mjs';
import keras from './keras.mjs';
import mnist from './mnist.mjs';
import network from './network.mjs';
import npy from './npy.mjs';
import npz from './npz.mjs';
import onnx from './onnx.mjs';
import parquet from './parquet.mjs';
import safetensors from './safetensors.mjs';
import sklearn from './sklearn.mjs';
import tensors from './tensors.mjs';
import tfjs from './tfjs.mjs';

/**
 * @typedef {object} Reader
 * @property {string} name
 * @property {readonly string[]} covers functions of the package that it calls
 * @property {readonly string[]} codes those that may refuse a file
 * @property {(folder: string) => Promise<Record<string, Uint8Array>>} seeds valid files, by name
 * @property {(draw: (below: number) => number, seeds: readonly Uint8Array[], index: number) => Uint8Array} mutate
 * @property {(bytes: Uint8Array, folder: string) => Promise<unknown>} read
 * @property {(result: any) => unknown} [result] what of it two readings are compared by
 * @property {(result: any, bytes: Uint8Array, folder: string, digest: (value: unknown) => string)
 *   => Promise<string | undefined>} [check] what is wrong with an accepted file
 */

/** @type {readonly Reader[]} */
export const READERS = [
  ...[npy, npz, idx, mnist, cifar, csv, parquet, arrow, image],
  ...[safetensors, tensors, network, checkpoint, estimator, sklearn, keras, tfjs, onnx],
];
