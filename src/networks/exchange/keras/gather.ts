import { indexOfNotFinite } from '../../../core/finite.js';
import type { NdArray } from '../../../core/ndarray.js';
import { show } from '../../../core/show.js';
import type { ReadWeight } from './form.js';
import type { KerasLayer, ReadModel } from './readModel.js';
import { refuseReading } from './refuse.js';

/** An array of a file. */
export type Found = NdArray<Float32Array>;

/** Looks an array up; undefined if the file has none. */
export type FindWeight = (layer: KerasLayer, weight: ReadWeight, index: number) => Found | undefined;

const HINT = 'The file is damaged or incomplete: save the model again.';

/**
 * The parameters of a model by our names, as flat arrays. Each is checked against the shape that
 * the description gives it.
 * @throws SteepestError `ERR_MODEL_FILE`
 */
export function gatherWeights({ layers }: ReadModel, find: FindWeight): Map<string, Float32Array> {
  const parameters = new Map<string, Float32Array>();
  for (const layer of layers) {
    layer.weights.forEach((weight, index) => {
      const what = `array ${weight.name} of layer ${show(layer.name)}`;
      const found = find(layer, weight, index) ?? refuseReading(`${what} in the file`, 'none', HINT);
      const fits = JSON.stringify(found.shape) === JSON.stringify(weight.shape);
      if (!fits) {
        refuseReading(`${what} in shape [${weight.shape.join(', ')}]`, `[${found.shape.join(', ')}]`, HINT);
      }
      if (indexOfNotFinite(found.data, 0, found.data.length) >= 0) {
        refuseReading(
          `finite numbers in ${what}`,
          'NaN or infinity',
          'Save a model that trained without diverging.',
        );
      }
      parameters.set(weight.parameter, found.data);
    });
  }
  return parameters;
}
