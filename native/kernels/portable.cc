// Every kernel, compiled for plain C++, any CPU. Binaries for CPUs that all have vectors leave them out (STEEPEST_WITHOUT_PORTABLE).
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <type_traits>
#include <utility>

#include "arch.h"
#include "table.h"

#if !defined(STEEPEST_WITHOUT_PORTABLE)
namespace steepest {
namespace portable {
#include "../simd/portable.h"
#include "../simd/lanes.h"
#include "../simd/constants_f64.h"
#include "../simd/portable_f64.h"
#include "../simd/lanes_f64.h"
#include "all.inl"
}  // namespace portable
}  // namespace steepest

namespace steepest {
const KernelTable* kernels_portable() {
  static constexpr KernelTable table = portable::kernelTable("portable");
  return &table;
}
}  // namespace steepest
#else
namespace steepest {
const KernelTable* kernels_portable() { return nullptr; }
}  // namespace steepest
#endif
