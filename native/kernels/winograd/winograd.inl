// Convolution with kernels of 3 × 3 by Winograd's minimal filtering, F(2 × 2, 3 × 3) or F(4 × 4, 3 × 3): "Fast Algorithms for
// Convolutional Neural Networks", Lavin & Gray 2015, §4. Four outputs of one channel take 16 products instead of 36, sixteen
// take 36 instead of 144; the products of all channels at one point are a matrix product, which the tiles of gemm compute.
// Lanes are images, so the transforms are sums of whole vectors.
#pragma once
#include "../kernel.inl"
#include "../columns.inl"
#include "../elementwise/activation.inl"
#include "../gemm/gemm_tile.inl"
#include "../gemm/gemm.inl"
#include "../images/images.inl"
#include "../convolution/conv_axis.inl"
#include "../convolution/conv.inl"
#include "winograd_sinks.inl"
#include "winograd_transforms.inl"

/** Keeps the points of a channel off each other's cache sets. */
constexpr int64_t kWinogradApart = 64;
/** The point of F(2 × 2, 3 × 3) to which a bias is added: all four outputs hold it once. */
constexpr int kBiasPoint = 5;

/** Points of a cell, and floats of a block of tiles for one channel at one point. */
template <int cell> constexpr int kCellPoints = Winograd<cell>::kSide * Winograd<cell>::kSide;
template <int cell> constexpr int64_t kBlockFloats = Winograd<cell>::kTiles * kGroupImages;

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
STEEPEST_NOINLINE void transformChannels(const float* images, const ImageShape& shape, const WinogradWindow<cell>& window, float* to,
                              int64_t apart, int top, int bottom) {
  for (int64_t c = 0; c < shape.channels; ++c, to += kBlockFloats<cell>) {
    const float* plane = images + c * shape.planeFloats();
    // Most blocks of larger cells lie at an edge.
    if constexpr (cell == 2) {
      if (window.isInside) {
        transformWindow<cell, true>(plane, window, to, apart, top, bottom);
        continue;
      }
    }
    transformWindow<cell, false>(plane, window, to, apart, top, bottom);
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
template <int cell> STEEPEST_NOINLINE void transformKernels(const WinogradPass& pass, const Matrix& w, float* to) {
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

/**
 * Memory of a block of tiles: a slot for each point, one after the other, and one before them. Products of a point go to the
 * slot before its tiles, whose own tiles no product needs any more: lines that are in the first-level cache.
 */
template <int cell> struct WinogradBlock {
  float* products;
  int64_t slot;

  WinogradBlock(const WinogradPass& pass, float* workspace)
      : products(workspace + kCellPoints<cell> * pass.kernelPoint()),
        slot(tilePoint<cell>(pass.from.channels > pass.to.channels ? pass.from.channels : pass.to.channels)) {}

  float* tiles() const { return products + slot; }
};

/** The products of all outputs over the first `floats` floats of a block, point by point. */
template <int cell>
STEEPEST_NOINLINE void winogradProducts(const WinogradPass& pass, const float* kernels, const float* bias, const WinogradBlock<cell>& block,
                             int64_t floats) {
  GemmTile t = {};
  // A row of `a` is a channel that is made; U has channels of x in its rows.
  t.aRow = pass.isBackward ? pass.from.channels : 1;
  t.aStep = pass.isBackward ? 1 : pass.to.channels;
  t.bStep = kBlockFloats<cell>;
  t.cRow = kBlockFloats<cell>;
  t.k = pass.from.channels;
  t.activation = Activation::Linear;
  t.tail = kLanes;
  const int64_t outputs = pass.to.channels;
  for (int point = 0; point < kCellPoints<cell>; ++point) {
    float* products = block.products + point * block.slot;
    const bool starts = cell == 2 && point == kBiasPoint && bias != nullptr;
    t.init = starts ? GemmInit::C : GemmInit::Zero;
    for (int64_t o = 0; starts && o < outputs; ++o) {
      for (int64_t i = 0; i < floats; i += kLanes) store(products + o * kBlockFloats<cell> + i, splat(bias[o]));
    }
    t.a = kernels + point * pass.kernelPoint();
    for (int64_t first = 0; first < floats; first += kTileCols) {
      const int vectors = static_cast<int>((floats - first < kTileCols ? floats - first : kTileCols) / kLanes);
      t.b = products + block.slot + first;
      t.c = products + first;
      gemmRows(t, outputs, kFullTiles.byVectors[vectors - 1]);
    }
  }
}

/** Aᵀ M A of one output's products for kLanes images. */
template <int cell> STEEPEST_INLINE void winogradCell(const float* from, int64_t slot, F bias, F (&z)[cell][cell]) {
  constexpr int side = Winograd<cell>::kSide;
  F rows[cell][side];
  STEEPEST_UNROLL
  for (int j = 0; j < side; ++j) {
    F m[side];
    F down[cell];
    STEEPEST_UNROLL
    for (int i = 0; i < side; ++i) m[i] = load(from + (side * i + j) * slot);
    Winograd<cell>::down(m, down);
    STEEPEST_UNROLL
    for (int i = 0; i < cell; ++i) rows[i][j] = down[i];
  }
  STEEPEST_UNROLL
  for (int i = 0; i < cell; ++i) Winograd<cell>::across(rows[i], bias, z[i]);
}

/** The outputs of cells (p, q), (p, q + 1), …, each square of 2 × 2 to `sink`. */
template <int cell, class Sink>
inline void winogradOutputs(const WinogradPass& pass, const WinogradBlock<cell>& block, const float* bias, int64_t p, int64_t q,
                            int64_t floats, const Sink& sink) {
  constexpr int squares = cell / 2;
  for (int64_t o = 0; o < pass.to.channels; ++o) {
    const F start = bias == nullptr ? zero() : splat(bias[o]);
    for (int64_t at = 0; at < floats; at += kLanes) {
      F z[cell][cell];
      winogradCell<cell>(block.products + o * kBlockFloats<cell> + at, block.slot, start, z);
      const int64_t column = q + at / kGroupImages;
      const int lane = static_cast<int>(at % kGroupImages);
      for (int i = 0; i < squares; ++i) {
        for (int j = 0; j < squares; ++j) {
          const F square[2][2] = {{z[2 * i][2 * j], z[2 * i][2 * j + 1]}, {z[2 * i + 1][2 * j], z[2 * i + 1][2 * j + 1]}};
          sink(o, squares * p + i, squares * column + j, lane, square);
        }
      }
    }
  }
}

/** All cells of a group of images. */
template <int cell, class Sink>
inline void winogradImages(const WinogradPass& pass, const float* x, float* workspace, const float* bias, const Sink& sink) {
  constexpr int64_t most = Winograd<cell>::kTiles;
  const WinogradBlock<cell> memory(pass, workspace);
  const int64_t rows = winogradCells(pass.to.height, cell);
  const int64_t columns = winogradCells(pass.to.width, cell);
  const int64_t blocks = pieceCount(columns, most);
  for (int64_t p = 0; p < rows; ++p) {
    for (int64_t block = 0; block < blocks; ++block) {
      const int64_t q = evenPiece(columns, most, block);
      const int64_t count = evenPiece(columns, most, block + 1) - q;
      const WinogradWindow<cell> window(pass.from, pass.top, pass.left, p, q, count);
      transformChannels<cell>(x, pass.from, window, memory.tiles(), memory.slot, 0, Winograd<cell>::kSide);
      winogradProducts<cell>(pass, workspace, bias, memory, count * kGroupImages);
      winogradOutputs<cell>(pass, memory, bias, p, q, count * kGroupImages, sink);
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
