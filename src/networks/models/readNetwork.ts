import { SteepestError } from '../../core/errors.js';
import { fromFile } from '../../io/modelFile.js';
import { resolveModel } from '../compile/model.js';
import type { ReadNetwork } from '../exchange/readNetwork.js';
import type { CompileOptions } from './compileOptions.js';
import { readState } from './restoreState.js';
import { Sequential } from './sequential.js';

/**
 * A Sequential of a network that another program's file holds.
 * @throws SteepestError `ERR_MODEL_FILE` unless description and parameters fit together
 */
export function networkOf({ config, parameters, compile, isOwn }: ReadNetwork): Sequential {
  const network = fromFile('a model description', () => {
    const model = resolveModel(config);
    const tensors = new Map(
      model.parameters.flatMap(({ name, shape }) => {
        const data = parameters.get(name);
        const isWhole = data?.length === shape.reduce((a, b) => a * b, 1);
        return isWhole ? [[name, { data: data as Float32Array, shape }] as const] : [];
      }),
    );
    return new Sequential(config, readState(model, tensors, { step: 0, epochs: 0 }, undefined));
  });
  if (compile === undefined) return network;
  const options = compile as unknown as CompileOptions;
  if (isOwn) fromFile('what the model was compiled with', () => network.compile(options));
  else compileIfPossible(network, options);
  return network;
}

/** Loss or optimizer of another program may be what this one does not accept for these outputs. */
function compileIfPossible(network: Sequential, options: CompileOptions): void {
  try {
    network.compile(options);
  } catch (error) {
    if (!(error instanceof SteepestError)) throw error;
  }
}
