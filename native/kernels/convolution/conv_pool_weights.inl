// Weight gradients of a convolution whose outputs were pooled: of each window of 2 × 2 only the largest element has a
// gradient, so each image needs one product where conv2dWeights has four. Which x it meets differs from image to image: two
// selects, down and across, take it out of the windows that x offers.
#pragma once
#include "../kernel.inl"
#include "../images/images.inl"
#include "conv_axis.inl"
#include "conv_weights.inl"

#if defined(STEEPEST_ISA_AVX512) || defined(STEEPEST_ISA_NEON)
/** Chains of a tile: with as many elements of two rows of x, they fill the registers. */
constexpr int kPooledGradChains = 20;
#else
constexpr int kPooledGradChains = 5;
#endif
/** Widest kernel; wider ones take conv2dWeights. Higher ones come in pieces. */
constexpr int kPooledGradWidth = 5;
constexpr int kPooledGradHeight = 5;

/** One group of images, one channel of x and one output; kernel rows [tap, tap + R), kLanes images. */
struct PooledGradBlock {
  /** Where the first of these kernel rows meets x from pixel (0, 0). */
  const float* x;
  int64_t xRow;
  /** Gradient and places of the pooled elements. */
  const float* d;
  const uint8_t* places;
  int64_t rows, width;
  /** The first lane. */
  int lane;
  float* chains;
};

template <int R, int W> void pooledGradTile(const PooledGradBlock& block) {
  F acc[R][W];
  STEEPEST_UNROLL
  for (int i = 0; i < R; ++i) {
    STEEPEST_UNROLL
    for (int j = 0; j < W; ++j) acc[i][j] = load(block.chains + (i * W + j) * kGroupImages);
  }
  const float* d = block.d;
  const uint8_t* places = block.places;
  for (int64_t p = 0; p < block.rows; ++p) {
    const float* x = block.x + 2 * p * block.xRow;
    for (int64_t q = block.width; q > 0; --q, x += 2 * kGroupImages, d += kGroupImages, places += kPackedIndexBytes) {
      const F gradient = load(d);
      const M right = ofLaneBits(static_cast<uint32_t>(places[0] | places[1] << 8) >> block.lane);
      const M below = ofLaneBits(static_cast<uint32_t>(places[2] | places[3] << 8) >> block.lane);
      F above[W];
      STEEPEST_UNROLL
      for (int i = 0; i <= R; ++i) {
        const float* row = x + i * block.xRow;
        F left = load(row);
        STEEPEST_UNROLL
        for (int j = 0; j < W; ++j) {
          const F next = load(row + (j + 1) * kGroupImages);
          const F here = select(right, next, left);
          if (i > 0) acc[i - 1][j] = fma(select(below, here, above[j]), gradient, acc[i - 1][j]);
          above[j] = here;
          left = next;
        }
      }
    }
  }
  STEEPEST_UNROLL
  for (int i = 0; i < R; ++i) {
    STEEPEST_UNROLL
    for (int j = 0; j < W; ++j) store(block.chains + (i * W + j) * kGroupImages, acc[i][j]);
  }
}

using PooledGradFn = void (*)(const PooledGradBlock&);

/** Tiles by kernel width − 1 and rows − 1. */
struct PooledGradTiles {
  PooledGradFn fn[kPooledGradWidth][kPooledGradHeight];
};

template <int R, int W> constexpr PooledGradFn pooledGradFn() {
  if constexpr (R * W <= kPooledGradChains) {
    return pooledGradTile<R, W>;
  } else {
    return nullptr;
  }
}

template <int W, int... R> constexpr void fillPooledGradTiles(PooledGradTiles& tiles, std::integer_sequence<int, R...>) {
  ((tiles.fn[W - 1][R] = pooledGradFn<R + 1, W>()), ...);
}

template <int... W> constexpr PooledGradTiles makePooledGradTiles(std::integer_sequence<int, W...>) {
  PooledGradTiles tiles = {};
  (fillPooledGradTiles<W + 1>(tiles, std::make_integer_sequence<int, kPooledGradHeight>()), ...);
  return tiles;
}

constexpr PooledGradTiles kPooledGradTiles = makePooledGradTiles(std::make_integer_sequence<int, kPooledGradWidth>());

/** A rectangle of kernel elements: rows [top, bottom), columns [left, right). */
struct KernelPart {
  int64_t top, bottom, left, right;

  int64_t elements() const { return (bottom - top) * (right - left); }
};

/** Part of one channel c of x: all outputs, all images. */
struct PooledGradPass {
  const OpArgs& args;
  const ConvShape& shape;
  int64_t begin, end;

  /** As few tiles as registers allow. */
  void part(const KernelPart& whole) const {
    if (whole.bottom <= whole.top) return;
    const int64_t fitting = kPooledGradChains / (whole.right - whole.left);
    const int64_t most = fitting < kPooledGradHeight ? fitting : kPooledGradHeight;
    const int64_t rows = whole.bottom - whole.top;
    for (int64_t c = 0; c < shape.groupIn; ++c) {
      for (int64_t piece = 0; piece < pieceCount(rows, most); ++piece) {
        tile(c, {whole.top + evenPiece(rows, most, piece), whole.top + evenPiece(rows, most, piece + 1), whole.left, whole.right});
      }
    }
  }

  /** The workspace holds 16 floats for each output and element. */
  void tile(int64_t c, const KernelPart& part) const {
    using namespace op_conv2dMaxPoolWeights;
    const Matrix& to = args.at(dw);
    float* chains = args.workspace;
    const int64_t groups = (args.batchRows + kGroupImages - 1) / kGroupImages;
    const ImageShape pooled = {shape.out.channels, shape.out.height / 2, shape.out.width / 2};
    const PooledGradFn run = kPooledGradTiles.fn[part.right - part.left - 1][part.bottom - part.top - 1];
    clearFloats(chains, to.cols * part.elements() * kGroupImages);
    PooledGradBlock block = {};
    block.xRow = shape.in.rowFloats();
    block.rows = pooled.height;
    block.width = pooled.width;
    for (int64_t g = 0; g < groups; ++g) {
      const float* from = args.at(x).f32(g) + c * shape.in.planeFloats() + part.top * block.xRow + part.left * kGroupImages;
      for (int64_t o = 0; o < to.cols; ++o) {
        block.places = args.at(index).row<uint8_t>(g) + o * pooled.pixels() * kPackedIndexBytes;
        for (int lane = 0; lane < kGroupImages; lane += kLanes) {
          block.x = from + lane;
          block.d = args.at(dy).f32(g) + o * pooled.planeFloats() + lane;
          block.lane = lane;
          block.chains = chains + o * part.elements() * kGroupImages + lane;
          run(block);
        }
      }
    }
    for (int64_t e = 0; e < part.elements(); ++e) {
      const int64_t tap = (part.top + e / (part.right - part.left)) * shape.columns.kernel + part.left + e % (part.right - part.left);
      const int64_t row = tap * shape.groupIn + c;
      if (row < begin || row >= end) continue;
      for (int64_t o = 0; o < to.cols; ++o) {
        to.f32(row)[o] = GradPass::chainSum(chains + (o * part.elements() + e) * kGroupImages);
      }
    }
  }
};

/** Range: rows of dw. The kernel elements that they belong to are a part of one kernel row, whole kernel rows, a part of another. */
inline int op_conv2dMaxPoolWeights(const OpArgs& args, int64_t begin, int64_t end) {
  const ConvShape c = convShape(args, args.at(op_conv2dMaxPoolWeights::dw).cols);
  const PooledGradPass pass = {args, c, begin, end};
  const int64_t width = c.columns.kernel;
  const int64_t first = begin / c.groupIn;
  const int64_t last = (end + c.groupIn - 1) / c.groupIn;
  const int64_t top = first / width;
  const int64_t bottom = (last - 1) / width;
  if (first >= last) return StatusOk;
  if (top == bottom) {
    pass.part({top, top + 1, first - top * width, last - top * width});
    return StatusOk;
  }
  const bool wholeTop = first == top * width;
  const bool wholeBottom = last == (bottom + 1) * width;
  if (!wholeTop) pass.part({top, top + 1, first - top * width, width});
  pass.part({wholeTop ? top : top + 1, wholeBottom ? bottom + 1 : bottom, 0, width});
  if (!wholeBottom) pass.part({bottom, bottom + 1, 0, last - bottom * width});
  return StatusOk;
}
