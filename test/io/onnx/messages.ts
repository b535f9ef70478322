/** ONNX files for tests: arbitrary models, and messages written field by field. */
import fc from 'fast-check';
import type { OnnxAttribute, OnnxModel, OnnxTensor } from '#steepest/io/onnx/messages.js';

export const graphOf = (parts: Partial<OnnxModel['graph']> = {}): OnnxModel['graph'] => ({
  name: 'g',
  nodes: [],
  initializers: [],
  inputs: [],
  outputs: [],
  ...parts,
});

export const modelOf = (parts: Partial<OnnxModel> = {}): OnnxModel => ({
  irVersion: 8,
  opsetImport: [{ domain: '', version: 18 }],
  producerName: '',
  producerVersion: '',
  domain: '',
  modelVersion: 0,
  docString: '',
  graph: graphOf(),
  metadataProps: new Map(),
  ...parts,
});

const name = fc.string({ unit: 'binary', maxLength: 12 });
const float32 = fc.float({ noNaN: true });
const whole = fc.oneof(fc.integer(), fc.maxSafeInteger());
const shape = fc.array(fc.nat(3), { maxLength: 4 });
const size = (sizes: readonly number[]): number => sizes.reduce((a, b) => a * b, 1);

/** Arrays of every type, by the tensor's type. */
const ARRAYS = {
  float: (n: number) => fc.float32Array({ minLength: n, maxLength: n }),
  double: (n: number) => fc.float64Array({ minLength: n, maxLength: n }),
  int8: (n: number) => fc.int8Array({ minLength: n, maxLength: n }),
  int16: (n: number) => fc.int16Array({ minLength: n, maxLength: n }),
  int32: (n: number) => fc.int32Array({ minLength: n, maxLength: n }),
  int64: (n: number) => fc.bigInt64Array({ minLength: n, maxLength: n }),
  uint8: (n: number) => fc.uint8Array({ minLength: n, maxLength: n }),
  uint16: (n: number) => fc.uint16Array({ minLength: n, maxLength: n }),
  uint32: (n: number) => fc.uint32Array({ minLength: n, maxLength: n }),
  uint64: (n: number) => fc.bigUint64Array({ minLength: n, maxLength: n }),
  bool: (n: number) => fc.uint8Array({ minLength: n, maxLength: n, max: 1 }),
  string: (n: number) => fc.array(name, { minLength: n, maxLength: n }),
};

const tensor: fc.Arbitrary<OnnxTensor> = fc
  .tuple(fc.constantFrom(...(Object.keys(ARRAYS) as (keyof typeof ARRAYS)[])), shape, name)
  .chain(([type, sizes, label]) => {
    const data = ARRAYS[type](size(sizes)) as fc.Arbitrary<unknown>;
    return data.map((values) => ({ name: label, type, shape: sizes, data: values }) as OnnxTensor);
  });

const attribute: fc.Arbitrary<OnnxAttribute> = fc.oneof(
  whole.map((value) => ({ type: 'int' as const, value })),
  float32.map((value) => ({ type: 'float' as const, value })),
  name.map((value) => ({ type: 'string' as const, value })),
  fc.array(whole).map((value) => ({ type: 'ints' as const, value })),
  fc.array(float32).map((value) => ({ type: 'floats' as const, value })),
  fc.array(name).map((value) => ({ type: 'strings' as const, value })),
  tensor.map((value) => ({ type: 'tensor' as const, value })),
);

const domain = name.filter((text) => text !== 'ai.onnx');
const value = fc.record({
  name,
  type: fc.constantFrom('float', 'double', 'int64', 'string', 'bfloat16', 'uint8', 'undefined'),
  shape: fc.option(fc.array(fc.oneof(fc.nat(), name), { maxLength: 4 }), { nil: undefined }),
});

const node = fc.record({
  opType: name,
  domain,
  name,
  inputs: fc.array(name, { maxLength: 3 }),
  outputs: fc.array(name, { maxLength: 3 }),
  attributes: fc.array(fc.tuple(name, attribute), { maxLength: 3 }).map((pairs) => new Map(pairs)),
});

/** Any model whose inputs and outputs are tensors. */
export const anyModel: fc.Arbitrary<OnnxModel> = fc.record({
  irVersion: fc.integer({ min: 1, max: 2 ** 31 }),
  opsetImport: fc.array(fc.record({ domain, version: whole }), { maxLength: 3 }),
  producerName: name,
  producerVersion: name,
  domain: name,
  modelVersion: whole,
  docString: name,
  graph: fc.record({
    name,
    nodes: fc.array(node, { maxLength: 4 }),
    initializers: fc.uniqueArray(tensor, { maxLength: 3, selector: (one) => one.name }),
    inputs: fc.array(value, { maxLength: 3 }),
    outputs: fc.array(value, { maxLength: 3 }),
  }),
  metadataProps: fc.array(fc.tuple(name, name), { maxLength: 3 }).map((pairs) => new Map(pairs)),
}) as fc.Arbitrary<OnnxModel>;
