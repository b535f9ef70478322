// Normalisation over the channels of each pixel, or the columns of each row.
#pragma once
#include "../kernel.inl"
#include "../columns.inl"
#include "../images/images.inl"
#include "batch_norm.inl"

/** Pixels whose sums over channels are kept at a time: 16 images of each in float64, twice, are 4 KiB. */
constexpr int64_t kLayerPixels = 16;

/** Sums over channels for a run of pixels, a lane per image. */
struct PixelSums {
  double sum[kLayerPixels * kGroupImages];
  double product[kLayerPixels * kGroupImages];
};

inline void clearSums(PixelSums& sums) {
  for (int64_t i = 0; i < kLayerPixels * kGroupImages; ++i) sums.sum[i] = sums.product[i] = 0;
}

/** Mean and inverse deviation of numbers with these sums of them and of their squares. Overwrites the sums with them. */
inline void layerMomentsD(double* sum, double* product, D count, D epsilon) {
  const D total = loadD(sum);
  const D mean = divD(total, count);
  const D variance = divD(subD(loadD(product), mulD(total, mean)), count);
  const D positive = selectD(ltD(variance, splatD(0)), splatD(0), variance);
  storeD(sum, mean);
  storeD(product, divD(splatD(1), sqrtD(addD(positive, epsilon))));
}

/** The same of all pixel sums, into the places of stats. `count` is a multiple of 16. */
inline void layerMoments(PixelSums& sums, int64_t count, int64_t channels, double epsilon, float* mean, float* inverse) {
  const D divisor = splatD(static_cast<double>(channels));
  for (int64_t i = 0; i < count; i += kDLanes) {
    layerMomentsD(sums.sum + i, sums.product + i, divisor, splatD(epsilon));
  }
  for (int64_t i = 0; i < count; ++i) {
    mean[i] = static_cast<float>(sums.sum[i]);
    inverse[i] = static_cast<float>(sums.product[i]);
  }
}

/** One group of images. */
inline void layerNormImages(const OpArgs& args, int64_t g) {
  using namespace op_layerNorm;
  const int64_t channels = scalarInt(args, channels_);
  const ImageShape shape = sampleShape(args, pixels_, channels);
  const int64_t plane = shape.planeFloats();
  float means[kLayerPixels * kGroupImages];
  float inverses[kLayerPixels * kGroupImages];
  for (int64_t first = 0; first < shape.channelFloats(); first += kLayerPixels * kGroupImages) {
    const int64_t left = shape.channelFloats() - first;
    const int64_t count = left < kLayerPixels * kGroupImages ? left : kLayerPixels * kGroupImages;
    const float* from = args.at(x).f32(g) + first;
    PixelSums sums;
    clearSums(sums);
    for (int64_t c = 0; c < channels; ++c) {
      for (int64_t i = 0; i < count; i += kDLanes) {
        const D value = loadF32D(from + c * plane + i);
        storeD(sums.sum + i, addD(loadD(sums.sum + i), value));
        storeD(sums.product + i, fmaD(value, value, loadD(sums.product + i)));
      }
    }
    layerMoments(sums, count, channels, args.scalars[epsilon_], means, inverses);
    if (args.at(stats).given()) {
      std::memcpy(args.at(stats).f32(g) + first, means, static_cast<size_t>(count) * sizeof(float));
      std::memcpy(args.at(stats).f32(g) + plane + first, inverses, static_cast<size_t>(count) * sizeof(float));
    }
    for (int64_t c = 0; c < channels; ++c) {
      const F scale = splat(valueOr(args.at(gamma), c, 1));
      const F shift = splat(valueOr(args.at(beta), c, kNothing));
      float* to = args.at(y).f32(g) + first + c * plane;
      for (int64_t i = 0; i < count; i += kLanes) {
        const F centered = mul(sub(load(from + c * plane + i), load(means + i)), load(inverses + i));
        store(to + i, add(mul(centered, scale), shift));
      }
    }
  }
}

/** Σ x and Σ x² of a row, in 16 lanes. */
inline Totals rowMoments(const float* x, int64_t cols) {
  D s[kDGroups];
  D t[kDGroups];
  for (int v = 0; v < kDGroups; ++v) s[v] = t[v] = splatD(0);
  for (int64_t j = 0; j < cols; j += 16) {
    STEEPEST_UNROLL
    for (int v = 0; v < kDGroups; ++v) {
      const D value = j + 16 <= cols ? loadPartD<false>(x + j, v, 16) : loadPartD<true>(x + j, v, cols - j);
      s[v] = addD(s[v], value);
      t[v] = fmaD(value, value, t[v]);
    }
  }
  return {sumGroupsD(s), sumGroupsD(t)};
}

/** x̂·gamma + beta of a row with one mean. */
struct LayerNormRow {
  const float* x;
  float* y;
  F mean, inverse;
  const float *gamma, *beta;

  template <bool tail> void at(int64_t j, int, int n) {
    F z = mul(sub(loadPart<tail>(x + j, n), mean), inverse);
    if (gamma != nullptr) z = mul(z, loadPart<tail>(gamma + j, n));
    if (beta != nullptr) z = add(z, loadPart<tail>(beta + j, n));
    storePart<tail>(y + j, z, n);
  }
};

/** Range: groups. */
inline int op_layerNorm(const OpArgs& args, int64_t begin, int64_t end) {
  using namespace op_layerNorm;
  const int64_t channels = scalarInt(args, channels_);
  for (int64_t g = begin; g < end; ++g) {
    if (args.scalars[pixels_] != 0) {
      layerNormImages(args, g);
      continue;
    }
    for (int64_t r = g * kGroupImages; r < g * kGroupImages + imagesOf(args, g); ++r) {
      const Totals total = rowMoments(args.at(x).f32(r), channels);
      const Moments moments = momentsOf(total, static_cast<double>(channels));
      const float mean = static_cast<float>(moments.mean);
      const float inverse = static_cast<float>(inverseDeviation(moments.variance, args.scalars[epsilon_]));
      if (args.at(stats).given()) {
        args.at(stats).f32(r)[0] = mean;
        args.at(stats).f32(r)[1] = inverse;
      }
      LayerNormRow row{args.at(x).f32(r), args.at(y).f32(r), splat(mean), splat(inverse), rowOrNull(args.at(gamma), 0),
                       rowOrNull(args.at(beta), 0)};
      eachVector(channels, row);
    }
  }
  return StatusOk;
}

/** (x − mean)·inverse in float64. */
inline D centeredD(D x, D mean, D inverse) { return mulD(subD(x, mean), inverse); }

/** Σ dy and Σ dy·x̂ of each channel of a group of images. */
template <bool tail> inline void layerSumsImages(const OpArgs& args, int64_t g, int64_t images) {
  using namespace op_layerNormBackward;
  const int64_t channels = scalarInt(args, channels_);
  const ImageShape shape = sampleShape(args, pixels_, channels);
  const int64_t plane = shape.planeFloats();
  const float* mean = args.at(stats).f32(g);
  const float* inverse = mean + plane;
  double* to = args.at(sums).row<double>(g);
  for (int64_t c = 0; c < channels; ++c) {
    const float* gradients = args.at(dy).f32(g) + c * plane;
    const float* from = args.at(x).f32(g) + c * plane;
    D s[kDGroups];
    D t[kDGroups];
    for (int v = 0; v < kDGroups; ++v) s[v] = t[v] = splatD(0);
    for (int64_t i = 0; i < shape.channelFloats(); i += kGroupImages) {
      STEEPEST_UNROLL
      for (int v = 0; v < kDGroups; ++v) {
        const D gradient = loadPartD<tail>(gradients + i, v, images);
        const D centered = centeredD(loadPartD<tail>(from + i, v, images), loadPartD<tail>(mean + i, v, images),
                                     loadPartD<tail>(inverse + i, v, images));
        s[v] = addD(s[v], gradient);
        t[v] = addD(t[v], mulD(gradient, centered));
      }
    }
    to[c] = sumGroupsD(s);
    to[channels + c] = sumGroupsD(t);
  }
}

/** a and b of all pixel sums. `count` is a multiple of 16. */
inline void layerGradientMeans(PixelSums& sums, int64_t count, int64_t channels, float* a, float* b) {
  const D divisor = splatD(static_cast<double>(channels));
  for (int64_t i = 0; i < count; i += kDLanes) {
    storeD(sums.sum + i, divD(loadD(sums.sum + i), divisor));
    storeD(sums.product + i, divD(loadD(sums.product + i), divisor));
  }
  for (int64_t i = 0; i < count; ++i) {
    a[i] = static_cast<float>(sums.sum[i]);
    b[i] = static_cast<float>(sums.product[i]);
  }
}

/** dx of one group of images. */
inline void layerBackwardImages(const OpArgs& args, int64_t g) {
  using namespace op_layerNormBackward;
  const int64_t channels = scalarInt(args, channels_);
  const ImageShape shape = sampleShape(args, pixels_, channels);
  const int64_t plane = shape.planeFloats();
  const int64_t images = imagesOf(args, g);
  float as[kLayerPixels * kGroupImages];
  float bs[kLayerPixels * kGroupImages];
  for (int64_t first = 0; first < shape.channelFloats(); first += kLayerPixels * kGroupImages) {
    const int64_t left = shape.channelFloats() - first;
    const int64_t count = left < kLayerPixels * kGroupImages ? left : kLayerPixels * kGroupImages;
    const float* gradients = args.at(dy).f32(g) + first;
    const float* from = args.at(x).f32(g) + first;
    const float* mean = args.at(stats).f32(g) + first;
    const float* inverse = mean + plane;
    PixelSums total;
    clearSums(total);
    for (int64_t c = 0; c < channels; ++c) {
      const D scale = splatD(valueOr(args.at(gamma), c, 1));
      for (int64_t i = 0; i < count; i += kDLanes) {
        const D gradient = mulD(loadF32D(gradients + c * plane + i), scale);
        const D centered = centeredD(loadF32D(from + c * plane + i), loadF32D(mean + i), loadF32D(inverse + i));
        storeD(total.sum + i, addD(loadD(total.sum + i), gradient));
        storeD(total.product + i, addD(loadD(total.product + i), mulD(gradient, centered)));
      }
    }
    layerGradientMeans(total, count, channels, as, bs);
    for (int64_t c = 0; c < channels; ++c) {
      const F scale = splat(valueOr(args.at(gamma), c, 1));
      float* to = args.at(dx).f32(g) + first + c * plane;
      for (int64_t i = 0; i < count; i += kLanes) {
        const F inv = load(inverse + i);
        const F gradient = mul(load(gradients + c * plane + i), scale);
        const F dxi = mul(
            normGradient(gradient, load(from + c * plane + i), load(mean + i), inv, load(as + i), load(bs + i)), inv);
        const M alive = firstN(lanesLeft(images, static_cast<int>(i % kGroupImages) / kLanes, kLanes));
        store(to + i, select(alive, dxi, zero()));
      }
    }
  }
}

/** Adds a row's dy and dy·x̂ to the sums of its group. */
inline void addGradients(const float* dy, const float* x, D mean, D inverse, int64_t cols, double* sums) {
  for (int64_t j = 0; j < cols; j += kDLanes) {
    const int n = lanesLeft(cols - j, 0, kDLanes);
    const D gradient = loadF32DN(dy + j, n);
    const D centered = centeredD(loadF32DN(x + j, n), mean, inverse);
    storeDN(sums + j, addD(loadDN(sums + j, n), gradient), n);
    storeDN(sums + cols + j, addD(loadDN(sums + cols + j, n), mulD(gradient, centered)), n);
  }
}

/** Σ h and Σ h·x̂ of a row, h = dy·gamma, in 16 lanes. */
inline Totals rowGradientSums(const float* dy, const float* x, const float* gamma, D mean, D inverse, int64_t cols) {
  D s[kDGroups];
  D t[kDGroups];
  for (int v = 0; v < kDGroups; ++v) s[v] = t[v] = splatD(0);
  for (int64_t j = 0; j < cols; j += 16) {
    for (int v = 0; v < kDGroups; ++v) {
      const int n = lanesLeft(cols - j, v, kDLanes);
      const int64_t at = j + v * kDLanes;
      D gradient = loadF32DN(dy + at, n);
      if (gamma != nullptr) gradient = mulD(gradient, loadF32DN(gamma + at, n));
      // Lanes past the end have gradient 0 and a finite x̂.
      s[v] = addD(s[v], gradient);
      const D product = mulD(gradient, centeredD(loadF32DN(x + at, n), mean, inverse));
      t[v] = addD(t[v], selectD(firstDN(n), product, splatD(0)));
    }
  }
  return {sumGroupsD(s), sumGroupsD(t)};
}

struct LayerNormBackwardRow {
  const float *dy, *x;
  float* dx;
  F mean, inverse, a, b;
  const float* gamma;

  template <bool tail> void at(int64_t j, int, int n) {
    F gradient = loadPart<tail>(dy + j, n);
    if (gamma != nullptr) gradient = mul(gradient, loadPart<tail>(gamma + j, n));
    storePart<tail>(dx + j, mul(normGradient(gradient, loadPart<tail>(x + j, n), mean, inverse, a, b), inverse), n);
  }
};

/** One row of the mini-batch. */
inline void layerBackwardRow(const OpArgs& args, int64_t r, double* sumsOfGroup) {
  using namespace op_layerNormBackward;
  const int64_t channels = scalarInt(args, channels_);
  const float* gradients = args.at(dy).f32(r);
  const float* from = args.at(x).f32(r);
  const float mean = args.at(stats).f32(r)[0];
  const float inverse = args.at(stats).f32(r)[1];
  if (sumsOfGroup != nullptr) addGradients(gradients, from, splatD(mean), splatD(inverse), channels, sumsOfGroup);
  if (!args.at(dx).given()) return;
  const float* scale = rowOrNull(args.at(gamma), 0);
  const Totals total = rowGradientSums(gradients, from, scale, splatD(mean), splatD(inverse), channels);
  const float a = static_cast<float>(total.sum / static_cast<double>(channels));
  const float b = static_cast<float>(total.product / static_cast<double>(channels));
  LayerNormBackwardRow row{gradients, from, args.at(dx).f32(r), splat(mean), splat(inverse), splat(a), splat(b), scale};
  eachVector(channels, row);
}

/** Range: groups. */
inline int op_layerNormBackward(const OpArgs& args, int64_t begin, int64_t end) {
  using namespace op_layerNormBackward;
  for (int64_t g = begin; g < end; ++g) {
    const int64_t count = imagesOf(args, g);
    double* sumsOfGroup = args.at(sums).given() ? args.at(sums).row<double>(g) : nullptr;
    if (args.scalars[pixels_] != 0) {
      // Sums first: dx may be written over dy.
      if (sumsOfGroup != nullptr) {
        if (count == kGroupImages) {
          layerSumsImages<false>(args, g, count);
        } else {
          layerSumsImages<true>(args, g, count);
        }
      }
      if (args.at(dx).given()) layerBackwardImages(args, g);
      continue;
    }
    if (sumsOfGroup != nullptr) {
      for (int64_t c = 0; c < args.at(sums).cols; ++c) sumsOfGroup[c] = 0;
    }
    for (int64_t r = g * kGroupImages; r < g * kGroupImages + count; ++r) layerBackwardRow(args, r, sumsOfGroup);
  }
  return StatusOk;
}
