// Largest error, in ULP, of the functions in native/kernels/math.inl against the C library's float64 ones, over
// every float32 (stride 1) or one in `stride`. Built and run by measure.mjs.
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <utility>

#include "../../native/kernels/arch.h"
#include "../../native/kernels/table.h"

#if defined(MEASURE_AVX512)
#include <immintrin.h>
#pragma GCC target("avx512f,avx512vl,avx512dq,avx512bw,avx2,fma,bmi,bmi2")
#define SIMD_HEADER "../../native/simd/avx512.h"
#elif defined(MEASURE_AVX2)
#include <immintrin.h>
#pragma GCC target("avx2,fma,bmi,bmi2")
#define SIMD_HEADER "../../native/simd/avx2.h"
#else
#define SIMD_HEADER "../../native/simd/portable.h"
#endif

namespace steepest {
namespace measured {
#include SIMD_HEADER
#include "../../native/simd/lanes.h"
#include "../../native/kernels/columns.inl"
#include "../../native/kernels/math.inl"
#include "../../native/kernels/elementwise/activation.inl"

/** The functions, with the float64 truth and the range over which each is defined and judged. */
struct Measured {
  const char* name;
  F (*function)(F);
  double (*truth)(double);
  double low;
  double high;
};

inline F gelu(F x) { return activate(Activation::Gelu, x, zero()); }

double trueSigmoid(double x) { return x >= 0 ? 1 / (1 + std::exp(-x)) : std::exp(x) / (1 + std::exp(x)); }
double trueSoftplus(double x) { return (x > 0 ? x : 0) + std::log1p(std::exp(-std::fabs(x))); }
double trueGelu(double x) { return x * 0.5 * std::erfc(-x * std::sqrt(0.5)); }

constexpr double kInfinity = std::numeric_limits<double>::infinity();
const Measured kMeasured[] = {
    {"exp", exp, std::exp, -kInfinity, kInfinity},
    {"log", log, std::log, -kInfinity, kInfinity},
    {"tanh", tanh, std::tanh, -kInfinity, kInfinity},
    {"sigmoid", sigmoid, trueSigmoid, -kInfinity, kInfinity},
    {"log1p", log1p, std::log1p, 0, 1},
    {"expm1", expm1, std::expm1, -kInfinity, 0},
    {"erf", erf, std::erf, -kInfinity, kInfinity},
    {"softplus", softplus, trueSoftplus, -kInfinity, kInfinity},
    // Below −1 gelu's formula, x·(1 + erf)/2, cancels: its error is then small against 1, not against gelu.
    {"gelu", gelu, trueGelu, -1, std::numeric_limits<float>::max()},
};

/** Distance between neighbours of float32 around `value`: of denormals at least. */
double ulpOf(double value) {
  int exponent;
  std::frexp(value, &exponent);
  return std::ldexp(1.0, (exponent < -125 ? -125 : exponent) - 24);
}

/** Error in ULP; infinite where one of the two is NaN or infinite and the other is not. */
double errorUlp(float got, double truth) {
  if (std::isnan(truth)) return std::isnan(got) ? 0 : kInfinity;
  const float rounded = static_cast<float>(truth);
  if (std::isinf(rounded) || std::isinf(got)) {
    if (rounded == got) return 0;
    // Half a step beyond the largest float32 rounds to infinity: a matter of one ULP, not of infinity.
    const double largest = std::numeric_limits<float>::max();
    if (std::isinf(truth) || std::isnan(got)) return kInfinity;
    const double edge = std::ldexp(1.0, 128);
    return std::fabs((std::isinf(got) ? std::copysign(edge, got) : got) - truth) / ulpOf(largest);
  }
  if (std::isnan(got)) return kInfinity;
  return std::fabs(got - truth) / ulpOf(truth);
}

void measure(const Measured& m, uint64_t stride) {
  double worst = 0;
  float where = 0;
  float values[16];
  float results[16];
  uint64_t bits = 0;
  while (bits < (uint64_t{1} << 32)) {
    for (int i = 0; i < 16; ++i, bits += stride) {
      const uint32_t word = static_cast<uint32_t>(bits);
      std::memcpy(&values[i], &word, sizeof word);
    }
    for (int i = 0; i < 16; i += kLanes) store(results + i, m.function(load(values + i)));
    for (int i = 0; i < 16; ++i) {
      if (!(std::isnan(values[i]) || (values[i] >= m.low && values[i] <= m.high))) continue;
      const double error = errorUlp(results[i], m.truth(values[i]));
      if (!(error <= worst)) {
        worst = error;
        where = values[i];
      }
    }
  }
  std::printf("%-9s %8.3f ULP at %.9g\n", m.name, worst, where);
  std::fflush(stdout);
}
}  // namespace measured
}  // namespace steepest

int main(int argc, char** argv) {
  const uint64_t stride = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 1;
  for (const auto& m : steepest::measured::kMeasured) {
    if (argc > 2 && std::strcmp(argv[2], m.name) != 0) continue;
    steepest::measured::measure(m, stride == 0 ? 1 : stride);
  }
  return 0;
}
