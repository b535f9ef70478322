// Every kernel, compiled for AVX-512.
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
// GCC's own AVX-512 header trips these warnings (GCC bug 105593).
#pragma GCC diagnostic ignored "-Wuninitialized"
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#pragma GCC push_options
#pragma GCC target("avx512f,avx512vl,avx512dq,avx512bw,avx2,fma,bmi,bmi2")
#elif defined(STEEPEST_CLANG)
#pragma clang attribute push(__attribute__((target("avx512f,avx512vl,avx512dq,avx512bw,avx2,fma,bmi,bmi2"))), apply_to = function)
#endif

namespace steepest {
namespace avx512 {
#include "../simd/avx512.h"
#include "../simd/lanes.h"
#include "../simd/constants_f64.h"
#include "../simd/avx512_f64.h"
#include "../simd/lanes_f64.h"
#include "all.inl"
}  // namespace avx512
}  // namespace steepest

#if defined(STEEPEST_GCC)
#pragma GCC pop_options
#elif defined(STEEPEST_CLANG)
#pragma clang attribute pop
#endif

namespace steepest {
const KernelTable* kernels_avx512() {
  static constexpr KernelTable table = avx512::kernelTable("avx512");
  return &table;
}
}  // namespace steepest

#else

namespace steepest {
const KernelTable* kernels_avx512() { return nullptr; }
}  // namespace steepest

#endif
