// Convolution and 2 × 2 max pooling in one: the four outputs of a window are compared before they are stored. Indices of the
// largest are kept in 2 bits, see the contract.
#pragma once
#include "../kernel.inl"
#include "../elementwise/activation.inl"
#include "../images/images.inl"
#include "conv_axis.inl"
#include "conv_tile.inl"
#include "conv.inl"

/** The largest of a window's four values and the two bits of its place. */
struct WindowMax {
  F value;
  M low, high;
};

inline WindowMax windowMax(F a, F b, F c, F d) {
  const M second = gt(b, a);
  F best = select(second, b, a);
  const M third = gt(c, best);
  best = select(third, c, best);
  const M fourth = gt(d, best);
  best = select(fourth, d, best);
  return {best, orM(fourth, andM(second, notM(third))), orM(fourth, third)};
}

/** Where the pooled elements of a tile go. */
struct PooledTile {
  /** First output, this window. */
  float* y;
  int64_t plane;
  /** Null where nothing uses it. */
  uint8_t* index;
  int64_t indexPlane;
  ConvFinish finish;
  Activation activation;
  F alpha;
};

inline void storeBits(uint8_t* index, uint32_t low, uint32_t high) {
  const uint8_t bytes[4] = {static_cast<uint8_t>(low), static_cast<uint8_t>(low >> 8), static_cast<uint8_t>(high),
                            static_cast<uint8_t>(high >> 8)};
  std::memcpy(index, bytes, sizeof bytes);
}

/** Four values of T outputs, from registers or memory: `value(t, pixel, v)`. */
template <int T, class Value> inline void storeWindow(const PooledTile to, Value value) {
  STEEPEST_UNROLL
  for (int t = 0; t < T; ++t) {
    uint32_t low = 0;
    uint32_t high = 0;
    STEEPEST_UNROLL
    for (int v = 0; v < kImageVectors; ++v) {
      const WindowMax best = windowMax(value(t, 0, v), value(t, 1, v), value(t, 2, v), value(t, 3, v));
      const F y = to.finish == ConvFinish::Relu ? activate(Activation::Relu, best.value, zero()) : best.value;
      store(to.y + t * to.plane + v * kLanes, y);
      low |= laneBits(best.low) << (v * kLanes);
      high |= laneBits(best.high) << (v * kLanes);
    }
    if (to.index != nullptr) storeBits(to.index + t * to.indexPlane, low, high);
  }
  if (to.finish != ConvFinish::Activate) return;
  for (int t = 0; t < T; ++t) {
    for (int v = 0; v < kImageVectors; ++v) {
      float* y = to.y + t * to.plane + v * kLanes;
      store(y, activate(to.activation, load(y), to.alpha));
    }
  }
}

/** Windows whose pixels meet the same taps, where registers hold them. */
template <int T> void pooledTile(const ConvTile& tile, const PooledTile& to) {
  F acc[T][4 * kImageVectors];
  convChains<T, 4>(tile, acc);
  storeWindow<T>(to, [&](int t, int pixel, int v) { return acc[t][pixel * kImageVectors + v]; });
}

/** Windows whose pixels were computed one by one. */
template <int T> void pooledScratch(const float* scratch, const PooledTile& to) {
  storeWindow<T>(to, [&](int t, int pixel, int v) { return load(scratch + (t * 4 + pixel) * kGroupImages + v * kLanes); });
}

using PooledTileFn = void (*)(const ConvTile&, const PooledTile&);
using PooledScratchFn = void (*)(const float*, const PooledTile&);

struct PooledTiles {
  PooledTileFn whole[kConvOutputs];
  PooledScratchFn parts[kConvOutputs];
};

template <int... T> constexpr PooledTiles makePooledTiles(std::integer_sequence<int, T...>) {
  PooledTiles tiles = {};
  if constexpr (kConvPixels >= 4) ((tiles.whole[T] = pooledTile<T + 1>), ...);
  ((tiles.parts[T] = pooledScratch<T + 1>), ...);
  return tiles;
}

constexpr PooledTiles kPooledTiles = makePooledTiles(std::make_integer_sequence<int, kConvOutputs>());

/** One window of all outputs of a group of channels: the taps of its two rows and its two columns. */
struct PooledWindow {
  AxisTaps rows[2];
  AxisTaps columns[2];
};

inline bool sameTaps(const AxisTaps* two) { return two[0].tap == two[1].tap && two[0].taps == two[1].taps && two[0].taps > 0; }

/** Points a tile at the taps of one pixel. */
inline void aimConvTile(ConvTile& tile, const ConvPass& pass, const ConvPlanes& at, const AxisTaps& row, const AxisTaps& column) {
  tile.tapsI = column.taps == 0 ? 0 : row.taps;
  tile.tapsJ = column.taps;
  const bool any = row.taps > 0 && column.taps > 0;
  tile.x = any ? at.x + row.at * pass.from.rowFloats() + column.at * kGroupImages : at.x;
}

/** The pixels of a window one by one, or two at a time, into scratch memory. */
inline void windowParts(ConvTile tile, const ConvPass& pass, const ConvPlanes& at, const PooledWindow& window, int64_t o,
                        int outputs, float* scratch) {
  tile.yPlane = 4 * kGroupImages;
  tile.finish = ConvFinish::None;
  const bool pairs = kConvPixels >= 2 && sameTaps(window.columns);
  for (int pixel = 0; pixel < 4; pixel += pairs ? 2 : 1) {
    const AxisTaps& row = window.rows[pixel / 2];
    const AxisTaps& column = window.columns[pixel % 2];
    aimConvTile(tile, pass, at, row, column);
    aimWeights(tile, pass, at.w, o, outputs, {row.tap, 1, column.tap, 1});
    tile.pixelA = (window.columns[1].at - window.columns[0].at) * kGroupImages;
    tile.yA = kGroupImages;
    tile.y = scratch + pixel * kGroupImages;
    kConvTiles.fn[outputs - 1][pairs ? 1 : 0](tile);
  }
}

/** All outputs of one window. */
inline void convWindow(const ConvPass& pass, const ConvPlanes& at, const PooledWindow& window, PooledTile pooled) {
  ConvTile tile = convTileOf(pass);
  tile.stepI = pass.rows.dilation * pass.from.rowFloats();
  tile.stepJ = pass.columns.dilation * kGroupImages;
  const bool isWhole = kConvPixels >= 4 && sameTaps(window.rows) && sameTaps(window.columns);
  if (isWhole) {
    tile.pixelA = pass.columns.stride * kGroupImages;
    tile.pixelB = pass.rows.stride * pass.from.rowFloats();
    aimConvTile(tile, pass, at, window.rows[0], window.columns[0]);
  }
  float* y = pooled.y;
  uint8_t* index = pooled.index;
  const int64_t pieces = pieceCount(pass.groupTo, kConvOutputs);
  for (int64_t piece = 0; piece < pieces; ++piece) {
    const int64_t o = evenPiece(pass.groupTo, kConvOutputs, piece);
    const int outputs = static_cast<int>(evenPiece(pass.groupTo, kConvOutputs, piece + 1) - o);
    tile.bias = at.bias == nullptr ? nullptr : at.bias + o;
    pooled.y = y + o * pooled.plane;
    pooled.index = index == nullptr ? nullptr : index + o * pooled.indexPlane;
    if (isWhole) {
      aimWeights(tile, pass, at.w, o, outputs, {window.rows[0].tap, 1, window.columns[0].tap, 1});
      kPooledTiles.whole[outputs - 1](tile, pooled);
      continue;
    }
    alignas(64) float scratch[kConvOutputs * 4 * kGroupImages];
    windowParts(tile, pass, at, window, o, outputs, scratch);
    kPooledTiles.parts[outputs - 1](scratch, pooled);
  }
}

/** Range: groups of images. */
inline int op_conv2dMaxPool(const OpArgs& args, int64_t begin, int64_t end) {
  using namespace op_conv2dMaxPool;
  const Matrix& weights = args.at(w);
  const ConvShape c = convShape(args, weights.cols);
  const ConvPass pass = convPass(args, c, false);
  packWeights(pass, c, weights, args.workspace);
  const float* start = args.at(bias).given() ? args.at(bias).f32() : nullptr;
  const ImageShape pooled = {c.out.channels, c.out.height / 2, c.out.width / 2};
  for (int64_t g = begin; g < end; ++g) {
    for (int64_t group = 0; group < c.groups; ++group) {
      const int64_t first = group * c.groupOut;
      const ConvPlanes at = {args.at(x).f32(g) + group * c.groupIn * c.in.planeFloats(), args.workspace + group * packedFloats(c),
                             start == nullptr ? nullptr : start + first, nullptr, nullptr};
      for (int64_t p = 0; p < pooled.height; ++p) {
        PooledWindow window = {};
        for (int k = 0; k < 2; ++k) window.rows[k] = forwardTaps(c.rows, 2 * p + k);
        for (int64_t q = 0; q < pooled.width; ++q) {
          for (int k = 0; k < 2; ++k) window.columns[k] = forwardTaps(c.columns, 2 * q + k);
          const int64_t element = p * pooled.width + q;
          const int64_t place = (first * pooled.pixels() + element) * kPackedIndexBytes;
          convWindow(pass, at, window,
                     {args.at(y).f32(g) + first * pooled.planeFloats() + element * kGroupImages, pooled.planeFloats(),
                      args.at(index).given() ? args.at(index).row<uint8_t>(g) + place : nullptr,
                      pooled.pixels() * kPackedIndexBytes, pass.finish, pass.activation, pass.alpha});
        }
      }
    }
  }
  return StatusOk;
}

/** Range: groups of images. */
inline int op_maxPool2x2Backward(const OpArgs& args, int64_t begin, int64_t end) {
  using namespace op_maxPool2x2Backward;
  const ImageShape shape = imageShape(args, channels_, height_, width_);
  const Activation f = static_cast<Activation>(static_cast<int>(args.scalars[activation_]));
  const F alpha = splat(args.scalar(alpha_));
  const ImageShape pooled = {shape.channels, shape.height / 2, shape.width / 2};
  const bool isOdd = shape.height % 2 != 0 || shape.width % 2 != 0;
  for (int64_t g = begin; g < end; ++g) {
    if (isOdd) clearFloats(args.at(dz).f32(g), args.at(dz).cols);
    const uint8_t* places = args.at(index).row<uint8_t>(g);
    for (int64_t c = 0; c < shape.channels; ++c) {
      const float* gradients = args.at(dy).f32(g) + c * pooled.planeFloats();
      const float* outputs = args.at(s).given() ? args.at(s).f32(g) + c * pooled.planeFloats() : nullptr;
      for (int64_t p = 0; p < pooled.height; ++p) {
        float* to = args.at(dz).f32(g) + c * shape.planeFloats() + 2 * p * shape.rowFloats();
        for (int64_t q = 0; q < pooled.width; ++q, to += 2 * kGroupImages) {
          const uint32_t low = static_cast<uint32_t>(places[0] | places[1] << 8);
          const uint32_t high = static_cast<uint32_t>(places[2] | places[3] << 8);
          for (int v = 0; v < kImageVectors; ++v) {
            const int64_t at = v * kLanes;
            F gradient = load(gradients + at);
            if (outputs != nullptr) gradient = activateBackward(f, gradient, load(outputs + at), alpha);
            const M lowBit = ofLaneBits(low >> at);
            const M highBit = ofLaneBits(high >> at);
            const F top = select(highBit, zero(), gradient);
            const F bottom = select(highBit, gradient, zero());
            store(to + at, select(lowBit, zero(), top));
            store(to + at + kGroupImages, select(lowBit, top, zero()));
            store(to + at + shape.rowFloats(), select(lowBit, zero(), bottom));
            store(to + at + shape.rowFloats() + kGroupImages, select(lowBit, bottom, zero()));
          }
          gradients += kGroupImages;
          if (outputs != nullptr) outputs += kGroupImages;
          places += kPackedIndexBytes;
        }
      }
    }
  }
  return StatusOk;
}
