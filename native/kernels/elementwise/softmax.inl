// Softmax over the columns of each row, and its derivative.
#pragma once
#include "../kernel.inl"
#include "../columns.inl"
#include "../math.inl"

/** m = the largest of a row, NaN left out; −∞ for a row of none. */
struct MaxOfRow {
  const float* x;
  F largest;

  template <bool tail> void at(int64_t j, int, int n) {
    const F v = loadPart<tail>(x + j, n);
    const M larger = gt(v, largest);
    largest = select(tail ? andM(larger, firstN(n)) : larger, v, largest);
  }
};

/** The largest lane; there is no NaN among them. */
inline float largestLane(F v) {
#if defined(STEEPEST_ISA_AVX512)
  return _mm512_reduce_max_ps(v);
#elif defined(STEEPEST_ISA_AVX2)
  const __m128 by4 = _mm_max_ps(_mm256_castps256_ps128(v), _mm256_extractf128_ps(v, 1));
  const __m128 by2 = _mm_max_ps(by4, _mm_movehl_ps(by4, by4));
  return _mm_cvtss_f32(_mm_max_ss(by2, _mm_movehdup_ps(by2)));
#elif defined(STEEPEST_ISA_NEON)
  return vmaxvq_f32(v);
#else
  float lanes[kLanes];
  store(lanes, v);
  for (int i = 1; i < kLanes; ++i) lanes[0] = lanes[i] > lanes[0] ? lanes[i] : lanes[0];
  return lanes[0];
#endif
}

/** Which zero comes first may differ among instruction sets, but exp(x_j − m) does not depend on it. */
inline float maxOfRow(const float* x, int64_t cols) {
  MaxOfRow row{x, splat(-std::numeric_limits<float>::infinity())};
  eachVector(cols, row);
  return largestLane(row.largest);
}

/** e_j = exp(x_j − m), kept in `e` where that is given, and their lane sum. */
struct ExpOfRow {
  const float* x;
  float* e;
  F largest;
  Lanes16 lanes;

  template <bool tail> void at(int64_t j, int g, int n) {
    const F value = exp(sub(loadPart<tail>(x + j, n), largest));
    if (e != nullptr) storePart<tail>(e + j, value, n);
    setLanes<tail>(lanes.g[g], add(lanes.g[g], value), n);
  }
};

/** Returns the lane sum of exp(x_j − m). */
inline float expOfRow(const float* x, float* e, float largest, int64_t cols) {
  ExpOfRow row{x, e, splat(largest), Lanes16::zero()};
  eachVector(cols, row);
  return sum(row.lanes);
}

/** y_j = e_j / s, in place. */
struct DivideRow {
  float* y;
  F divisor;

  template <bool tail> void at(int64_t j, int, int n) {
    storePart<tail>(y + j, div(loadPart<tail>(y + j, n), divisor), n);
  }
};

/** Range: rows of the mini-batch. */
inline int op_softmax(const OpArgs& args, int64_t begin, int64_t end) {
  using namespace op_softmax;
  const int64_t cols = args.at(x).cols;
  for (int64_t r = begin; r < end; ++r) {
    const float* from = args.at(x).f32(r);
    float* to = args.at(y).f32(r);
    const float s = expOfRow(from, to, maxOfRow(from, cols), cols);
    DivideRow row{to, splat(s)};
    eachVector(cols, row);
  }
  return StatusOk;
}

/** Lane sum of fma(dy_j, y_j, lane). */
struct DotOfRow {
  const float* dy;
  const float* y;
  Lanes16 lanes;

  template <bool tail> void at(int64_t j, int g, int n) {
    const F value = fma(loadPart<tail>(dy + j, n), loadPart<tail>(y + j, n), lanes.g[g]);
    setLanes<tail>(lanes.g[g], value, n);
  }
};

/** dx_j = (dy_j − t)·y_j, flushed. */
struct SoftmaxBackwardRow {
  const float* dy;
  const float* y;
  float* dx;
  F t;

  template <bool tail> void at(int64_t j, int, int n) {
    const F derivative = mul(sub(loadPart<tail>(dy + j, n), t), loadPart<tail>(y + j, n));
    storePart<tail>(dx + j, flushTiny(derivative), n);
  }
};

/** Range: rows of the mini-batch. */
inline int op_softmaxBackward(const OpArgs& args, int64_t begin, int64_t end) {
  using namespace op_softmaxBackward;
  const int64_t cols = args.at(dx).cols;
  for (int64_t r = begin; r < end; ++r) {
    DotOfRow dot{args.at(dy).f32(r), args.at(y).f32(r), Lanes16::zero()};
    eachVector(cols, dot);
    SoftmaxBackwardRow row{dot.dy, dot.y, args.at(dx).f32(r), splat(sum(dot.lanes))};
    eachVector(cols, row);
  }
  return StatusOk;
}
