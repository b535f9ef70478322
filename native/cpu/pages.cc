#include "pages.h"

#if defined(__linux__)
#include <sys/mman.h>
#include <unistd.h>
#endif

namespace steepest {

namespace {

#if defined(__linux__)
/** Most systems' huge pages, and a multiple of all others' pages. */
constexpr uintptr_t kHugePageBytes = 2 << 20;

/**
 * Advises the system about the units of memory that lie wholly in [data, data + bytes). Such memory is shared between
 * threads, but private to the process: a SharedArrayBuffer comes from the allocator of all others.
 */
bool advise(void* data, size_t bytes, uintptr_t unit, int advice) {
  const uintptr_t address = reinterpret_cast<uintptr_t>(data);
  const uintptr_t first = (address + unit - 1) / unit * unit;
  const uintptr_t last = (address + bytes) / unit * unit;
  return first < last && madvise(reinterpret_cast<void*>(first), last - first, advice) == 0;
}
#endif

}  // namespace

bool discardPages(void* data, size_t bytes) {
#if defined(__linux__)
  const long reported = sysconf(_SC_PAGESIZE);
  return advise(data, bytes, reported > 0 ? static_cast<uintptr_t>(reported) : kArenaPageBytes, MADV_DONTNEED);
#else
  // On other systems such advice does not promise zeros, or not immediately.
  static_cast<void>(data);
  static_cast<void>(bytes);
  return false;
#endif
}

bool preferHugePages(void* data, size_t bytes) {
#if defined(__linux__) && defined(MADV_HUGEPAGE)
  return advise(data, bytes, kHugePageBytes, MADV_HUGEPAGE);
#else
  static_cast<void>(data);
  static_cast<void>(bytes);
  return false;
#endif
}

}  // namespace steepest
