// Convolution with kernels of 3 × 3 by Winograd's minimal filtering, F(2 × 2, 3 × 3) or F(4 × 4, 3 × 3): "Fast Algorithms for
// Convolutional Neural Networks", Lavin & Gray 2015, §4. Four outputs of one channel take 16 products instead of 36, sixteen
// take 36 instead of 144; the products of all channels at one point are a matrix product, which the tiles of gemm compute.
// Lanes are images, so the transforms are sums of whole vectors.
#pragma once
#include "../kernel.inl"
#include "../columns.inl"
#include "../elementwise/activation.inl"
#include "../gemm/gemm_tile.inl"
#include "../images/images.inl"
#include "../convolution/conv_axis.inl"
#include "../convolution/conv.inl"
#include "winograd_sinks.inl"
#include "winograd_transforms.inl"

/** Keeps the points of a channel off each other's cache sets. */
constexpr int64_t kWinogradApart = 64;
/** The point of F(2 × 2, 3 × 3) to which a bias is added: all four outputs hold it once. */
constexpr int kBiasPoint = 5;

/** Points of a cell, floats of a block of tiles for one channel at one point, floats of products that wait at one point. */
template <int cell> constexpr int kCellPoints = Winograd<cell>::kSide * Winograd<cell>::kSide;
template <int cell> constexpr int64_t kBlockFloats = Winograd<cell>::kTiles * kGroupImages;
template <int cell> constexpr int64_t kPointFloats = Winograd<cell>::kOutputs * kTileCols;

/** Cells of one side. */
inline int64_t winogradCells(int64_t size, int64_t cell) { return (size + cell - 1) / cell; }

/** Where the tiles of a row of cells lie in images: a table of offsets in floats, −1 for elements outside. */
template <int cell> struct WinogradWindow {
  static constexpr int kSide = Winograd<cell>::kSide;
  int64_t at[kSide][cell * Winograd<cell>::kTiles + 2];
  int64_t tiles;
  /** No element lies outside. */
  bool isInside;

  /** Tiles of cells (p, q), (p, q + 1), … of images with `top` and `left` rows and columns of zeros before them. */
  WinogradWindow(const ImageShape& shape, int64_t top, int64_t left, int64_t p, int64_t q, int64_t count)
      : tiles(count), isInside(true) {
    for (int i = 0; i < kSide; ++i) {
      const int64_t row = cell * p + i - top;
      for (int64_t j = 0; j < cell * count + 2; ++j) {
        const int64_t column = cell * q + j - left;
        const bool inside = row >= 0 && row < shape.height && column >= 0 && column < shape.width;
        at[i][j] = inside ? (row * shape.width + column) * kGroupImages : -1;
        isInside = isInside && inside;
      }
    }
  }
};

/** One column of a window: a part of Bᵀ, applied to its elements. */
template <int cell, int part, bool inside>
STEEPEST_INLINE void windowColumn(const float* plane, const WinogradWindow<cell>& window, int64_t j, F* to) {
  constexpr int side = Winograd<cell>::kSide;
  F d[side];
  STEEPEST_UNROLL
  for (int i = 0; i < side; ++i) {
    // The first part of two has no use for the last element, the second none for the first.
    const bool isRead = Winograd<cell>::kParts == 1 || i != (part == 0 ? side - 1 : 0);
    d[i] = isRead && (inside || window.at[i][j] >= 0) ? load(plane + window.at[i][j]) : zero();
  }
  Winograd<cell>::template image<part>(d, to);
}

/** A part of V = Bᵀ d B of the window's tiles for kLanes images: the points of rows [top, bottom). */
template <int cell, int part, bool inside>
STEEPEST_INLINE void windowPart(const float* from, const WinogradWindow<cell>& window, float* to, int64_t apart, int top, int bottom) {
  constexpr int side = Winograd<cell>::kSide;
  constexpr int rows = Winograd<cell>::kPartRows;
  F columns[side][rows];
  windowColumn<cell, part, inside>(from, window, 0, columns[0]);
  windowColumn<cell, part, inside>(from, window, 1, columns[1]);
  for (int64_t t = 0; t < window.tiles; ++t, to += kGroupImages) {
    STEEPEST_UNROLL
    for (int j = 2; j < side; ++j) windowColumn<cell, part, inside>(from, window, cell * t + j, columns[j]);
    STEEPEST_UNROLL
    for (int i = 0; i < rows; ++i) {
      const int row = part * rows + i;
      if (row < top || row >= bottom) continue;
      F values[side];
      F points[side];
      STEEPEST_UNROLL
      for (int j = 0; j < side; ++j) values[j] = columns[j][i];
      Winograd<cell>::template image<0>(values, points);
      if (Winograd<cell>::kParts == 2) Winograd<cell>::template image<1>(values, points + side / 2);
      STEEPEST_UNROLL
      for (int j = 0; j < side; ++j) store(to + (side * row + j) * apart, points[j]);
    }
    STEEPEST_UNROLL
    for (int i = 0; i < rows; ++i) {
      columns[0][i] = columns[cell][i];
      columns[1][i] = columns[cell + 1][i];
    }
  }
}

/**
 * V = Bᵀ d B of the window's tiles in one channel, for rows [top, bottom) of points: point ξ to `to` + ξ·apart, tiles one after
 * the other.
 */
template <int cell, bool inside>
inline void transformWindow(const float* plane, const WinogradWindow<cell>& window, float* to, int64_t apart, int top, int bottom) {
  for (int v = 0; v < kImageVectors; ++v, plane += kLanes, to += kLanes) {
    windowPart<cell, 0, inside>(plane, window, to, apart, top, bottom);
    if constexpr (Winograd<cell>::kParts == 2) windowPart<cell, 1, inside>(plane, window, to, apart, top, bottom);
  }
}

/** The tiles of all channels, one row of floats for each from `to` on. */
template <int cell>
inline void transformChannels(const float* images, const ImageShape& shape, const WinogradWindow<cell>& window, float* to,
                              int64_t apart, int top, int bottom) {
  for (int64_t c = 0; c < shape.channels; ++c, to += kBlockFloats<cell>) {
    const float* plane = images + c * shape.planeFloats();
    if (window.isInside) {
      transformWindow<cell, true>(plane, window, to, apart, top, bottom);
    } else {
      transformWindow<cell, false>(plane, window, to, apart, top, bottom);
    }
  }
}

/** Floats of the tiles of all channels at one point. */
template <int cell> inline int64_t tilePoint(int64_t channels) { return channels * kBlockFloats<cell> + kWinogradApart; }

/** The pass of one direction. */
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
template <int cell> inline void transformKernels(const WinogradPass& pass, const Matrix& w, float* to) {
  constexpr int side = Winograd<cell>::kSide;
  const int64_t in = w.rows / 9;
  const int64_t apart = pass.kernelPoint();
  for (int64_t c = 0; c < in; ++c) {
    for (int64_t o = 0; o < w.cols; o += kLanes) {
      const int lanes = static_cast<int>(w.cols - o < kLanes ? w.cols - o : kLanes);
      F down[3][side];
      STEEPEST_UNROLL
      for (int j = 0; j < 3; ++j) {
        F g[3];
        STEEPEST_UNROLL
        for (int i = 0; i < 3; ++i) {
          const int tap = pass.isBackward ? (2 - i) * 3 + (2 - j) : i * 3 + j;
          g[i] = loadN(w.f32(tap * in + c) + o, lanes);
        }
        Winograd<cell>::kernel(g[0], g[1], g[2], down[j]);
      }
      STEEPEST_UNROLL
      for (int i = 0; i < side; ++i) {
        F points[side];
        Winograd<cell>::kernel(down[0][i], down[1][i], down[2][i], points);
        STEEPEST_UNROLL
        for (int j = 0; j < side; ++j) storeN(to + (side * i + j) * apart + c * w.cols + o, points[j], lanes);
      }
    }
  }
}

/** The products of some outputs over a panel of tiles, at all points: to `products`[point][output][kTileCols]. */
template <int cell>
inline void winogradProducts(const WinogradPass& pass, const float* kernels, const float* tiles, const float* bias, int64_t o,
                             int64_t outputs, int vectors, float* products) {
  GemmTile t = {};
  // A row of `a` is a channel that is made; U has channels of x in its rows.
  t.aRow = pass.isBackward ? pass.from.channels : 1;
  t.aStep = pass.isBackward ? 1 : pass.to.channels;
  t.bStep = kBlockFloats<cell>;
  t.cRow = kTileCols;
  t.k = pass.from.channels;
  t.activation = Activation::Linear;
  t.tail = kLanes;
  const GemmTileFn tile = kFullTiles.byVectors[vectors - 1].byRows[outputs - 1];
  for (int point = 0; point < kCellPoints<cell>; ++point) {
    t.a = kernels + point * pass.kernelPoint() + o * t.aRow;
    t.b = tiles + point * tilePoint<cell>(pass.from.channels);
    t.c = products + point * kPointFloats<cell>;
    const bool starts = cell == 2 && point == kBiasPoint && bias != nullptr;
    t.init = starts ? GemmInit::C : GemmInit::Zero;
    for (int64_t r = 0; starts && r < outputs; ++r) {
      for (int v = 0; v < vectors; ++v) store(t.c + r * kTileCols + v * kLanes, splat(bias[o + r]));
    }
    tile(t);
  }
}

/** Aᵀ M A of one output's products for kLanes images. */
template <int cell> STEEPEST_INLINE void winogradCell(const float* from, F bias, F (&z)[cell][cell]) {
  constexpr int side = Winograd<cell>::kSide;
  F rows[cell][side];
  STEEPEST_UNROLL
  for (int j = 0; j < side; ++j) {
    F m[side];
    F down[cell];
    STEEPEST_UNROLL
    for (int i = 0; i < side; ++i) m[i] = load(from + (side * i + j) * kPointFloats<cell>);
    Winograd<cell>::down(m, down);
    STEEPEST_UNROLL
    for (int i = 0; i < cell; ++i) rows[i][j] = down[i];
  }
  STEEPEST_UNROLL
  for (int i = 0; i < cell; ++i) Winograd<cell>::across(rows[i], bias, z[i]);
}

/** The outputs of cells from (p, q) on, each square of 2 × 2 to `sink`. */
template <int cell, class Sink>
inline void winogradOutputs(const float* products, const float* bias, int64_t o, int64_t outputs, int64_t p, int64_t q,
                            int64_t firstFloat, int vectors, const Sink& sink) {
  constexpr int squares = cell / 2;
  for (int64_t r = 0; r < outputs; ++r) {
    const F start = bias == nullptr ? zero() : splat(bias[o + r]);
    for (int v = 0; v < vectors; ++v) {
      F z[cell][cell];
      winogradCell<cell>(products + r * kTileCols + v * kLanes, start, z);
      const int64_t at = firstFloat + v * kLanes;
      const int64_t column = q + at / kGroupImages;
      const int lane = static_cast<int>(at % kGroupImages);
      for (int i = 0; i < squares; ++i) {
        for (int j = 0; j < squares; ++j) {
          const F square[2][2] = {{z[2 * i][2 * j], z[2 * i][2 * j + 1]}, {z[2 * i + 1][2 * j], z[2 * i + 1][2 * j + 1]}};
          sink(o + r, squares * p + i, squares * column + j, lane, square);
        }
      }
    }
  }
}

/** All cells of a group of images. */
template <int cell, class Sink>
inline void winogradImages(const WinogradPass& pass, const float* x, float* workspace, const float* bias, const Sink& sink) {
  using W = Winograd<cell>;
  alignas(64) float products[kCellPoints<cell> * kPointFloats<cell>];
  const float* kernels = workspace;
  float* tiles = workspace + kCellPoints<cell> * pass.kernelPoint();
  const int64_t rows = winogradCells(pass.to.height, cell);
  const int64_t columns = winogradCells(pass.to.width, cell);
  const int64_t blocks = pieceCount(columns, W::kTiles);
  const int64_t pieces = pieceCount(pass.to.channels, W::kOutputs);
  for (int64_t p = 0; p < rows; ++p) {
    for (int64_t block = 0; block < blocks; ++block) {
      const int64_t q = evenPiece(columns, W::kTiles, block);
      const int64_t count = evenPiece(columns, W::kTiles, block + 1) - q;
      const WinogradWindow<cell> window(pass.from, pass.top, pass.left, p, q, count);
      transformChannels<cell>(x, pass.from, window, tiles, tilePoint<cell>(pass.from.channels), 0, W::kSide);
      for (int64_t first = 0; first < count * kGroupImages; first += kTileCols) {
        const int64_t floats = count * kGroupImages - first;
        const int vectors = static_cast<int>((floats < kTileCols ? floats : kTileCols) / kLanes);
        for (int64_t piece = 0; piece < pieces; ++piece) {
          const int64_t o = evenPiece(pass.to.channels, W::kOutputs, piece);
          const int64_t outputs = evenPiece(pass.to.channels, W::kOutputs, piece + 1) - o;
          winogradProducts<cell>(pass, kernels, tiles + first, bias, o, outputs, vectors, products);
          winogradOutputs<cell>(products, bias, o, outputs, p, q, first, vectors, sink);
        }
      }
    }
  }
}

/** Groups of images [begin, end): kernels are transformed once. `sinks(g)` takes the outputs of a group. */
template <int cell, class Sinks>
inline void winogradGroups(const WinogradPass& pass, const Matrix& w, const Matrix& from, const float* bias, float* workspace,
                           int64_t begin, int64_t end, const Sinks& sinks) {
  transformKernels<cell>(pass, w, workspace);
  for (int64_t g = begin; g < end; ++g) winogradImages<cell>(pass, from.f32(g), workspace, bias, sinks(g));
}

/** F(2 × 2, 3 × 3) for one pair of outputs along a side of a cell, F(4 × 4, 3 × 3) for two. */
template <class Sinks>
inline int winogradOp(const OpArgs& args, const WinogradPass& pass, const Matrix& w, const Matrix& from, const float* bias,
                      int64_t begin, int64_t end, const Sinks& sinks) {
  if (scalarInt(args, op_conv2dWinograd::pairs_) == 1) {
    winogradGroups<2>(pass, w, from, bias, args.workspace, begin, end, sinks);
  } else {
    winogradGroups<4>(pass, w, from, bias, args.workspace, begin, end, sinks);
  }
  return StatusOk;
}

/** Range: groups of images. */
inline int op_conv2dWinograd(const OpArgs& args, int64_t begin, int64_t end) {
  using namespace op_conv2dWinograd;
  const WinogradPass pass = winogradPass(args, args.at(w).cols, false);
  const float* start = args.at(bias).given() ? args.at(bias).f32() : nullptr;
  return winogradOp(args, pass, args.at(w), args.at(x), start, begin, end,
                    [&](int64_t g) { return WinogradStore{pass, nullptr, args.at(y).f32(g)}; });
}

/** Range: groups of images. */
inline int op_conv2dMaxPoolWinograd(const OpArgs& args, int64_t begin, int64_t end) {
  using namespace op_conv2dMaxPoolWinograd;
  const WinogradPass pass = winogradPass(args, args.at(w).cols, false);
  const float* start = args.at(bias).given() ? args.at(bias).f32() : nullptr;
  const ImageShape pooled = {pass.to.channels, pass.to.height / 2, pass.to.width / 2};
  return winogradOp(args, pass, args.at(w), args.at(x), start, begin, end, [&](int64_t g) {
    uint8_t* places = args.at(index).given() ? args.at(index).row<uint8_t>(g) : nullptr;
    return WinogradPool{pass, pooled, args.at(y).f32(g), places};
  });
}

/** Range: groups of images. */
inline int op_conv2dInputWinograd(const OpArgs& args, int64_t begin, int64_t end) {
  using namespace op_conv2dInputWinograd;
  WinogradPass pass = winogradPass(args, args.at(w).cols, true);
  if (!args.at(s).given()) pass.finish = ConvFinish::None;
  return winogradOp(args, pass, args.at(w), args.at(dz), nullptr, begin, end,
                    [&](int64_t g) { return WinogradStore{pass, rowOrNull(args.at(s), g), args.at(dx).f32(g)}; });
}
