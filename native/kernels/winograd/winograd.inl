// Convolution with kernels of 3 × 3 by Winograd's minimal filtering F(2 × 2, 3 × 3): "Fast Algorithms for Convolutional Neural
// Networks", Lavin & Gray 2015, §4.1. Four outputs of one channel take 16 products instead of 36; the products of all channels
// are 16 matrix products, which the tiles of gemm compute. Lanes are images, so the transforms are additions of whole vectors.
#pragma once
#include "../kernel.inl"
#include "../columns.inl"
#include "../elementwise/activation.inl"
#include "../gemm/gemm_tile.inl"
#include "../gemm/gemm.inl"
#include "../images/images.inl"
#include "../convolution/conv_axis.inl"
#include "../convolution/conv.inl"
#include "../convolution/conv_pool.inl"

/** Tiles that are transformed at a time, neighbours in a row. */
constexpr int64_t kWinogradTiles = 4;
/** Floats of them, for one channel at one point. */
constexpr int64_t kWinogradRow = kWinogradTiles * kGroupImages;
/** Keeps the 16 points of a channel off each other's cache sets. */
constexpr int64_t kWinogradApart = 64;
/** The point to which a bias is added: all four outputs hold it once. */
constexpr int kBiasPoint = 5;
/** Outputs × floats that wait between the products and the outputs' transform. */
constexpr int64_t kWinogradOutputs = kTileRows * kTileCols;

/** Cells of 2 × 2 outputs of one side. */
inline int64_t winogradCells(int64_t size) { return (size + 1) / 2; }

/** Where the 4 × 4 tiles of a row of cells lie in images: a table of offsets in floats, −1 for elements outside. */
struct WinogradWindow {
  int64_t at[4][2 * kWinogradTiles + 2];
  int64_t tiles;
  /** No element lies outside. */
  bool isInside;

  /** Tiles of cells (p, q), (p, q + 1), … of images with `top` and `left` rows and columns of zeros before them. */
  WinogradWindow(const ImageShape& shape, int64_t top, int64_t left, int64_t p, int64_t q, int64_t count)
      : tiles(count), isInside(true) {
    for (int i = 0; i < 4; ++i) {
      const int64_t row = 2 * p + i - top;
      for (int64_t j = 0; j < 2 * count + 2; ++j) {
        const int64_t column = 2 * q + j - left;
        const bool inside = row >= 0 && row < shape.height && column >= 0 && column < shape.width;
        at[i][j] = inside ? (row * shape.width + column) * kGroupImages : -1;
        isInside = isInside && inside;
      }
    }
  }
};

/** Bᵀ on four values. */
inline void winogradIn(F a, F b, F c, F d, F (&to)[4]) {
  to[0] = sub(a, c);
  to[1] = add(b, c);
  to[2] = sub(c, b);
  to[3] = sub(d, b);
}

/** One column of a window, Bᵀ applied to its four elements. */
template <bool inside> inline void windowColumn(const float* plane, const WinogradWindow& window, int64_t j, F (&to)[4]) {
  F d[4];
  STEEPEST_UNROLL
  for (int i = 0; i < 4; ++i) {
    d[i] = inside || window.at[i][j] >= 0 ? load(plane + window.at[i][j]) : zero();
  }
  winogradIn(d[0], d[1], d[2], d[3], to);
}

/**
 * V = Bᵀ d B of the window's tiles in one channel, for points [first, last): point ξ to `to` + ξ·apart, tiles one after the other.
 */
template <bool inside>
inline void transformWindow(const float* plane, const WinogradWindow& window, float* to, int64_t apart, int first, int last) {
  const int top = first / 4;
  const int bottom = (last + 3) / 4;
  for (int v = 0; v < kImageVectors; ++v) {
    const float* from = plane + v * kLanes;
    F columns[4][4];
    windowColumn<inside>(from, window, 0, columns[0]);
    windowColumn<inside>(from, window, 1, columns[1]);
    for (int64_t t = 0; t < window.tiles; ++t) {
      windowColumn<inside>(from, window, 2 * t + 2, columns[2]);
      windowColumn<inside>(from, window, 2 * t + 3, columns[3]);
      float* tile = to + t * kGroupImages + v * kLanes;
      STEEPEST_UNROLL
      for (int i = 0; i < 4; ++i) {
        if (i < top || i >= bottom) continue;
        F points[4];
        winogradIn(columns[0][i], columns[1][i], columns[2][i], columns[3][i], points);
        STEEPEST_UNROLL
        for (int j = 0; j < 4; ++j) store(tile + (4 * i + j) * apart, points[j]);
      }
      STEEPEST_UNROLL
      for (int i = 0; i < 4; ++i) {
        columns[0][i] = columns[2][i];
        columns[1][i] = columns[3][i];
      }
    }
  }
}

/** The tiles of channels [first, last), at rows of kWinogradRow floats from `to` on. */
inline void transformChannels(const float* images, const ImageShape& shape, const WinogradWindow& window, int64_t first,
                              int64_t last, float* to, int64_t apart, int firstPoint, int lastPoint) {
  for (int64_t c = first; c < last; ++c, to += kWinogradRow) {
    const float* plane = images + c * shape.planeFloats();
    if (window.isInside) {
      transformWindow<true>(plane, window, to, apart, firstPoint, lastPoint);
    } else {
      transformWindow<false>(plane, window, to, apart, firstPoint, lastPoint);
    }
  }
}

/** G on three values. */
inline void winogradKernel(F a, F b, F c, F (&to)[4]) {
  const F half = splat(0.5f);
  const F ends = add(a, c);
  to[0] = a;
  to[1] = mul(add(ends, b), half);
  to[2] = mul(sub(ends, b), half);
  to[3] = c;
}

/** Aᵀ on four values. */
inline void winogradOut(F a, F b, F c, F d, F (&to)[2]) {
  to[0] = add(add(a, b), c);
  to[1] = add(sub(b, c), d);
}

/** One direction of a convolution. */
struct WinogradPass {
  bool isBackward;
  ImageShape from, to;
  int64_t top, left;
  ConvFinish finish;
  Activation activation;
  F alpha;

  /** Floats of transformed weights, and those of tiles at one point. */
  int64_t kernelPoint() const { return from.channels * to.channels; }
  int64_t tilePoint() const { return from.channels * kWinogradRow + kWinogradApart; }
};

/** Floats that a pass needs between `from` and `to` channels. */
inline WinogradPass winogradPass(const OpArgs& args, int64_t outputs, bool isBackward) {
  const ConvShape c = convShape(args, outputs);
  const ConvPass pass = convPass(args, c, isBackward);
  // The input gradient is a convolution with kernels turned by 180° and a padding of 2 − padding.
  const int64_t reach = 2;
  return {isBackward,
          pass.from,
          pass.to,
          isBackward ? reach - c.rows.before : c.rows.before,
          isBackward ? reach - c.columns.before : c.columns.before,
          pass.finish,
          pass.activation,
          pass.alpha};
}

/** U = G g Gᵀ of all kernels: point, channel of x, channel of y. Backward, kernels are turned by 180°. */
inline void transformKernels(const WinogradPass& pass, const Matrix& w, float* to) {
  const int64_t in = w.rows / 9;
  const int64_t apart = pass.kernelPoint();
  for (int64_t c = 0; c < in; ++c) {
    for (int64_t o = 0; o < w.cols; o += kLanes) {
      const int lanes = static_cast<int>(w.cols - o < kLanes ? w.cols - o : kLanes);
      F down[3][4];
      STEEPEST_UNROLL
      for (int j = 0; j < 3; ++j) {
        F g[3];
        STEEPEST_UNROLL
        for (int i = 0; i < 3; ++i) {
          const int tap = pass.isBackward ? (2 - i) * 3 + (2 - j) : i * 3 + j;
          g[i] = loadN(w.f32(tap * in + c) + o, lanes);
        }
        winogradKernel(g[0], g[1], g[2], down[j]);
      }
      STEEPEST_UNROLL
      for (int i = 0; i < 4; ++i) {
        F points[4];
        winogradKernel(down[0][i], down[1][i], down[2][i], points);
        STEEPEST_UNROLL
        for (int j = 0; j < 4; ++j) storeN(to + (4 * i + j) * apart + c * w.cols + o, points[j], lanes);
      }
    }
  }
}

/** The products of some outputs over a panel of tiles, at all points: to `products`[point][output][kTileCols]. */
inline void winogradProducts(const WinogradPass& pass, const float* kernels, const float* tiles, const float* bias, int64_t o,
                             int64_t outputs, int vectors, float* products) {
  GemmTile t = {};
  // A row of `a` is a channel that is made; U has channels of x in its rows.
  t.aRow = pass.isBackward ? pass.from.channels : 1;
  t.aStep = pass.isBackward ? 1 : pass.to.channels;
  t.bStep = kWinogradRow;
  t.cRow = kTileCols;
  t.k = pass.from.channels;
  t.activation = Activation::Linear;
  t.tail = kLanes;
  const GemmTileFn tile = kFullTiles.byVectors[vectors - 1].byRows[outputs - 1];
  for (int point = 0; point < kWinogradPoints; ++point) {
    t.a = kernels + point * pass.kernelPoint() + o * t.aRow;
    t.b = tiles + point * pass.tilePoint();
    t.c = products + point * kWinogradOutputs;
    const bool starts = point == kBiasPoint && bias != nullptr;
    t.init = starts ? GemmInit::C : GemmInit::Zero;
    for (int64_t r = 0; starts && r < outputs; ++r) {
      for (int v = 0; v < vectors; ++v) store(t.c + r * kTileCols + v * kLanes, splat(bias[o + r]));
    }
    tile(t);
  }
}

/** Large activations, once for all. */
STEEPEST_NOINLINE F winogradActivate(const WinogradPass& pass, F value) { return activate(pass.activation, value, pass.alpha); }
STEEPEST_NOINLINE F winogradDerive(const WinogradPass& pass, F value, F s) {
  return activateBackward(pass.activation, value, s, pass.alpha);
}

/** Where the cells of one group of images go: plain outputs. */
struct WinogradStore {
  const WinogradPass& pass;
  const float* s;
  float* y;

  void operator()(int64_t o, int64_t p, int64_t q, int lane, const F (&z)[2][2]) const {
    const int64_t at = o * pass.to.planeFloats() + (2 * p * pass.to.width + 2 * q) * kGroupImages + lane;
    STEEPEST_UNROLL
    for (int i = 0; i < 2; ++i) {
      if (2 * p + i >= pass.to.height) break;
      STEEPEST_UNROLL
      for (int j = 0; j < 2; ++j) {
        if (2 * q + j >= pass.to.width) break;
        const int64_t to = at + i * pass.to.rowFloats() + j * kGroupImages;
        F value = z[i][j];
        if (pass.finish == ConvFinish::Relu) {
          value = activate(Activation::Relu, value, zero());
        } else if (pass.finish == ConvFinish::ReluBackward) {
          value = activateBackward(Activation::Relu, value, load(s + to), zero());
        } else if (pass.finish == ConvFinish::Activate) {
          value = winogradActivate(pass, value);
        } else if (pass.finish == ConvFinish::Derive) {
          value = winogradDerive(pass, value, load(s + to));
        }
        store(y + to, value);
      }
    }
  }
};

/** A cell of outputs is a window of 2 × 2: its largest element, and which it is. */
struct WinogradPool {
  const WinogradPass& pass;
  ImageShape pooled;
  float* y;
  uint8_t* index;

  void operator()(int64_t o, int64_t p, int64_t q, int lane, const F (&z)[2][2]) const {
    if (p >= pooled.height || q >= pooled.width) return;
    const WindowMax best = windowMax(z[0][0], z[0][1], z[1][0], z[1][1]);
    F value = best.value;
    if (pass.finish == ConvFinish::Relu) {
      value = activate(Activation::Relu, value, zero());
    } else if (pass.finish == ConvFinish::Activate) {
      value = winogradActivate(pass, value);
    }
    const int64_t element = p * pooled.width + q;
    store(y + o * pooled.planeFloats() + element * kGroupImages + lane, value);
    if (index == nullptr) return;
    uint8_t* place = index + (o * pooled.pixels() + element) * kPackedIndexBytes;
    uint32_t low = 0;
    uint32_t high = 0;
    if (lane > 0) {  // The lanes before are there.
      low = static_cast<uint32_t>(place[0] | place[1] << 8);
      high = static_cast<uint32_t>(place[2] | place[3] << 8);
    }
    storeBits(place, low | laneBits(best.low) << lane, high | laneBits(best.high) << lane);
  }
};

/** Aᵀ M A of the products, each cell to `sink`. */
template <class Sink>
inline void winogradOutputs(const float* products, int64_t o, int64_t outputs, int64_t p, int64_t q, int64_t firstFloat, int vectors,
                            const Sink& sink) {
  for (int64_t r = 0; r < outputs; ++r) {
    for (int v = 0; v < vectors; ++v) {
      const float* from = products + r * kTileCols + v * kLanes;
      F across[2][4];
      STEEPEST_UNROLL
      for (int j = 0; j < 4; ++j) {
        F down[2];
        winogradOut(load(from + j * kWinogradOutputs), load(from + (4 + j) * kWinogradOutputs),
                    load(from + (8 + j) * kWinogradOutputs), load(from + (12 + j) * kWinogradOutputs), down);
        across[0][j] = down[0];
        across[1][j] = down[1];
      }
      F z[2][2];
      winogradOut(across[0][0], across[0][1], across[0][2], across[0][3], z[0]);
      winogradOut(across[1][0], across[1][1], across[1][2], across[1][3], z[1]);
      const int64_t at = firstFloat + v * kLanes;
      sink(o + r, p, q + at / kGroupImages, static_cast<int>(at % kGroupImages), z);
    }
  }
}

/** All cells of a group of images. */
template <class Sink>
inline void winogradImages(const WinogradPass& pass, const float* x, const float* kernels, const float* bias, float* tiles,
                           const Sink& sink) {
  alignas(64) float products[kWinogradPoints * kWinogradOutputs];
  const int64_t rows = winogradCells(pass.to.height);
  const int64_t columns = winogradCells(pass.to.width);
  const int64_t blocks = pieceCount(columns, kWinogradTiles);
  const RowTiles outputs(pass.to.channels);
  for (int64_t p = 0; p < rows; ++p) {
    for (int64_t block = 0; block < blocks; ++block) {
      const int64_t q = evenPiece(columns, kWinogradTiles, block);
      const int64_t count = evenPiece(columns, kWinogradTiles, block + 1) - q;
      const WinogradWindow window(pass.from, pass.top, pass.left, p, q, count);
      transformChannels(x, pass.from, window, 0, pass.from.channels, tiles, pass.tilePoint(), 0, kWinogradPoints);
      for (int64_t first = 0; first < count * kGroupImages; first += kTileCols) {
        const int64_t floats = count * kGroupImages - first;
        const int vectors = static_cast<int>((floats < kTileCols ? floats : kTileCols) / kLanes);
        int64_t o = 0;
        for (int64_t i = 0; i < outputs.count; o += outputs.height(i), ++i) {
          winogradProducts(pass, kernels, tiles + first, bias, o, outputs.height(i), vectors, products);
          winogradOutputs(products, o, outputs.height(i), p, q, first, vectors, sink);
        }
      }
    }
  }
}

/** Range: groups of images. */
inline int op_conv2dWinograd(const OpArgs& args, int64_t begin, int64_t end) {
  using namespace op_conv2dWinograd;
  const Matrix& weights = args.at(w);
  const WinogradPass pass = winogradPass(args, weights.cols, false);
  transformKernels(pass, weights, args.workspace);
  float* tiles = args.workspace + kWinogradPoints * pass.kernelPoint();
  const float* start = args.at(bias).given() ? args.at(bias).f32() : nullptr;
  for (int64_t g = begin; g < end; ++g) {
    winogradImages(pass, args.at(x).f32(g), args.workspace, start, tiles, WinogradStore{pass, nullptr, args.at(y).f32(g)});
  }
  return StatusOk;
}

/** Range: groups of images. */
inline int op_conv2dMaxPoolWinograd(const OpArgs& args, int64_t begin, int64_t end) {
  using namespace op_conv2dMaxPoolWinograd;
  const Matrix& weights = args.at(w);
  const WinogradPass pass = winogradPass(args, weights.cols, false);
  transformKernels(pass, weights, args.workspace);
  float* tiles = args.workspace + kWinogradPoints * pass.kernelPoint();
  const float* start = args.at(bias).given() ? args.at(bias).f32() : nullptr;
  const ImageShape pooled = {pass.to.channels, pass.to.height / 2, pass.to.width / 2};
  for (int64_t g = begin; g < end; ++g) {
    uint8_t* places = args.at(index).given() ? args.at(index).row<uint8_t>(g) : nullptr;
    winogradImages(pass, args.at(x).f32(g), args.workspace, start, tiles, WinogradPool{pass, pooled, args.at(y).f32(g), places});
  }
  return StatusOk;
}

/** Range: groups of images. */
inline int op_conv2dInputWinograd(const OpArgs& args, int64_t begin, int64_t end) {
  using namespace op_conv2dInputWinograd;
  const Matrix& weights = args.at(w);
  WinogradPass pass = winogradPass(args, weights.cols, true);
  if (!args.at(s).given()) pass.finish = ConvFinish::None;
  transformKernels(pass, weights, args.workspace);
  float* tiles = args.workspace + kWinogradPoints * pass.kernelPoint();
  for (int64_t g = begin; g < end; ++g) {
    winogradImages(pass, args.at(dz).f32(g), args.workspace, nullptr, tiles,
                   WinogradStore{pass, rowOrNull(args.at(s), g), args.at(dx).f32(g)});
  }
  return StatusOk;
}
