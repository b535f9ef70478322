// Convolution of images in groups of 16. Every load is a whole vector of images, weights are broadcast: no edges, and
// no lanes lost to a number of channels. A tile is T outputs × V vectors (pixels × the vectors of a group).

/**
 * Registers decide the tiles: T·V accumulators, V inputs and one weight; for gradients taps × outputs, taps and one δ, the vectors of a
 * group one after the other.
 */
#if defined(STEEPEST_ISA_AVX512)
constexpr int kConvPixels = 4;
constexpr int kConvOutputs = 6;
constexpr int kGradSide = 6;
constexpr int kGradChains = 24;
#elif defined(STEEPEST_ISA_NEON)
constexpr int kConvPixels = 1;
constexpr int kConvOutputs = 6;
constexpr int kGradSide = 6;
constexpr int kGradChains = 24;
#elif defined(STEEPEST_ISA_AVX2)
constexpr int kConvPixels = 1;
constexpr int kConvOutputs = 6;
constexpr int kGradSide = 4;
constexpr int kGradChains = 12;
#else
constexpr int kConvPixels = 1;
constexpr int kConvOutputs = 6;
constexpr int kGradSide = 2;
constexpr int kGradChains = 4;
#endif

/** A convolution without padding: sizes, and where the weights of a tap lie. */
struct ConvShape {
  ImageShape in, out;
  int64_t kernelH, kernelW, strideH, strideW, dilationH, dilationW, groups;
  /** Channels of x and of y in one of the groups of channels. */
  int64_t groupIn, groupOut;
  /** Floats between the weights of (i+1, ·) and (i, ·), of (·, j+1) and (·, j), of channels of x and of y; may be negative. */
  int64_t weightI, weightJ, weightIn, weightOut;
};

struct ConvScalars {
  int channels, height, width, kernelH, kernelW, strideH, strideW, dilationH, dilationW, groups;
};

inline int64_t convOut(int64_t size, int64_t kernel, int64_t stride, int64_t dilation) {
  return (size - (kernel - 1) * dilation - 1) / stride + 1;
}

/** `outputs`: channels of y. */
inline ConvShape convShape(const OpArgs& args, const ConvScalars& at, int64_t outputs) {
  ConvShape s = {};
  s.in = imageShape(args, at.channels, at.height, at.width);
  s.kernelH = scalarInt(args, at.kernelH);
  s.kernelW = scalarInt(args, at.kernelW);
  s.strideH = scalarInt(args, at.strideH);
  s.strideW = scalarInt(args, at.strideW);
  s.dilationH = scalarInt(args, at.dilationH);
  s.dilationW = scalarInt(args, at.dilationW);
  s.groups = scalarInt(args, at.groups);
  s.out = {outputs, convOut(s.in.height, s.kernelH, s.strideH, s.dilationH),
           convOut(s.in.width, s.kernelW, s.strideW, s.dilationW)};
  s.groupIn = s.in.channels / s.groups;
  s.groupOut = outputs / s.groups;
  return s;
}

/** One call of the forward tile. */
struct ConvTile {
  const ConvShape& shape;
  /** First pixel of the first channel of the group of channels. */
  const float* x;
  /** Tap (0, 0), first channel of x, first output of the tile. */
  const float* w;
  float* y;
  /** Null for zeros. */
  const float* bias;
  /** What the derivative is taken from, laid out like y; null for none. */
  const float* s;
  GemmEpilogue epilogue;
  Activation activation;
  F alpha;
};

/** The epilogue in a second pass over the stored tile: activations are too large to inline once per register. */
STEEPEST_NOINLINE void finishConvTile(const ConvTile& tile, int outputs, int vectors) {
  const int64_t plane = tile.shape.out.planeFloats();
  for (int t = 0; t < outputs; ++t) {
    for (int v = 0; v < vectors; ++v) {
      float* y = tile.y + t * plane + v * kLanes;
      const F x = load(y);
      store(y, tile.epilogue == GemmEpilogue::Activation
                   ? activate(tile.activation, x, tile.alpha)
                   : activateBackward(tile.activation, x, load(tile.s + t * plane + v * kLanes), tile.alpha));
    }
  }
}

/** P pixels of a row × T outputs. */
template <int T, int P> inline void convTile(const ConvTile& tile) {
  constexpr int V = P * kImageVectors;
  const ConvShape& c = tile.shape;
  F acc[T][V];
  STEEPEST_UNROLL
  for (int t = 0; t < T; ++t) {
    const F start = tile.bias == nullptr ? zero() : splat(tile.bias[t]);
    STEEPEST_UNROLL
    for (int v = 0; v < V; ++v) acc[t][v] = start;
  }
  const int64_t pixel = c.strideW * kGroupImages;
  const int64_t stepJ = c.dilationW * kGroupImages;
  const int64_t stepI = c.dilationH * c.in.rowFloats();
  const int64_t weightOut = c.weightOut;
  for (int64_t in = 0; in < c.groupIn; ++in) {
    for (int64_t i = 0; i < c.kernelH; ++i) {
      const float* x = tile.x + in * c.in.planeFloats() + i * stepI;
      const float* w = tile.w + in * c.weightIn + i * c.weightI;
      for (int64_t j = 0; j < c.kernelW; ++j, x += stepJ, w += c.weightJ) {
        F value[V];
        STEEPEST_UNROLL
        for (int v = 0; v < V; ++v) value[v] = load(x + (v / kImageVectors) * pixel + (v % kImageVectors) * kLanes);
        STEEPEST_UNROLL
        for (int t = 0; t < T; ++t) {
          const F weight = broadcastLoad(w + t * weightOut);
          STEEPEST_UNROLL
          for (int v = 0; v < V; ++v) acc[t][v] = fma(value[v], weight, acc[t][v]);
        }
      }
    }
  }
  const bool relu = tile.epilogue == GemmEpilogue::Activation && tile.activation == Activation::Relu;
  STEEPEST_UNROLL
  for (int t = 0; t < T; ++t) {
    float* to = tile.y + t * c.out.planeFloats();
    STEEPEST_UNROLL
    for (int v = 0; v < V; ++v) {
      const F y = acc[t][v];
      store(to + v * kLanes, relu ? select(lt(y, zero()), zero(), y) : y);
    }
  }
  if (tile.epilogue != GemmEpilogue::None && !relu) finishConvTile(tile, T, V);
}

template <int P, int T> inline void convOutputs(const ConvTile& tile, int outputs) {
  if constexpr (T > 0) {
    if (outputs == T) return convTile<T, P>(tile);
    convOutputs<P, T - 1>(tile, outputs);
  }
}

/** Cuts `count` into the fewest pieces of at most `most`, of sizes that differ by one at most. */
inline int64_t evenPiece(int64_t count, int64_t most, int64_t piece) {
  const int64_t pieces = (count + most - 1) / most;
  return count * piece / pieces;
}
inline int64_t pieceCount(int64_t count, int64_t most) { return (count + most - 1) / most; }

/** All outputs of one group of channels at P pixels of a row. */
template <int P> inline void convPixels(const ConvShape& c, ConvTile tile, const float* bias, const float* s) {
  const float* w = tile.w;
  float* y = tile.y;
  const int64_t pieces = pieceCount(c.groupOut, kConvOutputs);
  for (int64_t piece = 0; piece < pieces; ++piece) {
    const int64_t o = evenPiece(c.groupOut, kConvOutputs, piece);
    const int64_t next = evenPiece(c.groupOut, kConvOutputs, piece + 1);
    tile.w = w + o * c.weightOut;
    tile.y = y + o * c.out.planeFloats();
    tile.bias = bias == nullptr ? nullptr : bias + o;
    tile.s = s == nullptr ? nullptr : s + o * c.out.planeFloats();
    convOutputs<P, kConvOutputs>(tile, static_cast<int>(next - o));
  }
}

/** Range: groups of images. */
inline int op_conv2d(const OpArgs& args, int64_t begin, int64_t end) {
  using namespace op_conv2d;
  const Matrix& weights = args.at(w);
  const bool isTransposed = args.scalars[transposed_] != 0;
  const int64_t groups = scalarInt(args, groups_);
  const int64_t kernelArea = scalarInt(args, kernelH_) * scalarInt(args, kernelW_);
  const int64_t inputs = weights.rows / kernelArea;
  const ConvScalars at = {channels_, height_, width_, kernelH_, kernelW_, strideH_, strideW_, dilationH_, dilationW_, groups_};
  ConvShape c = convShape(args, at, isTransposed ? inputs * groups : weights.cols);
  const int64_t ld = weights.rowStride;
  c.weightI = c.kernelW * inputs * ld;
  c.weightJ = inputs * ld;
  c.weightIn = ld;
  c.weightOut = 1;
  // Weights of a group of channels: columns of w. For the transpose the taps run backwards.
  int64_t firstTap = 0;
  if (isTransposed) {
    firstTap = (c.kernelH - 1) * c.weightI + (c.kernelW - 1) * c.weightJ;
    c.weightI = -c.weightI;
    c.weightJ = -c.weightJ;
    c.weightIn = 1;
    c.weightOut = ld;
  }
  const int64_t groupColumns = weights.cols / groups;
  const float* biases = args.at(bias).given() ? args.at(bias).f32() : nullptr;
  ConvTile tile{c,
                nullptr,
                nullptr,
                nullptr,
                nullptr,
                nullptr,
                static_cast<GemmEpilogue>(static_cast<int>(args.scalars[epilogue_])),
                static_cast<Activation>(static_cast<int>(args.scalars[activation_])),
                splat(args.scalar(alpha_))};
  const int64_t pixel = c.strideW * kGroupImages;
  for (int64_t g = begin; g < end; ++g) {
    for (int64_t channels = 0; channels < groups; ++channels) {
      const float* from = args.at(x).f32(g) + channels * c.groupIn * c.in.planeFloats();
      const int64_t outputAt = channels * c.groupOut * c.out.planeFloats();
      float* to = args.at(y).f32(g) + outputAt;
      const float* outputs = rowOrNull(args.at(s), g);
      if (outputs != nullptr) outputs += outputAt;
      const float* bias = biases == nullptr ? nullptr : biases + channels * c.groupOut;
      tile.w = weights.f32() + firstTap + channels * groupColumns;
      for (int64_t p = 0; p < c.out.height; ++p) {
        const float* row = from + p * c.strideH * c.in.rowFloats();
        int64_t q = 0;
        const auto place = [&] {
          tile.x = row + q * pixel;
          tile.y = to + p * c.out.rowFloats() + q * kGroupImages;
          return outputs == nullptr ? nullptr : outputs + p * c.out.rowFloats() + q * kGroupImages;
        };
        while (q < c.out.width) {
          const float* s = place();
          if (q + kConvPixels <= c.out.width) {
            convPixels<kConvPixels>(c, tile, bias, s);
            q += kConvPixels;
          } else if (kConvPixels > 2 && q + 2 <= c.out.width) {
            convPixels<2>(c, tile, bias, s);
            q += 2;
          } else {
            convPixels<1>(c, tile, bias, s);
            ++q;
          }
        }
      }
    }
  }
  return StatusOk;
}

// Gradients by the weights. A tile is R rows of dw × T outputs. Its chains wait in scratch memory while other tiles go over the same few
// rows of pixels, so that these are read from the first-level cache; the order within each chain is the contract's all the same.

/** Floats of scratch memory for one tile. */
constexpr int kGradTileFloats = kGradChains * static_cast<int>(kGroupImages);
/** Tiles that go over the same pixels: 37 KB of chains with the largest tile. */
constexpr int kGradBundle = 25;
/** Pixels at a time, if rows are not longer, so that they stay in cache while all taps of some channels meet them. */
constexpr int64_t kGradPixels = 32;
/** Up to so many channels, tiles take rows of dw as they come; above, all taps of a few channels. */
constexpr int64_t kGradFewChannels = 8;

/** A block of pixels of one group of images, for one tile and kLanes images. */
struct GradBlock {
  const float* x[kGradSide];
  int64_t xRow;
  int64_t xPixel;
  const float* dz;
  int64_t dzPlane;
  int64_t dzRow;
  int64_t rows;
  int64_t width;
  float* chains;
  /** Chains start from 0 here. */
  bool first;
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
  const int64_t plane = block.dzPlane;
  for (int64_t p = 0; p < block.rows; ++p) {
    const float* x[R];
    STEEPEST_UNROLL
    for (int r = 0; r < R; ++r) x[r] = block.x[r] + p * block.xRow;
    const float* dz = block.dz + p * block.dzRow;
    for (int64_t q = block.width; q > 0; --q) {
      F slope[T];
      STEEPEST_UNROLL
      for (int t = 0; t < T; ++t) slope[t] = load(dz + t * plane);
      STEEPEST_UNROLL
      for (int r = 0; r < R; ++r) {
        const F value = load(x[r]);
        x[r] += pixel;
        STEEPEST_UNROLL
        for (int t = 0; t < T; ++t) acc[r][t] = fma(value, slope[t], acc[r][t]);
      }
      dz += kGroupImages;
    }
  }
  STEEPEST_UNROLL
  for (int r = 0; r < R; ++r) {
    STEEPEST_UNROLL
    for (int t = 0; t < T; ++t) store(block.chains + (r * T + t) * kGroupImages, acc[r][t]);
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

/** Rows of dw, one after the other. */
struct GradRows {
  int64_t first;
  int count;
};

/** One op's gradients: what all its bundles share. */
struct GradPass {
  const ConvShape& shape;
  const Matrix& x;
  const Matrix& dz;
  const Matrix& dw;
  int64_t groups;
  /** Largest tiles: taps × outputs. */
  int64_t taps;
  int64_t most;

  /** Where the inputs of a row of dw begin in a group's images. */
  int64_t tapAt(int64_t row, int64_t firstIn) const {
    const ConvShape& c = shape;
    const int64_t in = firstIn + row % c.groupIn;
    const int64_t j = row / c.groupIn % c.kernelW;
    const int64_t i = row / c.groupIn / c.kernelW;
    return in * c.in.planeFloats() + i * c.dilationH * c.in.rowFloats() + j * c.dilationW * kGroupImages;
  }

  /** Rows of `bundle` × outputs [o, o + outputs), over all images. */
  void run(const GradRows* bundle, int tiles, int64_t firstIn, int64_t o, int outputs) const {
    alignas(64) float chains[kGradBundle * kGradTileFloats];
    const ConvShape& c = shape;
    const int64_t height = c.out.height;
    const int64_t blockRows = c.groupIn <= kGradFewChannels ? height
                              : c.out.width >= kGradPixels ? 1
                                                           : kGradPixels / c.out.width;
    GradBlock block = {};
    block.xRow = c.strideH * c.in.rowFloats();
    block.xPixel = c.strideW * kGroupImages;
    block.dzPlane = c.out.planeFloats();
    block.dzRow = c.out.rowFloats();
    block.width = c.out.width;
    for (int64_t g = 0; g < groups; ++g) {
      for (int64_t p = 0; p < height; p += blockRows) {
        block.rows = height - p < blockRows ? height - p : blockRows;
        block.first = g == 0 && p == 0;
        for (int tile = 0; tile < tiles; ++tile) {
          const GradRows& rows = bundle[tile];
          for (int64_t lane = 0; lane < kGroupImages; lane += kLanes) {
            for (int r = 0; r < rows.count; ++r) {
              block.x[r] = x.f32(g) + tapAt(rows.first + r, firstIn) + p * block.xRow + lane;
            }
            block.dz = dz.f32(g) + o * block.dzPlane + p * block.dzRow + lane;
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
      run(bundle, tiles, channels * shape.groupIn, at, static_cast<int>(next - o));
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
      bundle[tiles++] = {first, static_cast<int>(last - first)};
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
      for (int64_t tap = 0; tap < shape.kernelH * shape.kernelW; ++tap) {
        const int64_t top = tap * shape.groupIn;
        const int64_t first = top + in > begin ? top + in : begin;
        const int64_t last = top + next < end ? top + next : end;
        if (first >= last) continue;
        bundle[tiles++] = {first, static_cast<int>(last - first)};
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
  const ConvScalars at = {channels_, height_, width_, kernelH_, kernelW_, strideH_, strideW_, dilationH_, dilationW_, groups_};
  const ConvShape c = convShape(args, at, args.at(dw).cols);
  const int64_t groups = (args.batchRows + kGroupImages - 1) / kGroupImages;
  // Planes of dz often lie whole pages apart and crowd the same cache sets: few of them, unless there are few at all.
  const bool wide = c.groupOut % (kGradChains / kGradSide) != 0 && c.groupOut <= kGradSide;
  const int64_t most = wide ? kGradSide : kGradChains / kGradSide;
  const GradPass pass = {c, args.at(x), args.at(dz), args.at(dw), groups, kGradChains / most, most};
  for (int64_t channels = 0; channels < c.groups; ++channels) {
    if (c.groupIn <= kGradFewChannels) {
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
  const int64_t plane = from.cols / args.at(db).cols;
  const int64_t groups = (args.batchRows + kGroupImages - 1) / kGroupImages;
  for (int64_t o = begin; o < end; ++o) {
    Lanes16 lanes = Lanes16::zero();
    for (int64_t g = 0; g < groups; ++g) {
      const float* values = from.f32(g) + o * plane;
      for (int64_t i = 0; i < plane; i += kGroupImages) {
        STEEPEST_UNROLL
        for (int v = 0; v < kImageVectors; ++v) lanes.g[v] = add(lanes.g[v], load(values + i + v * kLanes));
      }
    }
    to[o] = sum(lanes);
  }
  return StatusOk;
}
