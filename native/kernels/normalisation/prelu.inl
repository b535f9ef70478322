// PReLU: a learned slope for negative numbers, one per channel. Forward and backward are the same op.
#pragma once
#include "../kernel.inl"
#include "../columns.inl"
#include "../images/images.inl"
#include "batch_norm.inl"

/** Numbers with a slope each, or with one slope if `alpha` is null. */
struct PreluRun {
  const float* g;
  const float* x;
  const float* alpha;
  F slope;
  float* y;
  /** Null if nobody wants min(x, 0). */
  float* low;

  template <bool tail> void at(int64_t j, int, int n) {
    const F value = loadPart<tail>(x + j, n);
    const F from = loadPart<tail>(g + j, n);
    const F scaled = mul(alpha == nullptr ? slope : loadPart<tail>(alpha + j, n), from);
    const M isPositive = gt(value, zero());
    storePart<tail>(y + j, select(isPositive, from, scaled), n);
    if (low != nullptr) storePart<tail>(low + j, select(isPositive, zero(), value), n);
  }
};

/** Range: groups. */
inline int op_prelu(const OpArgs& args, int64_t begin, int64_t end) {
  using namespace op_prelu;
  const int64_t channels = args.at(alpha).cols;
  const ImageShape shape = sampleShape(args, pixels_, channels);
  const int64_t plane = shape.planeFloats();
  for (int64_t group = begin; group < end; ++group) {
    if (shape.width > 0) {
      float* lows = rowOrNull(args.at(low), group);
      for (int64_t c = 0; c < channels; ++c) {
        const int64_t at = c * plane;
        PreluRun run{args.at(g).f32(group) + at,     args.at(x).f32(group) + at, nullptr,
                     splat(args.at(alpha).f32()[c]), args.at(y).f32(group) + at, lows == nullptr ? nullptr : lows + at};
        eachVector(shape.channelFloats(), run);
      }
      continue;
    }
    const int64_t first = group * kGroupImages;
    for (int64_t r = first; r < first + imagesOf(args, group); ++r) {
      PreluRun run{args.at(g).f32(r), args.at(x).f32(r),         args.at(alpha).f32(), zero(),
                   args.at(y).f32(r), rowOrNull(args.at(low), r)};
      eachVector(channels, run);
    }
  }
  return StatusOk;
}
