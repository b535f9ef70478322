// Convolution of images in groups of 16. Every load is a whole vector of images, weights are broadcast: no edges, and
// no lanes lost to a number of channels. A tile is T outputs × V vectors (pixels × the vectors of a group).

/** Registers decide the tiles: T·V accumulators, V inputs and one weight. */
#if defined(STEEPEST_ISA_AVX512)
constexpr int kConvPixels = 4;
constexpr int kConvOutputs = 6;
constexpr int kGradTaps = 4;
constexpr int kGradOutputs = 6;
#elif defined(STEEPEST_ISA_NEON)
constexpr int kConvPixels = 1;
constexpr int kConvOutputs = 6;
constexpr int kGradTaps = 2;
constexpr int kGradOutputs = 2;
#else
constexpr int kConvPixels = 1;
constexpr int kConvOutputs = 6;
constexpr int kGradTaps = 2;
constexpr int kGradOutputs = 2;
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

/** Gradients of R taps × T outputs, summed over all images. */
struct GradTile {
  const ConvShape& shape;
  const Matrix& x;
  const Matrix& dz;
  /** Groups of images. */
  int64_t groups;
  /** Where each tap's first input element lies in a group's images. */
  int64_t tapAt[kGradTaps];
  int64_t outputAt;
};

template <int R, int T> inline void gradTile(const GradTile& tile, float* dw, int64_t dwStride) {
  constexpr int V = kImageVectors;
  const ConvShape& c = tile.shape;
  F acc[R][T][V];
  STEEPEST_UNROLL
  for (int r = 0; r < R; ++r) {
    STEEPEST_UNROLL
    for (int t = 0; t < T; ++t) {
      STEEPEST_UNROLL
      for (int v = 0; v < V; ++v) acc[r][t][v] = zero();
    }
  }
  const int64_t pixel = c.strideW * kGroupImages;
  const int64_t plane = c.out.planeFloats();
  for (int64_t g = 0; g < tile.groups; ++g) {
    const float* images = tile.x.f32(g);
    const float* slopes = tile.dz.f32(g) + tile.outputAt;
    for (int64_t p = 0; p < c.out.height; ++p) {
      const float* x[R];
      STEEPEST_UNROLL
      for (int r = 0; r < R; ++r) x[r] = images + tile.tapAt[r] + p * c.strideH * c.in.rowFloats();
      const float* dz = slopes + p * c.out.rowFloats();
      for (int64_t q = 0; q < c.out.width; ++q) {
        STEEPEST_UNROLL
        for (int v = 0; v < V; ++v) {
          F slope[T];
          STEEPEST_UNROLL
          for (int t = 0; t < T; ++t) slope[t] = load(dz + t * plane + v * kLanes);
          STEEPEST_UNROLL
          for (int r = 0; r < R; ++r) {
            const F value = load(x[r] + q * pixel + v * kLanes);
            STEEPEST_UNROLL
            for (int t = 0; t < T; ++t) acc[r][t][v] = fma(value, slope[t], acc[r][t][v]);
          }
        }
        dz += kGroupImages;
      }
    }
  }
  STEEPEST_UNROLL
  for (int r = 0; r < R; ++r) {
    STEEPEST_UNROLL
    for (int t = 0; t < T; ++t) {
      Lanes16 lanes;
      STEEPEST_UNROLL
      for (int v = 0; v < V; ++v) lanes.g[v] = acc[r][t][v];
      dw[r * dwStride + t] = sum(lanes);
    }
  }
}

template <int R, int T> inline void gradOutputs(const GradTile& tile, float* dw, int64_t stride, int outputs) {
  if constexpr (T > 0) {
    if (outputs == T) return gradTile<R, T>(tile, dw, stride);
    gradOutputs<R, T - 1>(tile, dw, stride, outputs);
  }
}

template <int R> inline void gradTaps(const GradTile& tile, float* dw, int64_t stride, int taps, int outputs) {
  if constexpr (R > 0) {
    if (taps == R) return gradOutputs<R, kGradOutputs>(tile, dw, stride, outputs);
    gradTaps<R - 1>(tile, dw, stride, taps, outputs);
  }
}

/** Range: rows of dw. */
inline int op_conv2dWeights(const OpArgs& args, int64_t begin, int64_t end) {
  using namespace op_conv2dWeights;
  const ConvScalars at = {channels_, height_, width_, kernelH_, kernelW_, strideH_, strideW_, dilationH_, dilationW_, groups_};
  const Matrix& to = args.at(dw);
  const ConvShape c = convShape(args, at, to.cols);
  GradTile tile{c, args.at(x), args.at(dz), (args.batchRows + kGroupImages - 1) / kGroupImages, {}, 0};
  for (int64_t channels = 0; channels < c.groups; ++channels) {
    const int64_t firstIn = channels * c.groupIn;
    const int64_t pieces = pieceCount(c.groupOut, kGradOutputs);
    for (int64_t piece = 0; piece < pieces; ++piece) {
      const int64_t o = channels * c.groupOut + evenPiece(c.groupOut, kGradOutputs, piece);
      const int64_t next = channels * c.groupOut + evenPiece(c.groupOut, kGradOutputs, piece + 1);
      tile.outputAt = o * c.out.planeFloats();
      const int64_t tapPieces = pieceCount(end - begin, kGradTaps);
      for (int64_t tapPiece = 0; tapPiece < tapPieces; ++tapPiece) {
        const int64_t first = begin + evenPiece(end - begin, kGradTaps, tapPiece);
        const int64_t last = begin + evenPiece(end - begin, kGradTaps, tapPiece + 1);
        for (int64_t row = first; row < last; ++row) {
          const int64_t in = row % c.groupIn;
          const int64_t j = row / c.groupIn % c.kernelW;
          const int64_t i = row / c.groupIn / c.kernelW;
          tile.tapAt[row - first] = (firstIn + in) * c.in.planeFloats() + i * c.dilationH * c.in.rowFloats() +
                                    j * c.dilationW * kGroupImages;
        }
        gradTaps<kGradTaps>(tile, to.f32(first) + o, to.rowStride, static_cast<int>(last - first),
                            static_cast<int>(next - o));
      }
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
