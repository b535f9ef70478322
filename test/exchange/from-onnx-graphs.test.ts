import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { fromOnnx, layers, sequential } from 'steepest';
import { describe, expect, it } from 'vitest';
import { evaluateOnnx } from '../support/onnx/evaluate.js';
import { decode, fileOf, node } from './onnxCases.js';

const W: [number[], number[]] = [
  [3, 2],
  [1, -2, 3, 0.5, -1, 2],
];
const counted = (count: number): number[] => Array.from({ length: count }, (_, i) => Math.sin(i + 1));

type Constant = [shape: number[], values: number[]];
type Node = ReturnType<typeof node>;
const counts = (sizes: readonly number[]): number => sizes.reduce((a, b) => a * b, 1);

/** Constants that graphs may use. */
const CONSTANTS: Record<string, Constant> = {
  W,
  V: [[2, 3], W[1]],
  bias: [[2], [0.5, -1]],
  row: [
    [1, 3],
    [2, -1, 0.5],
  ],
  k: [[3], [2, -1, 0.5]],
  two: [[], [2]],
  one: [[1], [1]],
  three: [[], [3]],
  six: [[], [6]],
  zero: [[], [0]],
  quarter: [[1], [0.25]],
  kernel: [[2, 2, 2, 3], counted(24)],
  flat: [[2 * 4 * 5, 2], counted(80)],
  forty: [[40], counted(40)],
  irows: [[2], [0, -1]],
  izero: [[1], [0]],
  irest: [[1], [-1]],
};

/** Runs a file as the operators' specification says, and as the network that it is read as. */
async function compare(nodes: Node[], dims: number[], outputs: number, isFirst = false): Promise<void> {
  const file = fileOf(nodes, CONSTANTS, { dims, outputShape: ['N', outputs] });
  const model = await fromOnnx(file);
  const shape = [2, ...dims];
  const data = Float64Array.from(counted(counts(shape)), Math.fround);
  const expected = evaluateOnnx(decode(file), { x: { data, shape } }).get('y')!.data as Float64Array;
  const x = isFirst ? channelsLast(data, shape as [number, number, number, number]) : Float32Array.from(data);
  const { inputShape } = model.config.layers[0]!;
  const output = model.predictSync({ data: x, shape: [2, ...inputShape!] });
  const largest = Math.max(...expected.map(Math.abs));
  expect(output.data.length).toBe(expected.length);
  expected.forEach((value, i) => {
    expect(Math.abs(output.data[i]! - value)).toBeLessThan(2e-6 * largest);
  });
}

function channelsLast(
  data: ArrayLike<number>,
  [rows, channels, height, width]: [number, number, number, number],
): Float32Array {
  const area = height * width;
  const last = new Float32Array(data.length);
  for (let row = 0; row < rows; row++) {
    for (let channel = 0; channel < channels; channel++) {
      for (let pixel = 0; pixel < area; pixel++) {
        last[(row * area + pixel) * channels + channel] = data[(row * channels + channel) * area + pixel]!;
      }
    }
  }
  return last;
}

describe('fromOnnx reads', () => {
  it.each<[string, Node[], outputs: number]>([
    ['Gemm with factors', [node('Gemm', ['x', 'W', 'bias'], ['y'], { alphaf: 0.5, betaf: 3 })], 2],
    ['Gemm transposed', [node('Gemm', ['x', 'V'], ['y'], { transB: 1 })], 2],
    ['MatMul and a sum', [node('MatMul', ['x', 'W'], ['a']), node('Add', ['bias', 'a'], ['y'])], 2],
    [
      'a constant that is transposed',
      [node('Transpose', ['V'], ['U'], { perm: [1, 0] }), node('MatMul', ['x', 'U'], ['y'])],
      2,
    ],
    ['a product for each column', [node('Mul', ['x', 'row'], ['y'])], 3],
    ['standardised columns', [node('Sub', ['x', 'k'], ['a']), node('Div', ['a', 'row'], ['y'])], 3],
    ['numbers', [node('Div', ['x', 'two'], ['a']), node('Sub', ['two', 'a'], ['y'])], 3],
    ['a silu', [node('Sigmoid', ['x'], ['s']), node('Mul', ['s', 'x'], ['y'])], 3],
    ['one alpha for all columns', [node('PRelu', ['x', 'quarter'], ['y'])], 3],
  ])('%s', async (_, nodes, outputs) => compare(nodes, [3], outputs));

  const images = [2, 4, 5];
  const conv = node('Conv', ['x', 'kernel'], ['c'], { pads: [0, 1, 1, 1], kernel_shape: [2, 3] });
  const flatten = node('Reshape', ['c', 'irows'], ['f']);
  const end = node('MatMul', ['f', 'flat'], ['y']);
  it.each<[string, Node[]]>([
    ['a dense layer behind flattened images', [conv, node('Flatten', ['c'], ['f']), end]],
    [
      'products and activations between flatten and dense',
      [
        conv,
        flatten,
        node('Mul', ['f', 'forty'], ['m']),
        node('Relu', ['m'], ['r']),
        node('Gemm', ['r', 'flat'], ['y']),
      ],
    ],
  ])('%s', async (_, nodes) => compare(nodes, images, 2, true));

  it('a shape that the graph computes', async () => {
    const computed = [
      node('Shape', ['c'], ['s']),
      node('Gather', ['s', 'izero'], ['rows']),
      node('Concat', ['rows', 'irest'], ['target'], { axis: 0 }),
      node('Reshape', ['c', 'target'], ['f']),
    ];
    const plain = await fromOnnx(fileOf([conv, flatten, end], CONSTANTS, { dims: images }));
    const other = await fromOnnx(fileOf([conv, ...computed, end], CONSTANTS, { dims: images }));
    expect(other.config).toEqual(plain.config);
    expect(other.getWeights()).toEqual(plain.getWeights());
  });

  it.each<[string, object, Node[]]>([
    ['leakyRelu', { alpha: 0.25 }, [node('Mul', ['x', 'quarter'], ['s']), node('Max', ['s', 'x'], ['y'])]],
    [
      'softsign',
      {},
      [node('Abs', ['x'], ['a']), node('Add', ['a', 'one'], ['b']), node('Div', ['x', 'b'], ['y'])],
    ],
    [
      'hardSwish',
      {},
      [
        node('Add', ['x', 'three'], ['a']),
        node('Clip', ['a', 'zero', 'six'], ['b']),
        node('Mul', ['x', 'b'], ['d']),
        node('Div', ['d', 'six'], ['y']),
      ],
    ],
    [
      'mish',
      {},
      [node('Softplus', ['x'], ['a']), node('Tanh', ['a'], ['b']), node('Mul', ['b', 'x'], ['y'])],
    ],
  ])('the formula of %s', async (name, more, nodes) => {
    const { config } = await fromOnnx(fileOf(nodes, CONSTANTS));
    expect(config.layers).toMatchObject([{ type: 'activation', activation: { name, ...more } }]);
  });

  it('a graph that passes its input on', async () => {
    const model = await fromOnnx(fileOf([node('Identity', ['x'], ['y'])]));
    expect([...model.predictSync([[1, 2, 3]]).data]).toEqual([1, 2, 3]);
  });

  it('names of weights as names of layers', async () => {
    const file = fileOf([node('MatMul', ['x', 'fc1.weight'], ['y'])], { 'fc1.weight': W });
    expect((await fromOnnx(file)).config.layers.map(({ name }) => name)).toEqual(['fc1']);
  });

  it('files, URLs and buffers', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'steepest-onnx-'));
    try {
      const model = sequential({ layers: [layers.dense({ units: 1, inputShape: [2] })] });
      const path = join(folder, 'model.onnx');
      const bytes = model.toOnnx();
      writeFileSync(path, bytes);
      for (const source of [path, pathToFileURL(path), bytes, bytes.buffer]) {
        expect((await fromOnnx(source)).config).toEqual(model.config);
      }
      const refused = expect.objectContaining({ code: 'ERR_DATA_LIMIT' });
      await expect(fromOnnx(path, { limits: { bytes: 10 } })).rejects.toEqual(refused);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe('fromOnnx refuses, by name', () => {
  const conv = (attributes: Record<string, number | string | number[]>): Uint8Array =>
    fileOf(
      [node('Conv', ['x', 'k'], ['y'], attributes)],
      { k: [[1, 1, 3, 3], counted(9)] },
      { dims: [1, 6, 6] },
    );
  it.each<[string, Uint8Array, RegExp]>([
    ['an operator', fileOf([node('Einsum', ['x'], ['y'])]), /given Einsum \(node "y"\)/],
    ['a recurrent layer', fileOf([node('LSTM', ['x', 'W'], ['y'])], { W }), /given LSTM/],
    [
      'a branch',
      fileOf([node('Relu', ['x'], ['a']), node('Tanh', ['x'], ['b']), node('Add', ['a', 'b'], ['y'])]),
      /a branch at "x": Relu \(node "a"\), Tanh/,
    ],
    [
      'two outputs',
      fileOf([node('Relu', ['x'], ['y']), node('Tanh', ['y'], ['z'])], {}, { outputs: ['y', 'z'] }),
      /a branch at "y"/,
    ],
    [
      'a gelu by tanh',
      fileOf([node('Gelu', ['x'], ['y'], { approximate: 'tanh' })], {}, { opset: 20 }),
      /approximate = 'tanh'/,
    ],
    ['a hardSigmoid of its own', fileOf([node('HardSigmoid', ['x'], ['y'], { alphaf: 0.2 })]), /0.2 and 0.5/],
    ['a formula that is no activation', fileOf([node('Sin', ['x'], ['y'])]), /given Sin/],
    [
      'rows that are transposed',
      fileOf([node('Gemm', ['x', 'W'], ['y'], { transA: 1 })], { W }),
      /transA = 1/,
    ],
    [
      'a kernel with other rows',
      fileOf([node('MatMul', ['x', 'W'], ['y'])], { W: [[2, 2], counted(4)] }),
      /3 rows/,
    ],
    [
      'weights that are computed',
      fileOf([node('Relu', ['x'], ['w']), node('MatMul', ['x', 'w'], ['y'])]),
      /branch/,
    ],
    ['padding of its own', conv({ pads: [2, 2, 2, 2] }), /\[1, 1, 1, 1\] here, given \[2, 2, 2, 2\]/],
    ['an unknown size', fileOf([node('Relu', ['x'], ['y'])], {}, { dims: ['width'] }), /\[N, width\]/],
    ['sequences', fileOf([node('Relu', ['x'], ['y'])], {}, { dims: [1, 2, 3, 4] }), /\[N, 1, 2, 3, 4\]/],
    ['old operators', fileOf([node('Relu', ['x'], ['y'])], {}, { opset: 6 }), /given version 6/],
    [
      'a node before its input',
      fileOf([node('Relu', ['a'], ['y']), node('Relu', ['x'], ['a'])]),
      /after the node that makes "a"/,
    ],
    [
      'a value that is made twice',
      fileOf([node('Relu', ['x'], ['y']), node('Tanh', ['x'], ['y'])]),
      /one node .* that makes "y"/,
    ],
    [
      'an output that nothing makes',
      fileOf([node('Relu', ['x'], ['a'])]),
      /a node that makes the output "y"/,
    ],
    [
      'weights that are no numbers',
      fileOf([node('MatMul', ['x', 'W'], ['y'])], {
        W: [
          [3, 1],
          [1, Number.NaN, 2],
        ],
      }),
      /finite/,
    ],
    [
      'shapes that mix rows',
      fileOf([node('Reshape', ['x', 'i'], ['y'])], { i: [[2], [1, -1]] }),
      /keeps the rows apart/,
    ],
    [
      'flattened images as the output',
      fileOf(
        [node('MaxPool', ['x'], ['p'], { kernel_shape: [1, 1] }), node('Flatten', ['p'], ['y'])],
        {},
        { dims: [2, 2, 2] },
      ),
      /channels first as the output/,
    ],
  ])('%s', async (_, file, message) => {
    await expect(fromOnnx(file)).rejects.toThrow(
      expect.objectContaining({ code: 'ERR_MODEL_FILE', message: expect.stringMatching(message) }),
    );
  });

  it('weights that are used over and over', async () => {
    const nodes = Array.from({ length: 40 }, (_, i) =>
      node('MatMul', [i === 0 ? 'x' : `v${i - 1}`, 'W'], [i === 39 ? 'y' : `v${i}`]),
    );
    const file = fileOf(nodes, { W: [[300, 300], new Array<number>(90_000).fill(0)] }, { dims: [300] });
    await expect(fromOnnx(file)).rejects.toThrow(/uses of each weight/);
  });
});
