import { type Attributes, checkTypes, FLOATS, NUMBERS, type Operators, operator } from './operator.js';
import { axisOf, eachIndex, type NumberTensor, numbers, sizeOf, type Tensor, tensorOf } from './tensor.js';

function gemm([a, b, c]: readonly Tensor[], given: Attributes): Tensor {
  const type = checkTypes([a!, b!, c ?? a!], FLOATS);
  const [x, w] = [numbers(a!), numbers(b!)];
  const [isA, isB] = [given.number('transA') === 1, given.number('transB') === 1];
  const [m, k] = isA ? [x.shape[1]!, x.shape[0]!] : [x.shape[0]!, x.shape[1]!];
  const [inner, n] = isB ? [w.shape[1]!, w.shape[0]!] : [w.shape[0]!, w.shape[1]!];
  if (x.shape.length !== 2 || w.shape.length !== 2 || inner !== k)
    throw new Error(`[${x.shape}]·[${w.shape}]`);
  if (c && (c.shape.length !== 1 || c.shape[0] !== n)) throw new Error(`C of shape [${c.shape}]`);
  const out = tensorOf(type, [m, n], new Float64Array(m * n));
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < n; j++) {
      let sum = 0;
      for (let p = 0; p < k; p++) {
        sum += x.data[isA ? p * m + i : i * k + p]! * w.data[isB ? j * k + p : p * n + j]!;
      }
      const bias = c ? given.number('beta') * numbers(c).data[j]! : 0;
      out.data[i * n + j] = given.number('alpha') * sum + bias;
    }
  }
  return out;
}

/** The positions of windows over images: kernel, strides, dilations, pads. */
function windows(x: NumberTensor, given: Attributes) {
  const [rows = 0, columns = 0] = given.numbers('kernel_shape');
  const list = (name: string, usual: readonly number[]) => (given.get(name) ?? usual) as readonly number[];
  const [down = 1, right = 1] = list('strides', [1, 1]);
  const [rowStep = 1, columnStep = 1] = list('dilations', [1, 1]);
  const [top = 0, left = 0, bottom = 0, end = 0] = list('pads', [0, 0, 0, 0]);
  const [height = 0, width = 0] = x.shape.slice(2);
  const count = (size: number, reach: number, stride: number) => Math.floor((size - reach) / stride) + 1;
  const outRows = count(height + top + bottom, (rows - 1) * rowStep + 1, down);
  const outColumns = count(width + left + end, (columns - 1) * columnStep + 1, right);
  /** Calls back with the taps of the window of an output that lie inside of the image. */
  const eachTap = (i: number, j: number, use: (tap: number, place: number) => void): void => {
    for (let r = 0; r < rows; r++) {
      for (let c = 0; c < columns; c++) {
        const [y, z] = [i * down - top + r * rowStep, j * right - left + c * columnStep];
        if (y >= 0 && y < height && z >= 0 && z < width) use(r * columns + c, y * width + z);
      }
    }
  };
  return { area: rows * columns, plane: height * width, outRows, outColumns, eachTap };
}

function conv([a, b, c]: readonly Tensor[], given: Attributes): Tensor {
  const type = checkTypes([a!, b!, c ?? a!], FLOATS);
  const [x, w] = [numbers(a!), numbers(b!)];
  const [filters = 0, channels = 0, ...kernel] = w.shape;
  const groups = given.number('group');
  if (`${kernel}` !== `${given.numbers('kernel_shape')}`) throw new Error('kernel_shape is not that of W');
  if (x.shape[1] !== channels * groups) throw new Error(`channels [${x.shape}] for [${w.shape}]`);
  const { area, plane, outRows, outColumns, eachTap } = windows(x, given);
  const shape = [x.shape[0]!, filters, outRows, outColumns];
  const out = tensorOf(type, shape, new Float64Array(sizeOf(shape)));
  eachIndex(shape, ([n = 0, f = 0, i = 0, j = 0], at) => {
    const firstChannel = Math.floor(f / (filters / groups)) * channels;
    let sum = c ? numbers(c).data[f]! : 0;
    for (let k = 0; k < channels; k++) {
      const image = (n * x.shape[1]! + firstChannel + k) * plane;
      const taps = (f * channels + k) * area;
      eachTap(i, j, (tap, place) => {
        sum += x.data[image + place]! * w.data[taps + tap]!;
      });
    }
    out.data[at] = sum;
  });
  return out;
}

/** Pools the elements of each window that lie inside of the image. */
function pool(a: Tensor, given: Attributes, f: (values: readonly number[]) => number): Tensor {
  const type = checkTypes([a], FLOATS);
  const x = numbers(a);
  const { plane, outRows, outColumns, eachTap } = windows(x, given);
  const shape = [x.shape[0]!, x.shape[1]!, outRows, outColumns];
  const out = tensorOf(type, shape, new Float64Array(sizeOf(shape)));
  eachIndex(shape, ([n = 0, k = 0, i = 0, j = 0], at) => {
    const values: number[] = [];
    eachTap(i, j, (_tap, place) => values.push(x.data[(n * shape[1]! + k) * plane + place]!));
    out.data[at] = f(values);
  });
  return out;
}

const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

function batchNormalization(tensors: readonly Tensor[], given: Attributes): Tensor {
  const type = checkTypes(tensors, FLOATS);
  const [x, scale, bias, means, variances] = tensors.map(numbers) as NumberTensor[];
  const channels = x!.shape[1]!;
  for (const one of [scale, bias, means, variances]) {
    if (`${one!.shape}` !== `${channels}`) throw new Error(`[${one!.shape}] for ${channels} channels`);
  }
  const plane = sizeOf(x!.shape.slice(2));
  return tensorOf(
    type,
    x!.shape,
    x!.data.map((value, at) => {
      const k = Math.floor(at / plane) % channels;
      const deviation = Math.sqrt(variances!.data[k]! + given.number('epsilon'));
      return ((value - means!.data[k]!) / deviation) * scale!.data[k]! + bias!.data[k]!;
    }),
  );
}

/** Calls back with each row along the last axis, and writes what it returns. */
function byRow(x: NumberTensor, f: (row: readonly number[]) => readonly number[]): NumberTensor {
  const size = x.shape.at(-1)!;
  const rows = Array.from({ length: x.data.length / size }, (_, i) =>
    f([...x.data.slice(i * size, (i + 1) * size)]),
  );
  return tensorOf(x.type, x.shape, rows.flat());
}

function checkLastAxis(given: Attributes, { shape }: Tensor): void {
  if (axisOf(given.number('axis'), shape.length) !== shape.length - 1) throw new Error('not the last axis');
}

function layerNormalization(tensors: readonly Tensor[], given: Attributes): Tensor {
  checkTypes(tensors, FLOATS);
  const [x, scale, bias] = tensors.map(numbers) as NumberTensor[];
  checkLastAxis(given, x!);
  return byRow(x!, (row) => {
    const centre = mean(row);
    const deviation = Math.sqrt(mean(row.map((value) => (value - centre) ** 2)) + given.number('epsilon'));
    return row.map((value, k) => ((value - centre) / deviation) * scale!.data[k]! + bias!.data[k]!);
  });
}

const WINDOWS = {
  auto_pad: ['string', 'NOTSET'],
  kernel_shape: ['ints'],
  strides: ['ints', [1, 1]],
  dilations: ['ints', [1, 1]],
  pads: ['ints', [0, 0, 0, 0]],
} as const;

/** The operators of layers. */
export const LAYERS: Operators = {
  Gemm: operator([2, 3], gemm, {
    alpha: ['float', 1],
    beta: ['float', 1],
    transA: ['int', 0],
    transB: ['int', 0],
  }),
  Conv: operator([2, 3], conv, { ...WINDOWS, group: ['int', 1] }),
  MaxPool: operator(1, ([x], given) => pool(x!, given, (values) => Math.max(...values)), {
    ...WINDOWS,
    ceil_mode: ['int', 0],
  }),
  AveragePool: operator(
    1,
    ([x], given) => {
      const isPadded = given.numbers('pads').some((pad) => pad > 0);
      if (isPadded && given.number('count_include_pad') !== 0) throw new Error('padding counts');
      return pool(x!, given, mean);
    },
    { ...WINDOWS, ceil_mode: ['int', 0], count_include_pad: ['int', 0] },
  ),
  GlobalAveragePool: operator(1, ([x]) => {
    const type = checkTypes([x!], FLOATS);
    const [rows = 0, channels = 0, ...plane] = x!.shape;
    const size = sizeOf(plane);
    const means = Array.from({ length: rows * channels }, (_, i) =>
      mean([...numbers(x!).data.slice(i * size, (i + 1) * size)]),
    );
    return tensorOf(type, [rows, channels, ...plane.map(() => 1)], means);
  }),
  BatchNormalization: operator(5, batchNormalization, {
    epsilon: ['float', Math.fround(1e-5)],
    momentum: ['float', Math.fround(0.9)],
    training_mode: ['int', 0],
  }),
  LayerNormalization: operator(3, layerNormalization, {
    axis: ['int', -1],
    epsilon: ['float', Math.fround(1e-5)],
    stash_type: ['int', 1],
  }),
  Softmax: operator(
    1,
    ([x], given) => {
      checkTypes([x!], FLOATS);
      checkLastAxis(given, x!);
      return byRow(numbers(x!), (row) => {
        const most = Math.max(...row);
        const powers = row.map((value) => Math.exp(value - most));
        const sum = powers.reduce((a, b) => a + b, 0);
        return powers.map((power) => power / sum);
      });
    },
    { axis: ['int', -1] },
  ),
  ArgMax: operator(
    1,
    ([x], given) => {
      checkTypes([x!], NUMBERS);
      checkLastAxis(given, x!);
      const values = numbers(x!);
      const size = x!.shape.at(-1)!;
      const rows = x!.shape.slice(0, -1);
      const best = Array.from({ length: sizeOf(rows) }, (_, i) => {
        const row = [...values.data.slice(i * size, (i + 1) * size)];
        return row.indexOf(Math.max(...row));
      });
      return tensorOf('int64', given.number('keepdims') === 1 ? [...rows, 1] : rows, best);
    },
    { axis: ['int', 0], keepdims: ['int', 1], select_last_index: ['int', 0] },
  ),
};
