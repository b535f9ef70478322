// The tile of a convolution of images as rows: some pixels × some vectors of outputs, in registers. Lanes are outputs: weights are
// loaded, pixels broadcast. See conv_rows.inl.
#pragma once
#include "../kernel.inl"
#include "../elementwise/activation.inl"

/** Registers decide the tiles: pixels × vectors for chains, vectors for weights and one pixel. */
#if defined(STEEPEST_ISA_AVX512)
constexpr int kConvRowPixels = 14;
#elif defined(STEEPEST_ISA_NEON)
constexpr int kConvRowPixels = 12;
#elif defined(STEEPEST_ISA_AVX2)
constexpr int kConvRowPixels = 6;
#else
constexpr int kConvRowPixels = 2;
#endif
constexpr int kConvRowVectors = 2;
/** Where each output has a channel of its own, every pixel is a vector too. */
constexpr int kConvRowDepthPixels = kConvRowPixels < 4 ? kConvRowPixels : 4;

/** One call of the tile. Steps are in floats. */
struct ConvRowTile {
  /** The first tap of the first pixel, first channel. */
  const float* x;
  int64_t channels;
  int64_t tapsI, stepI;
  int64_t tapsJ, stepJ;
  /** From pixel to pixel. */
  int64_t pixel;
  /** The weights of the first tap, first channel. */
  const float* w;
  int64_t weightChannel, weightI, weightJ;
  float* y;
  int64_t yPixel;
  /** What chains start from; null for 0. */
  const float* bias;
  /** Outputs in the last vector. */
  int last;
  bool isRelu;
};

/**
 * P pixels × V vectors of outputs, with fewer lanes if `tail` (and V = 1). With `depth`, output o reads channel o.
 * Pixels are addressed from every fourth of them, by 0 to 3 steps: as many addresses as instructions can form without registers for each.
 */
template <int V, int P, bool tail, bool depth> void convRowTile(const ConvRowTile& tile) {
  constexpr int kBases = (P + 3) / 4;
  const int last = tile.last;
  F acc[P][V];
  STEEPEST_UNROLL
  for (int v = 0; v < V; ++v) {
    const F start = tile.bias == nullptr ? zero()
                    : tail && v == V - 1 ? loadN(tile.bias + v * kLanes, last)
                                         : load(tile.bias + v * kLanes);
    STEEPEST_UNROLL
    for (int p = 0; p < P; ++p) acc[p][v] = start;
  }
  const int64_t pixel = tile.pixel;
  const int64_t stepJ = tile.stepJ;
  const int64_t weightJ = tile.weightJ;
  // Read again for each kernel row, as in convChains.
  const ConvRowTile* steps = &tile;
  STEEPEST_KEEP(steps);
  const float* image = tile.x;
  const float* firstWeights = tile.w;
  for (int64_t c = tile.channels; c > 0; --c, ++image, firstWeights += steps->weightChannel) {
    const float* row = image;
    const float* weights = firstWeights;
    for (int64_t i = steps->tapsI; i > 0; --i, row += steps->stepI, weights += steps->weightI) {
      STEEPEST_KEEP(steps);
      const float* x[kBases];
      STEEPEST_UNROLL
      for (int k = 0; k < kBases; ++k) x[k] = row + 4 * k * pixel;
      const float* w = weights;
      for (int64_t j = steps->tapsJ; j > 0; --j) {
        F weight[V];
        STEEPEST_UNROLL
        for (int v = 0; v < V; ++v) {
          weight[v] = tail && v == V - 1 ? loadN(w + v * kLanes, last) : load(w + v * kLanes);
        }
        STEEPEST_UNROLL
        for (int p = 0; p < P; ++p) {
          const float* from = x[p / 4] + (p % 4) * pixel;
          if constexpr (depth) {
            STEEPEST_UNROLL
            for (int v = 0; v < V; ++v) {
              const F value = tail && v == V - 1 ? loadN(from + v * kLanes, last) : load(from + v * kLanes);
              acc[p][v] = fma(value, weight[v], acc[p][v]);
            }
          } else {
            const F value = broadcastLoad(from);
            STEEPEST_UNROLL
            for (int v = 0; v < V; ++v) acc[p][v] = fma(value, weight[v], acc[p][v]);
          }
        }
        STEEPEST_UNROLL
        for (int k = 0; k < kBases; ++k) x[k] += stepJ;
        w += weightJ;
      }
    }
  }
  if (tile.isRelu) {
    STEEPEST_UNROLL
    for (int p = 0; p < P; ++p) {
      STEEPEST_UNROLL
      for (int v = 0; v < V; ++v) acc[p][v] = activate(Activation::Relu, acc[p][v], zero());
    }
  }
  float* y = tile.y;
  const int64_t yPixel = tile.yPixel;
  STEEPEST_UNROLL
  for (int p = 0; p < P; ++p, y += yPixel) {
    STEEPEST_UNROLL
    for (int v = 0; v < V; ++v) {
      if (tail && v == V - 1) {
        storeN(y + v * kLanes, acc[p][v], last);
      } else {
        store(y + v * kLanes, acc[p][v]);
      }
    }
  }
}

using ConvRowTileFn = void (*)(const ConvRowTile&);

/** Tiles by pixels − 1. */
template <int P> struct ConvRowTiles {
  ConvRowTileFn full[kConvRowVectors][P];
  ConvRowTileFn part[P];

  /** The tiles for this many vectors, the last of them with this many outputs. */
  const ConvRowTileFn* rows(int vectors, int last) const { return last < kLanes ? part : full[vectors - 1]; }
};

template <int P, bool depth, int... K> constexpr ConvRowTiles<P> makeConvRowTiles(std::integer_sequence<int, K...>) {
  return {{{convRowTile<1, K + 1, false, depth>...}, {convRowTile<2, K + 1, false, depth>...}},
          {convRowTile<1, K + 1, true, depth>...}};
}

constexpr ConvRowTiles<kConvRowPixels> kConvRowTiles =
    makeConvRowTiles<kConvRowPixels, false>(std::make_integer_sequence<int, kConvRowPixels>());
constexpr ConvRowTiles<kConvRowDepthPixels> kConvRowDepthTiles =
    makeConvRowTiles<kConvRowDepthPixels, true>(std::make_integer_sequence<int, kConvRowDepthPixels>());
