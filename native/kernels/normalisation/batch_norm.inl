// Normalisation over the mini-batch: sums over groups of 16 samples in float64, what all groups come to, and the elementwise part.
#pragma once
#include "../kernel.inl"
#include "../columns.inl"
#include "../elementwise/activation.inl"
#include "../gemm/reduce.inl"
#include "../images/images.inl"

/** How many of `count` lanes, of which vector v has `width`, are in that vector. */
inline int lanesLeft(int64_t count, int v, int width) {
  const int64_t left = count - int64_t{v} * width;
  return left < 0 ? 0 : (left > width ? width : static_cast<int>(left));
}

/** Vector v of the 16 numbers at p, of which only the first `count` count. */
template <bool tail> inline D loadPartD(const float* p, int v, int64_t count) {
  return tail ? loadF32DN(p + v * kDLanes, lanesLeft(count, v, kDLanes)) : loadF32D(p + v * kDLanes);
}

/** Channels whose sums run side by side, so that additions need not wait for each other. */
#if defined(STEEPEST_ISA_AVX512)
constexpr int kMomentChannels = 4;
#else
constexpr int kMomentChannels = 1;
#endif

/** Where the samples of an op lie: images with these channels and pixels, or rows if `pixels` is 0. */
inline ImageShape sampleShape(const OpArgs& args, int pixels, int64_t channels) {
  return {channels, 1, scalarInt(args, pixels)};
}

/** Σ a and Σ a·x over planes of a group of images. */
template <int channels, bool tail>
inline void planeMoments(const float* a, const float* x, const ImageShape& shape, int64_t images, double* sums,
                         double* products) {
  const int64_t plane = shape.planeFloats();
  D s[channels][kDGroups];
  D t[channels][kDGroups];
  STEEPEST_UNROLL
  for (int c = 0; c < channels; ++c) {
    STEEPEST_UNROLL
    for (int v = 0; v < kDGroups; ++v) s[c][v] = t[c][v] = splatD(0);
  }
  for (int64_t i = 0; i < shape.channelFloats(); i += kGroupImages) {
    STEEPEST_UNROLL
    for (int c = 0; c < channels; ++c) {
      STEEPEST_UNROLL
      for (int v = 0; v < kDGroups; ++v) {
        const D value = loadPartD<tail>(a + c * plane + i, v, images);
        s[c][v] = addD(s[c][v], value);
        // The product of two float32 is exact, so this is a product and a sum.
        t[c][v] = fmaD(value, loadPartD<tail>(x + c * plane + i, v, images), t[c][v]);
      }
    }
  }
  for (int c = 0; c < channels; ++c) {
    sums[c] = sumGroupsD(s[c]);
    products[c] = sumGroupsD(t[c]);
  }
}

template <bool tail>
inline void imageMoments(const float* a, const float* x, const ImageShape& shape, int64_t images, double* sums) {
  double* products = sums + shape.channels;
  const auto run = [&](auto channels, int64_t c) {
    const int64_t at = c * shape.planeFloats();
    planeMoments<decltype(channels)::value, tail>(a + at, x + at, shape, images, sums + c, products + c);
  };
  int64_t c = 0;
  for (; c + kMomentChannels <= shape.channels; c += kMomentChannels) {
    run(std::integral_constant<int, kMomentChannels>{}, c);
  }
  for (; c < shape.channels; ++c) run(std::integral_constant<int, 1>{}, c);
}

/** Vector j … of the columns of rows: only the first n columns count. */
template <bool tail> inline D columnsD(const float* p, int n) { return tail ? loadF32DN(p, n) : loadF32D(p); }

template <bool tail>
inline void columnMoments(const Matrix& a, const Matrix& x, int64_t first, int64_t last, int64_t j, int n, double* sums,
                          double* products) {
  D s = splatD(0);
  D t = splatD(0);
  for (int64_t r = first; r < last; ++r) {
    const D value = columnsD<tail>(a.f32(r) + j, n);
    s = addD(s, value);
    t = fmaD(value, columnsD<tail>(x.f32(r) + j, n), t);
  }
  if (tail) {
    storeDN(sums + j, s, n);
    storeDN(products + j, t, n);
  } else {
    storeD(sums + j, s);
    storeD(products + j, t);
  }
}

/** sums = Σ a and Σ a·x of each group. Range: groups. */
inline int op_groupMoments(const OpArgs& args, int64_t begin, int64_t end) {
  using namespace op_groupMoments;
  const Matrix& from = args.at(x);
  const Matrix& other = args.at(dy).given() ? args.at(dy) : from;
  const int64_t channels = args.at(sums).cols / 2;
  const ImageShape shape = sampleShape(args, pixels_, channels);
  for (int64_t g = begin; g < end; ++g) {
    double* to = args.at(sums).row<double>(g);
    const int64_t count = imagesOf(args, g);
    if (shape.width > 0) {
      if (count == kGroupImages) {
        imageMoments<false>(other.f32(g), from.f32(g), shape, count, to);
      } else {
        imageMoments<true>(other.f32(g), from.f32(g), shape, count, to);
      }
      continue;
    }
    const int64_t first = g * kGroupImages;
    int64_t j = 0;
    for (; j + kDLanes <= channels; j += kDLanes) {
      columnMoments<false>(other, from, first, first + count, j, kDLanes, to, to + channels);
    }
    if (j < channels) {
      columnMoments<true>(other, from, first, first + count, j, static_cast<int>(channels - j), to, to + channels);
    }
  }
  return StatusOk;
}

/** What the sums of all groups come to. */
struct Totals {
  double sum, product;
};

inline Totals totalOf(const Matrix& sums, int64_t rows, int64_t c) {
  Totals total = {0, 0};
  const int64_t groups = (rows + kGroupImages - 1) / kGroupImages;
  for (int64_t g = 0; g < groups; ++g) {
    const double* row = sums.row<double>(g);
    total.sum += row[c];
    total.product += row[sums.cols / 2 + c];
  }
  return total;
}

struct Moments {
  double mean, variance;
};

inline Moments momentsOf(const Totals& total, double count) {
  const double mean = total.sum / count;
  const double variance = (total.product - total.sum * mean) / count;
  return {mean, variance < 0 ? 0 : variance};
}

inline double inverseDeviation(double variance, double epsilon) { return 1 / std::sqrt(variance + epsilon); }

/** Mean and 1/√(variance + ε) over the mini-batch. Range: channels. */
inline int op_mergeMoments(const OpArgs& args, int64_t begin, int64_t end) {
  using namespace op_mergeMoments;
  const Matrix& from = args.at(sums);
  float* to = args.at(stats).f32();
  const double count = static_cast<double>(args.batchRows) * args.scalars[pixels_];
  for (int64_t c = begin; c < end; ++c) {
    const Moments moments = momentsOf(totalOf(from, args.batchRows, c), count);
    to[c] = static_cast<float>(moments.mean);
    to[from.cols / 2 + c] = static_cast<float>(inverseDeviation(moments.variance, args.scalars[epsilon_]));
  }
  return StatusOk;
}

/** Moving mean and variance, one step on. Range: channels. */
inline int op_movingMoments(const OpArgs& args, int64_t begin, int64_t end) {
  using namespace op_movingMoments;
  const double keep = args.scalars[momentum_];
  const double count = static_cast<double>(args.batchRows) * args.scalars[pixels_];
  bool finite = true;
  const auto move = [&](float& moving, double now) {
    moving = flushDenormal(static_cast<float>(keep * static_cast<double>(moving) + (1 - keep) * now));
    finite = finite && isFinite(moving);
  };
  for (int64_t c = begin; c < end; ++c) {
    const Moments moments = momentsOf(totalOf(args.at(sums), args.batchRows, c), count);
    move(args.at(mean).f32()[c], moments.mean);
    move(args.at(variance).f32()[c], moments.variance);
  }
  return finite ? StatusOk : StatusParameterNotFinite;
}

/** The moments that predictions normalise by. Range: channels. */
inline int op_frozenMoments(const OpArgs& args, int64_t begin, int64_t end) {
  using namespace op_frozenMoments;
  float* to = args.at(stats).f32();
  for (int64_t c = begin; c < end; ++c) {
    to[c] = args.at(mean).f32()[c];
    const double moved = args.at(variance).f32()[c];
    to[args.at(mean).cols + c] = static_cast<float>(inverseDeviation(moved, args.scalars[epsilon_]));
  }
  return StatusOk;
}

/** Adding it changes no number, zeros included. */
constexpr float kNothing = -0.0f;

/** x̂·gamma + beta of one channel: the constants are the same for the whole plane. */
template <bool relu> struct NormalizePlane {
  const float* x;
  float* y;
  F mean, inverse, gamma, beta;

  template <bool tail> void at(int64_t j, int, int n) {
    const F z = add(mul(mul(sub(loadPart<tail>(x + j, n), mean), inverse), gamma), beta);
    storePart<tail>(y + j, relu ? select(lt(z, zero()), zero(), z) : z, n);
  }
};

/** The same of a row, whose columns have constants of their own. */
template <bool relu> struct NormalizeRow {
  const float* x;
  float* y;
  const float *mean, *inverse, *gamma, *beta;

  template <bool tail> void at(int64_t j, int, int n) {
    F z = mul(sub(loadPart<tail>(x + j, n), loadPart<tail>(mean + j, n)), loadPart<tail>(inverse + j, n));
    if (gamma != nullptr) z = mul(z, loadPart<tail>(gamma + j, n));
    if (beta != nullptr) z = add(z, loadPart<tail>(beta + j, n));
    storePart<tail>(y + j, relu ? select(lt(z, zero()), zero(), z) : z, n);
  }
};

/** y ← f(y), in a second pass: activations are too large to inline into every loop. */
inline void activateFloats(Activation f, float* y, int64_t count, float alpha) {
  OpArgs args = {};
  args.operands[op_activation::x] = args.operands[op_activation::y] = {y, 1, count, count, 1, DType::F32};
  args.scalarsF[op_activation::alpha_] = alpha;
  kActivationRows[static_cast<int>(f)](args, 0, 1);
}

inline float valueOr(const Matrix& vector, int64_t c, float otherwise) {
  return vector.given() ? vector.f32()[c] : otherwise;
}

template <bool relu> inline void normalizeGroups(const OpArgs& args, int64_t begin, int64_t end) {
  using namespace op_normalize;
  const Matrix& from = args.at(x);
  const Matrix& to = args.at(y);
  const int64_t channels = args.at(stats).cols / 2;
  const float* mean = args.at(stats).f32();
  const float* inverse = mean + channels;
  const Activation f = static_cast<Activation>(static_cast<int>(args.scalars[activation_]));
  const bool again = !relu && f != Activation::Linear;
  const ImageShape shape = sampleShape(args, pixels_, channels);
  const int64_t plane = shape.planeFloats();
  for (int64_t g = begin; g < end; ++g) {
    if (shape.width > 0) {
      for (int64_t c = 0; c < channels; ++c) {
        const F scale = splat(valueOr(args.at(gamma), c, 1));
        const F shift = splat(valueOr(args.at(beta), c, kNothing));
        float* row = to.f32(g) + c * plane;
        NormalizePlane<relu> body{from.f32(g) + c * plane, row, splat(mean[c]), splat(inverse[c]), scale, shift};
        eachVector(shape.channelFloats(), body);
        if (again) activateFloats(f, row, shape.channelFloats(), args.scalar(alpha_));
      }
      continue;
    }
    const int64_t first = g * kGroupImages;
    for (int64_t r = first; r < first + imagesOf(args, g); ++r) {
      NormalizeRow<relu> body{from.f32(r), to.f32(r), mean, inverse, rowOrNull(args.at(gamma), 0),
                              rowOrNull(args.at(beta), 0)};
      eachVector(channels, body);
      if (again) activateFloats(f, to.f32(r), channels, args.scalar(alpha_));
    }
  }
}

/** y = f(x̂·gamma + beta). Range: groups. */
inline int op_normalize(const OpArgs& args, int64_t begin, int64_t end) {
  if (static_cast<Activation>(static_cast<int>(args.scalars[op_normalize::activation_])) == Activation::Relu) {
    normalizeGroups<true>(args, begin, end);
  } else {
    normalizeGroups<false>(args, begin, end);
  }
  return StatusOk;
}

/** Σ dy and Σ dy·x̂ of sums by groupMoments, or with `mean` null of sums of these themselves. */
inline Totals gradientSumsOf(const Totals& total, const float* mean, const float* inverse) {
  if (mean == nullptr) return total;
  return {total.sum, (total.product - static_cast<double>(*mean) * total.sum) * static_cast<double>(*inverse)};
}

/** Means of dy and dy·x̂ over the mini-batch. Range: channels. */
inline int op_mergeGradientMeans(const OpArgs& args, int64_t begin, int64_t end) {
  using namespace op_mergeGradientMeans;
  const int64_t channels = args.at(sums).cols / 2;
  const float* mean = args.at(stats).f32();
  float* to = args.at(means).f32();
  const double count = static_cast<double>(args.batchRows) * args.scalars[pixels_];
  for (int64_t c = begin; c < end; ++c) {
    const Totals total = gradientSumsOf(totalOf(args.at(sums), args.batchRows, c), mean + c, mean + channels + c);
    to[c] = static_cast<float>(total.sum / count);
    to[channels + c] = static_cast<float>(total.product / count);
  }
  return StatusOk;
}

/** Gradients of gamma and beta. Range: channels. */
inline int op_normGradients(const OpArgs& args, int64_t begin, int64_t end) {
  using namespace op_normGradients;
  const int64_t channels = args.at(sums).cols / 2;
  const float* mean = rowOrNull(args.at(stats), 0);
  for (int64_t c = begin; c < end; ++c) {
    const Totals sum = totalOf(args.at(sums), args.batchRows, c);
    const Totals total = mean == nullptr ? sum : gradientSumsOf(sum, mean + c, mean + channels + c);
    if (args.at(dGamma).given()) args.at(dGamma).f32()[c] = static_cast<float>(total.product);
    if (args.at(dBeta).given()) args.at(dBeta).f32()[c] = static_cast<float>(total.sum);
  }
  return StatusOk;
}

inline F normGradient(F gradient, F x, F mean, F inverse, F a, F b) {
  return sub(sub(gradient, a), mul(mul(sub(x, mean), inverse), b));
}

/** dx of one row, whose columns have constants of their own. */
struct NormalizeBackwardRow {
  const float *dy, *x;
  float* dx;
  const float *mean, *inverse, *a, *b, *gamma;

  template <bool tail> void at(int64_t j, int, int n) {
    const F scale = loadPart<tail>(inverse + j, n);
    F gradient = loadPart<tail>(dy + j, n);
    if (a != nullptr) {
      gradient = normGradient(gradient, loadPart<tail>(x + j, n), loadPart<tail>(mean + j, n), scale,
                              loadPart<tail>(a + j, n), loadPart<tail>(b + j, n));
    }
    const F k = gamma == nullptr ? scale : mul(loadPart<tail>(gamma + j, n), scale);
    storePart<tail>(dx + j, mul(gradient, k), n);
  }
};

/** dx = ((dy − a) − x̂·b)·k, or dy·k where the moments did not come from the mini-batch. Range: groups. */
inline int op_normalizeBackward(const OpArgs& args, int64_t begin, int64_t end) {
  using namespace op_normalizeBackward;
  const int64_t channels = args.at(stats).cols / 2;
  const float* mean = args.at(stats).f32();
  const float* inverse = mean + channels;
  const bool ofBatch = args.at(means).given();
  const float* a = rowOrNull(args.at(means), 0);
  const float* b = ofBatch ? a + channels : nullptr;
  const ImageShape shape = sampleShape(args, pixels_, channels);
  const int64_t plane = shape.planeFloats();
  for (int64_t g = begin; g < end; ++g) {
    const int64_t count = imagesOf(args, g);
    if (shape.width == 0) {
      for (int64_t r = g * kGroupImages; r < g * kGroupImages + count; ++r) {
        NormalizeBackwardRow row{args.at(dy).f32(r), args.at(x).f32(r), args.at(dx).f32(r), mean, inverse, a, b,
                                 rowOrNull(args.at(gamma), 0)};
        eachVector(channels, row);
      }
      continue;
    }
    for (int64_t c = 0; c < channels; ++c) {
      const float* gradients = args.at(dy).f32(g) + c * plane;
      const float* from = args.at(x).f32(g) + c * plane;
      float* to = args.at(dx).f32(g) + c * plane;
      const F center = splat(mean[c]);
      const F scale = splat(inverse[c]);
      const F meanGradient = splat(ofBatch ? a[c] : 0);
      const F meanProduct = splat(ofBatch ? b[c] : 0);
      const F k = args.at(gamma).given() ? mul(splat(args.at(gamma).f32()[c]), scale) : scale;
      for (int v = 0; v < kImageVectors; ++v) {
        const M alive = firstN(lanesLeft(count, v, kLanes));
        for (int64_t i = v * kLanes; i < shape.channelFloats(); i += kGroupImages) {
          F gradient = load(gradients + i);
          if (ofBatch) gradient = normGradient(gradient, load(from + i), center, scale, meanGradient, meanProduct);
          store(to + i, select(alive, mul(gradient, k), zero()));
        }
      }
    }
  }
  return StatusOk;
}

/** Columns that are folded at a time: their factors stay in registers or close by. */
constexpr int64_t kFoldCols = 64;

/** w and bias with a frozen normalisation in them. Range: rows of w. */
inline int op_foldNorm(const OpArgs& args, int64_t begin, int64_t end) {
  using namespace op_foldNorm;
  const Matrix& from = args.at(w);
  for (int64_t first = 0; first < from.cols; first += kFoldCols) {
    const int64_t count = from.cols - first < kFoldCols ? from.cols - first : kFoldCols;
    float factors[kFoldCols];
    for (int64_t i = 0; i < count; ++i) {
      const int64_t j = first + i;
      const double inverse = inverseDeviation(args.at(variance).f32()[j], args.scalars[epsilon_]);
      const double s = args.at(gamma).given() ? static_cast<double>(args.at(gamma).f32()[j]) * inverse : inverse;
      factors[i] = static_cast<float>(s);
      if (begin > 0) continue;
      const double shift = static_cast<double>(valueOr(args.at(bias), j, 0)) - static_cast<double>(args.at(mean).f32()[j]);
      args.at(yBias).f32()[j] = static_cast<float>(shift * s + static_cast<double>(valueOr(args.at(beta), j, 0)));
    }
    for (int64_t i = begin; i < end; ++i) {
      for (int64_t j = 0; j < count; ++j) args.at(y).f32(i)[first + j] = from.f32(i)[first + j] * factors[j];
    }
  }
  return StatusOk;
}
