import { JSON_OPTION } from '../commandOptions.js';
import type { CommandSpec } from '../commandSpec.js';

export const exportSpec = {
  name: 'export',
  summary: 'writes a model for onnxruntime or TensorFlow.js',
  details:
    'ONNX holds networks, estimators and whole pipelines, with names of columns and classes. ' +
    'TensorFlow.js takes networks: model.json with its weights, in a folder.',
  arguments: [{ name: 'model', help: 'the file of a model' }],
  options: {
    to: {
      type: 'text',
      choices: ['onnx', 'tfjs'],
      placeholder: 'FORMAT',
      required: true,
      help: 'what to write',
    },
    out: { type: 'path', short: 'o', help: 'the file, or for tfjs the folder; otherwise beside the model' },
    inputType: {
      type: 'text',
      choices: ['float32', 'uint8'],
      placeholder: 'TYPE',
      help: 'of a network in ONNX: uint8 takes the bytes of images as they are',
    },
    force: { type: 'flag', help: 'replaces what is there' },
    json: JSON_OPTION,
  },
  aliases: { format: 'to', output: 'out', overwrite: 'force' },
  examples: [
    { command: 'npx steepest export model.safetensors --to onnx', does: 'writes model.onnx' },
    {
      command: 'npx steepest export net.safetensors --to tfjs --out web',
      does: 'writes web/model.json and its weights',
    },
  ],
} as const satisfies CommandSpec;
