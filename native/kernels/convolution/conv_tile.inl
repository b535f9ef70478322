// The tile of a convolution: some outputs × some pixels of 16 images each, in registers. Every load is a whole vector of images,
// weights are broadcast: no edges, and no lanes lost to a number of channels.
#pragma once
#include "../kernel.inl"
#include "../elementwise/activation.inl"
#include "../images/images.inl"

/** Registers decide the tiles: outputs × vectors for chains, vectors for inputs and one weight. */
#if defined(STEEPEST_ISA_AVX512)
constexpr int kConvPixels = 4;
#else
constexpr int kConvPixels = 1;
#endif
constexpr int kConvOutputs = 6;

/** What becomes of a finished chain. Relu has forms of its own: others are too large to inline once per register. */
enum class ConvFinish { None, Relu, ReluBackward, Activate, Derive };

/** One call of the tile. Steps are in floats. */
struct ConvTile {
  /** The first tap of the first pixel, first channel. */
  const float* x;
  int64_t channels, plane;
  int64_t tapsI, stepI;
  int64_t tapsJ, stepJ;
  /** From pixel to pixel: pixel k of a tile is (k mod 2)·pixelA + ⌊k / 2⌋·pixelB on; a row of pixels has pixelB = 2·pixelA. */
  int64_t pixelA, pixelB;
  /** The weight of the first tap, first channel, first output; those of the other outputs follow it. */
  const float* w;
  int64_t weightChannel, weightI, weightJ;
  float* y;
  int64_t yPlane, yA, yB;
  /** What chains start from; null for 0. */
  const float* bias;
  /** What the derivative is taken from, laid out like y; null for none. */
  const float* s;
  ConvFinish finish;
  Activation activation;
  F alpha;
};

constexpr int64_t pixelOffset(int pixel, int64_t a, int64_t b) { return (pixel % 2) * a + (pixel / 2) * b; }

/** Activations and derivatives in a second pass over the stored tile. */
STEEPEST_NOINLINE void finishConvTile(const ConvTile& tile, int outputs, int pixels) {
  for (int t = 0; t < outputs; ++t) {
    for (int v = 0; v < pixels * kImageVectors; ++v) {
      const int64_t at = t * tile.yPlane + pixelOffset(v / kImageVectors, tile.yA, tile.yB) + (v % kImageVectors) * kLanes;
      const F value = load(tile.y + at);
      store(tile.y + at, tile.finish == ConvFinish::Activate
                             ? activate(tile.activation, value, tile.alpha)
                             : activateBackward(tile.activation, value, load(tile.s + at), tile.alpha));
    }
  }
}

/** The chains of T outputs × P pixels. */
template <int T, int P> inline void convChains(const ConvTile& tile, F (&acc)[T][P * kImageVectors]) {
  constexpr int V = P * kImageVectors;
  STEEPEST_UNROLL
  for (int t = 0; t < T; ++t) {
    const F start = tile.bias == nullptr ? zero() : splat(tile.bias[t]);
    STEEPEST_UNROLL
    for (int v = 0; v < V; ++v) acc[t][v] = start;
  }
  int64_t pixel[4];
  STEEPEST_UNROLL
  for (int v = 0; v < 4; ++v) pixel[v] = pixelOffset(v, tile.pixelA, tile.pixelB);
  int64_t stepJ = tile.stepJ;
  int64_t weightJ = tile.weightJ;
  // Read again for each kernel row: compilers would keep the outer loops' steps in vectors, and
  // getting them back takes ports that the products need.
  const ConvTile* steps = &tile;
  STEEPEST_KEEP(steps);
  const float* plane = tile.x;
  const float* firstWeights = tile.w;
  for (int64_t c = tile.channels; c > 0; --c, plane += steps->plane, firstWeights += steps->weightChannel) {
    const float* row = plane;
    const float* weights = firstWeights;
    for (int64_t i = steps->tapsI; i > 0; --i, row += steps->stepI, weights += steps->weightI) {
      STEEPEST_KEEP(steps);
      const float* x = row;
      const float* w = weights;
      for (int64_t j = steps->tapsJ; j > 0; --j, x += stepJ, w += weightJ) {
        // Compilers tend to keep these in memory or in vectors, in favour of what only the outer loops use.
        STEEPEST_KEEP(pixel[1]);
        STEEPEST_KEEP(pixel[2]);
        STEEPEST_KEEP(pixel[3]);
        STEEPEST_KEEP(stepJ);
        STEEPEST_KEEP(weightJ);
        F value[V];
        STEEPEST_UNROLL
        for (int v = 0; v < V; ++v) value[v] = load(x + pixel[v / kImageVectors] + (v % kImageVectors) * kLanes);
        STEEPEST_UNROLL
        for (int t = 0; t < T; ++t) {
          const F weight = broadcastLoad(w + t);
          STEEPEST_UNROLL
          for (int v = 0; v < V; ++v) acc[t][v] = fma(value[v], weight, acc[t][v]);
        }
      }
    }
  }
}

template <int T, int P> void convTile(const ConvTile& tile) {
  constexpr int V = P * kImageVectors;
  F acc[T][V];
  convChains<T, P>(tile, acc);
  // Vector stores may alias anything: what is needed between them has to be in registers.
  const ConvFinish finish = tile.finish;
  const int64_t plane = tile.yPlane;
  const int64_t a = tile.yA;
  const int64_t b = tile.yB;
  if (finish == ConvFinish::Relu) {
    STEEPEST_UNROLL
    for (int t = 0; t < T; ++t) {
      STEEPEST_UNROLL
      for (int v = 0; v < V; ++v) acc[t][v] = activate(Activation::Relu, acc[t][v], zero());
    }
  } else if (finish == ConvFinish::ReluBackward) {
    const float* s = tile.s;
    STEEPEST_UNROLL
    for (int t = 0; t < T; ++t, s += plane) {
      STEEPEST_UNROLL
      for (int v = 0; v < V; ++v) {
        const F output = load(s + pixelOffset(v / kImageVectors, a, b) + (v % kImageVectors) * kLanes);
        acc[t][v] = activateBackward(Activation::Relu, acc[t][v], output, zero());
      }
    }
  }
  float* y = tile.y;
  STEEPEST_UNROLL
  for (int t = 0; t < T; ++t, y += plane) {
    STEEPEST_UNROLL
    for (int v = 0; v < V; ++v) store(y + pixelOffset(v / kImageVectors, a, b) + (v % kImageVectors) * kLanes, acc[t][v]);
  }
  if (finish == ConvFinish::Activate || finish == ConvFinish::Derive) finishConvTile(tile, T, P);
}

using ConvTileFn = void (*)(const ConvTile&);

/** Tiles by outputs − 1 and pixels − 1. */
struct ConvTiles {
  ConvTileFn fn[kConvOutputs][kConvPixels];
};

template <int T, int... P> constexpr void fillConvTiles(ConvTiles& tiles, std::integer_sequence<int, P...>) {
  ((tiles.fn[T - 1][P] = convTile<T, P + 1>), ...);
}

template <int... T> constexpr ConvTiles makeConvTiles(std::integer_sequence<int, T...>) {
  ConvTiles tiles = {};
  (fillConvTiles<T + 1>(tiles, std::make_integer_sequence<int, kConvPixels>()), ...);
  return tiles;
}

constexpr ConvTiles kConvTiles = makeConvTiles(std::make_integer_sequence<int, kConvOutputs>());
