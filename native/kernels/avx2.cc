// Every kernel, compiled for AVX2 and FMA.
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <type_traits>
#include <utility>

#include "arch.h"
#include "table.h"

#if defined(STEEPEST_X86)
#include <immintrin.h>

// The features belong to this region, not to the file's flags, so that every build tool can share one set of
// flags and no function outside is compiled for a CPU that may not be there. MSVC needs no permission.
#if defined(STEEPEST_GCC)
#pragma GCC push_options
#pragma GCC target("avx2,fma,bmi,bmi2")
#elif defined(STEEPEST_CLANG)
#pragma clang attribute push(__attribute__((target("avx2,fma,bmi,bmi2"))), apply_to = function)
#endif

namespace steepest {
namespace avx2 {
#include "../simd/avx2.h"
#include "../simd/lanes.h"
#include "../simd/constants_f64.h"
#include "../simd/avx2_f64.h"
#include "../simd/lanes_f64.h"
#include "all.inl"
}  // namespace avx2
}  // namespace steepest

#if defined(STEEPEST_GCC)
#pragma GCC pop_options
#elif defined(STEEPEST_CLANG)
#pragma clang attribute pop
#endif

namespace steepest {
const KernelTable* kernels_avx2() {
  static constexpr KernelTable table = avx2::kernelTable("avx2");
  return &table;
}
}  // namespace steepest

#else

namespace steepest {
const KernelTable* kernels_avx2() { return nullptr; }
}  // namespace steepest

#endif
