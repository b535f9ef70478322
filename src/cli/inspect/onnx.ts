import { atOnce } from '../../core/inParts.js';
import { decoding } from '../../io/onnx/decode.js';
import type { OnnxValue } from '../../io/onnx/messages.js';
import { type Fact, type Inspection, MOST_TEXT, numbersIn } from './inspection.js';

const valueRow = ({ name, type, shape }: OnnxValue): Fact[] => [
  name,
  type,
  shape?.map((size) => (size === '' ? '?' : size)) ?? 'unknown',
];

/** An ONNX model: versions, inputs and outputs, and how often each operator occurs. */
export function inspectOnnx(bytes: Uint8Array): Inspection {
  const model = atOnce(decoding(bytes));
  const { graph } = model;
  const counts = new Map<string, number>();
  for (const { domain, opType } of graph.nodes) {
    const name = domain === '' ? opType : `${domain}.${opType}`;
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  const weights = graph.initializers.reduce((sum, { shape }) => sum + numbersIn(shape), 0);
  const given = new Set(graph.initializers.map(({ name }) => name));
  const inputs = graph.inputs.filter(({ name }) => !given.has(name));
  const head = ['name', 'type', 'shape'];
  return {
    kind: 'an ONNX model',
    facts: {
      irVersion: model.irVersion,
      opsets: model.opsetImport.map(({ domain, version }) => `${domain || 'ai.onnx'} ${version}`),
      producer: [model.producerName, model.producerVersion].filter(Boolean).join(' ') || undefined,
      graph: graph.name || undefined,
      constants: graph.initializers.length,
      parameters: weights,
    },
    tables: [
      { name: 'inputs', head: ['input', ...head.slice(1)], rows: inputs.map(valueRow) },
      { name: 'outputs', head: ['output', ...head.slice(1)], rows: graph.outputs.map(valueRow) },
      {
        name: 'operators',
        head: ['operator', 'count'],
        rows: [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1)),
      },
      {
        name: 'metadata',
        head: ['metadata', 'value'],
        rows: [...model.metadataProps].map(([key, value]) => [key, value.slice(0, MOST_TEXT)]),
      },
    ],
  };
}
