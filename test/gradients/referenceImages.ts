/** Convolution and pooling of one image in float64, as plainly as the formulas: channels last, padding as Keras does it. */

export interface Image {
  /** Element (h, w, c) at (h·width + w)·channels + c. */
  values: readonly number[];
  shape: readonly number[];
}

export interface Sliding {
  window: readonly [number, number];
  strides: readonly [number, number];
  dilation: readonly [number, number];
  padding: 'valid' | 'same';
}

export interface ConvLayer extends Sliding {
  filters: number;
  groups: number;
}

/** Output size, and rows of zeros before the image (TensorFlow's rule). */
function side(size: number, reach: number, stride: number, padding: 'valid' | 'same') {
  if (padding === 'valid') return { out: Math.floor((size - reach) / stride) + 1, before: 0 };
  const out = Math.ceil(size / stride);
  return { out, before: Math.floor(Math.max(0, (out - 1) * stride + reach - size) / 2) };
}

/** For each output position: the inputs under its window, `undefined` where it leaves the image. */
function windows({ shape }: Image, { window, strides, dilation, padding }: Sliding) {
  const [height, width] = shape as [number, number, number];
  const rows = side(height, (window[0] - 1) * dilation[0] + 1, strides[0], padding);
  const columns = side(width, (window[1] - 1) * dilation[1] + 1, strides[1], padding);
  const at = (p: number, q: number, i: number, j: number): number | undefined => {
    const h = p * strides[0] - rows.before + i * dilation[0];
    const w = q * strides[1] - columns.before + j * dilation[1];
    return h >= 0 && h < height && w >= 0 && w < width ? h * width + w : undefined;
  };
  return { height: rows.out, width: columns.out, at };
}

/** z(p, q, o) = b_o + Σ over taps (i, j) and channels c of o's group: x·W[i][j][c][o]. */
export function convolve(
  image: Image,
  layer: ConvLayer,
  kernel: ArrayLike<number>,
  bias: ArrayLike<number> | undefined,
): Image {
  const { filters, groups, window } = layer;
  const channels = image.shape[2]!;
  const inputs = channels / groups;
  const { height, width, at } = windows(image, layer);
  const values: number[] = [];
  for (let p = 0; p < height; p++) {
    for (let q = 0; q < width; q++) {
      for (let o = 0; o < filters; o++) {
        const first = Math.floor(o / (filters / groups)) * inputs;
        let z = bias?.[o] ?? 0;
        for (let i = 0; i < window[0]; i++) {
          for (let j = 0; j < window[1]; j++) {
            const pixel = at(p, q, i, j);
            if (pixel === undefined) continue;
            for (let c = 0; c < inputs; c++) {
              const weight = kernel[((i * window[1] + j) * inputs + c) * filters + o]!;
              z += image.values[pixel * channels + first + c]! * weight;
            }
          }
        }
        values.push(z);
      }
    }
  }
  return { values, shape: [height, width, filters] };
}

/** The largest, or the mean, of what lies under each window. */
export function pool(image: Image, layer: Sliding, kind: 'max' | 'average'): Image {
  const channels = image.shape[2]!;
  const { height, width, at } = windows(image, layer);
  const values: number[] = [];
  for (let p = 0; p < height; p++) {
    for (let q = 0; q < width; q++) {
      for (let c = 0; c < channels; c++) {
        const under: number[] = [];
        for (let i = 0; i < layer.window[0]; i++) {
          for (let j = 0; j < layer.window[1]; j++) {
            const pixel = at(p, q, i, j);
            if (pixel !== undefined) under.push(image.values[pixel * channels + c]!);
          }
        }
        const sum = under.reduce((a, b) => a + b, 0);
        values.push(kind === 'max' ? Math.max(...under) : sum / under.length);
      }
    }
  }
  return { values, shape: [height, width, channels] };
}

/** The middle of an image; of an odd number of spare rows, the smaller half lies above it. */
export function centre({ values, shape }: Image, [height, width]: readonly [number, number]): Image {
  const [rows, columns, channels] = shape as [number, number, number];
  const [top, left] = [Math.floor((rows - height) / 2), Math.floor((columns - width) / 2)];
  const kept = Array.from({ length: height }, (_, p) => {
    const from = ((top + p) * columns + left) * channels;
    return values.slice(from, from + width * channels);
  });
  return { values: kept.flat(), shape: [height, width, channels] };
}
