import { JSON_OPTION } from '../commandOptions.js';
import type { CommandSpec } from '../commandSpec.js';

export const inspectSpec = {
  name: 'inspect',
  summary: 'what is in a file of a model or of arrays, of other programs too',
  details:
    'Reads safetensors, ONNX, .keras, .h5, model.json of TensorFlow.js, scikit-learn as JSON, .npy ' +
    'and .npz. Nothing in the file is run.',
  arguments: [{ name: 'file', help: 'the file of a model or of arrays' }],
  options: { json: JSON_OPTION },
  examples: [{ command: 'npx steepest inspect model.safetensors', does: 'what a model is made of' }],
} as const satisfies CommandSpec;
