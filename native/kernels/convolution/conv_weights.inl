// Weight gradients. A tile is R rows of dw × T outputs. Its chains wait in scratch memory while other tiles go over the
// same few pixels, whose gradients lie there too, side by side: planes of them are often whole pages apart and would crowd a few
// sets of the first-level cache. The order within each chain is the contract's all the same.
#pragma once
#include "../kernel.inl"
#include "../images/images.inl"
#include "conv_axis.inl"

#if defined(STEEPEST_ISA_AVX512) || defined(STEEPEST_ISA_NEON)
constexpr int kGradSide = 6;
constexpr int kGradChains = 24;
#elif defined(STEEPEST_ISA_AVX2)
constexpr int kGradSide = 4;
constexpr int kGradChains = 12;
#else
constexpr int kGradSide = 2;
constexpr int kGradChains = 4;
#endif

/** Floats of scratch memory for one tile. */
constexpr int kGradTileFloats = kGradChains * static_cast<int>(kGroupImages);
/** Tiles that go over the same pixels: 37 KB of chains with the largest tile. */
constexpr int kGradBundle = 25;
/** Pixels at a time, so that x and the gradients stay in the first-level cache while all tiles of a bundle meet them. */
constexpr int64_t kGradPixels = 64;
/** Largest number of pixels whose gradients are copied: 24 KB. */
constexpr int64_t kGradCopied = 64;
/** Fewer tiles than this read the gradients where they are. */
constexpr int kGradCopyTiles = 3;
/** Largest number of channels for which tiles take rows of dw in order. Above it, a tile takes all taps of a few channels. */
constexpr int64_t kGradFewChannels = 8;

/** A block of pixels of one group of images, for one tile and kLanes images. Steps are in floats. */
struct GradBlock {
  const float* x[kGradSide];
  int64_t xRow, xPixel;
  const float* dz;
  int64_t dzOutput, dzRow, dzPixel;
  int64_t rows, width;
  float* chains;
  /** Chains start from 0 here. */
  bool first;
  /** A line of each for each pixel: what the next block needs of x and of the gradients. */
  const float* aheadX;
  const float* aheadZ;
};

template <int R, int T> void gradTile(const GradBlock& block) {
  F acc[R][T];
  STEEPEST_UNROLL
  for (int r = 0; r < R; ++r) {
    STEEPEST_UNROLL
    for (int t = 0; t < T; ++t) {
      acc[r][t] = block.first ? zero() : load(block.chains + (r * T + t) * kGroupImages);
    }
  }
  const int64_t pixel = block.xPixel;
  const int64_t output = block.dzOutput;
  const int64_t dzPixel = block.dzPixel;
  const float* aheadX = block.aheadX;
  const float* aheadZ = block.aheadZ;
  for (int64_t p = 0; p < block.rows; ++p) {
    const float* x[R];
    STEEPEST_UNROLL
    for (int r = 0; r < R; ++r) x[r] = block.x[r] + p * block.xRow;
    const float* dz = block.dz + p * block.dzRow;
    for (int64_t q = block.width; q > 0; --q, aheadX += kGroupImages, aheadZ += kGroupImages) {
      STEEPEST_PREFETCH_L2(aheadX);
      STEEPEST_PREFETCH_L2(aheadZ);
      F gradient[T];
      STEEPEST_UNROLL
      for (int t = 0; t < T; ++t) gradient[t] = load(dz + t * output);
      STEEPEST_UNROLL
      for (int r = 0; r < R; ++r) {
        const F value = load(x[r]);
        x[r] += pixel;
        STEEPEST_UNROLL
        for (int t = 0; t < T; ++t) acc[r][t] = fma(value, gradient[t], acc[r][t]);
      }
      dz += dzPixel;
    }
  }
  float* chains = block.chains;
  STEEPEST_UNROLL
  for (int r = 0; r < R; ++r) {
    STEEPEST_UNROLL
    for (int t = 0; t < T; ++t) store(chains + (r * T + t) * kGroupImages, acc[r][t]);
  }
}

using GradTileFn = void (*)(const GradBlock&);

/** Tiles by rows − 1 and outputs − 1. */
struct GradTiles {
  GradTileFn fn[kGradSide][kGradSide];
};

/** Null for a tile that registers do not hold. */
template <int R, int T> constexpr GradTileFn gradTileFn() {
  if constexpr (R * T <= kGradChains) {
    return gradTile<R, T>;
  } else {
    return nullptr;
  }
}

template <int R, int... T> constexpr void fillGradTiles(GradTiles& tiles, std::integer_sequence<int, T...>) {
  ((tiles.fn[R - 1][T] = gradTileFn<R, T + 1>()), ...);
}

template <int... R> constexpr GradTiles makeGradTiles(std::integer_sequence<int, R...>) {
  GradTiles tiles = {};
  (fillGradTiles<R + 1>(tiles, std::make_integer_sequence<int, kGradSide>()), ...);
  return tiles;
}

constexpr GradTiles kGradTiles = makeGradTiles(std::make_integer_sequence<int, kGradSide>());

/** Rows of dw, one after the other, that meet x from the same pixels of y: rows [top, bottom), columns [left, right). */
struct GradRows {
  int64_t first;
  int count;
  int64_t top, bottom, left, right;
  /** Where each of them meets x from pixel (0, 0) of y; it may lie outside. */
  int64_t at[kGradSide];
};

/** One op's gradients: what all its bundles share. */
struct GradPass {
  const ConvShape& shape;
  const Matrix& x;
  const Matrix& dz;
  const Matrix& dw;
  int64_t groups;
  /** Largest tiles: rows of dw × outputs. */
  int64_t taps, most;
  /** Every tap meets x from every pixel of y. */
  bool isInside;

  int64_t tapAt(int64_t row) const {
    const ConvShape& c = shape;
    const int64_t in = row % c.groupIn;
    const int64_t j = row / c.groupIn % c.columns.kernel;
    const int64_t i = row / c.groupIn / c.columns.kernel;
    return in * c.in.planeFloats() + (i * c.rows.dilation - c.rows.before) * c.in.rowFloats() +
           (j * c.columns.dilation - c.columns.before) * kGroupImages;
  }

  GradRows rowsFrom(int64_t first, int64_t last) const {
    GradRows rows = {first, static_cast<int>(last - first), 0, shape.out.height, 0, shape.out.width, {}};
    for (int r = 0; r < rows.count; ++r) rows.at[r] = tapAt(first + r);
    if (isInside) return rows;
    const int64_t tap = first / shape.groupIn;
    tapReach(shape.rows, tap / shape.columns.kernel, rows.top, rows.bottom);
    tapReach(shape.columns, tap % shape.columns.kernel, rows.left, rows.right);
    return rows;
  }

  /** Rows of pixels at a time. */
  int64_t blockRows() const {
    const int64_t rows = kGradPixels / shape.out.width;
    return rows < 1 ? 1 : rows;
  }

  /** Rows of `bundle` × outputs [o, o + outputs), over all images. */
  void run(const GradRows* bundle, int tiles, int64_t channels, int64_t o, int outputs) const {
    alignas(64) float chains[kGradBundle * kGradTileFloats];
    alignas(64) float copy[kGradCopied * kGradSide * kGroupImages];
    const ConvShape& c = shape;
    const int64_t height = c.out.height;
    const int64_t width = c.out.width;
    const int64_t step = blockRows();
    const bool copies = tiles >= kGradCopyTiles && step * width <= kGradCopied;
    GradBlock block = {};
    block.xRow = c.rows.stride * c.in.rowFloats();
    block.xPixel = c.columns.stride * kGroupImages;
    block.dzOutput = copies ? kGroupImages : c.out.planeFloats();
    block.dzPixel = copies ? outputs * kGroupImages : kGroupImages;
    block.dzRow = width * block.dzPixel;
    for (int64_t g = 0; g < groups; ++g) {
      for (int64_t p = 0; p < height; p += step) {
        const int64_t end = height - p < step ? height : p + step;
        const float* gradients = dz.f32(g) + o * c.out.planeFloats() + p * c.out.rowFloats();
        const float* images = x.f32(g) + channels * c.groupIn * c.in.planeFloats();
        if (copies) copyGradients(gradients, copy, (end - p) * width, outputs);
        block.first = g == 0 && p == 0;
        for (int tile = 0; tile < tiles; ++tile) {
          const GradRows& rows = bundle[tile];
          const int64_t top = rows.top > p ? rows.top : p;
          const int64_t bottom = rows.bottom < end ? rows.bottom : end;
          if (top >= bottom && !block.first) continue;
          block.rows = bottom - top;
          block.width = rows.right - rows.left;
          block.aheadX = images + rows.at[tile % rows.count] + bottom * block.xRow;
          block.aheadZ =
              tile < outputs ? gradients + tile * c.out.planeFloats() + (end - p) * c.out.rowFloats() : gradients;
          const int64_t from = top * block.xRow + rows.left * block.xPixel;
          for (int64_t lane = 0; lane < kGroupImages; lane += kLanes) {
            for (int r = 0; r < rows.count; ++r) block.x[r] = images + rows.at[r] + from + lane;
            block.dz = (copies ? copy : gradients) + (top - p) * block.dzRow + rows.left * block.dzPixel + lane;
            block.chains = chains + tile * kGradTileFloats + lane;
            kGradTiles.fn[rows.count - 1][outputs - 1](block);
          }
        }
      }
    }
    for (int tile = 0; tile < tiles; ++tile) {
      for (int r = 0; r < bundle[tile].count; ++r) {
        for (int t = 0; t < outputs; ++t) {
          const float* chain = chains + tile * kGradTileFloats + (r * outputs + t) * kGroupImages;
          dw.f32(bundle[tile].first + r)[o + t] = groups == 0 ? 0.0f : chainSum(chain);
        }
      }
    }
  }

  /** The gradients of some pixels, all outputs of a pixel side by side. */
  void copyGradients(const float* from, float* to, int64_t pixels, int outputs) const {
    const int64_t plane = shape.out.planeFloats();
    for (int64_t i = 0; i < pixels; ++i) {
      for (int t = 0; t < outputs; ++t, to += kGroupImages) {
        for (int v = 0; v < kImageVectors; ++v) store(to + v * kLanes, load(from + t * plane + i * kGroupImages + v * kLanes));
      }
    }
  }

  static float chainSum(const float* chain) {
    Lanes16 lanes;
    for (int v = 0; v < kImageVectors; ++v) lanes.g[v] = load(chain + v * kLanes);
    return sum(lanes);
  }

  /** A bundle × all outputs of a group of channels. */
  void outputs(const GradRows* bundle, int tiles, int64_t channels) const {
    if (tiles == 0) return;
    const int64_t pieces = pieceCount(shape.groupOut, most);
    for (int64_t piece = 0; piece < pieces; ++piece) {
      const int64_t o = evenPiece(shape.groupOut, most, piece);
      const int64_t next = evenPiece(shape.groupOut, most, piece + 1);
      const int64_t at = channels * shape.groupOut + o;
      run(bundle, tiles, channels, at, static_cast<int>(next - o));
    }
  }

  /** Rows [begin, end) as they come. */
  void rowsInOrder(int64_t channels, int64_t begin, int64_t end) const {
    GradRows bundle[kGradBundle];
    int tiles = 0;
    const int64_t pieces = pieceCount(end - begin, taps);
    for (int64_t piece = 0; piece < pieces; ++piece) {
      const int64_t first = begin + evenPiece(end - begin, taps, piece);
      const int64_t last = begin + evenPiece(end - begin, taps, piece + 1);
      bundle[tiles++] = rowsFrom(first, last);
      if (tiles < kGradBundle) continue;
      outputs(bundle, tiles, channels);
      tiles = 0;
    }
    outputs(bundle, tiles, channels);
  }

  /** Rows [begin, end), all taps of a few channels at a time. */
  void rowsByChannel(int64_t channels, int64_t begin, int64_t end) const {
    const int64_t pieces = pieceCount(shape.groupIn, taps);
    for (int64_t piece = 0; piece < pieces; ++piece) {
      GradRows bundle[kGradBundle];
      int tiles = 0;
      const int64_t in = evenPiece(shape.groupIn, taps, piece);
      const int64_t next = evenPiece(shape.groupIn, taps, piece + 1);
      for (int64_t tap = 0; tap < shape.rows.kernel * shape.columns.kernel; ++tap) {
        const int64_t row = tap * shape.groupIn;
        const int64_t first = row + in > begin ? row + in : begin;
        const int64_t last = row + next < end ? row + next : end;
        if (first >= last) continue;
        bundle[tiles++] = rowsFrom(first, last);
        if (tiles < kGradBundle) continue;
        outputs(bundle, tiles, channels);
        tiles = 0;
      }
      outputs(bundle, tiles, channels);
    }
  }
};

/** Range: rows of dw. */
inline int op_conv2dWeights(const OpArgs& args, int64_t begin, int64_t end) {
  using namespace op_conv2dWeights;
  const ConvShape c = convShape(args, args.at(dw).cols);
  const int64_t groups = (args.batchRows + kGroupImages - 1) / kGroupImages;
  const bool wide = c.groupOut % (kGradChains / kGradSide) != 0 && c.groupOut <= kGradSide;
  const int64_t most = wide ? kGradSide : kGradChains / kGradSide;
  const bool isInside = c.rows.isInside() && c.columns.isInside();
  const GradPass pass = {c, args.at(x), args.at(dz), args.at(dw), groups, kGradChains / most, most, isInside};
  for (int64_t channels = 0; channels < c.groups; ++channels) {
    if (isInside && c.groupIn <= kGradFewChannels) {
      pass.rowsInOrder(channels, begin, end);
    } else {
      pass.rowsByChannel(channels, begin, end);
    }
  }
  return StatusOk;
}

/** Range: channels. */
inline int op_channelSums(const OpArgs& args, int64_t begin, int64_t end) {
  using namespace op_channelSums;
  const Matrix& from = args.at(dz);
  float* to = args.at(db).f32();
  const ImageShape shape = {args.at(db).cols, scalarInt(args, height_), scalarInt(args, width_)};
  const int64_t groups = (args.batchRows + kGroupImages - 1) / kGroupImages;
  for (int64_t o = begin; o < end; ++o) {
    Lanes16 lanes = Lanes16::zero();
    for (int64_t g = 0; g < groups; ++g) {
      const float* values = from.f32(g) + o * shape.planeFloats();
      for (int64_t i = 0; i < shape.channelFloats(); i += kGroupImages) {
        STEEPEST_UNROLL
        for (int v = 0; v < kImageVectors; ++v) lanes.g[v] = add(lanes.g[v], load(values + i + v * kLanes));
      }
    }
    to[o] = sum(lanes);
  }
  return StatusOk;
}
