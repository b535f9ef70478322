// Every kernel, compiled for AArch64 NEON.
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <type_traits>
#include <utility>

#include "arch.h"
#include "table.h"

#if defined(STEEPEST_ARM64)
#include <arm_neon.h>

namespace steepest {
namespace neon {
#include "../simd/neon.h"
#include "../simd/lanes.h"
#include "../simd/constants_f64.h"
#include "../simd/neon_f64.h"
#include "../simd/lanes_f64.h"
#include "all.inl"
}  // namespace neon
}  // namespace steepest

namespace steepest {
const KernelTable* kernels_neon() {
  static constexpr KernelTable table = neon::kernelTable("neon");
  return &table;
}
}  // namespace steepest

#else

namespace steepest {
const KernelTable* kernels_neon() { return nullptr; }
}  // namespace steepest

#endif
