#include "pages.h"

#if defined(__linux__)
#include <sys/mman.h>
#include <unistd.h>
#endif

namespace steepest {

bool discardPages(void* data, size_t bytes) {
#if defined(__linux__)
  const long reported = sysconf(_SC_PAGESIZE);
  const uintptr_t page = reported > 0 ? static_cast<uintptr_t>(reported) : kArenaPageBytes;
  const uintptr_t address = reinterpret_cast<uintptr_t>(data);
  const uintptr_t first = (address + page - 1) / page * page;
  const uintptr_t last = (address + bytes) / page * page;
  if (first >= last) return false;
  // Shared between threads, private to the process: a SharedArrayBuffer comes from the allocator of
  // all others.
  return madvise(reinterpret_cast<void*>(first), last - first, MADV_DONTNEED) == 0;
#else
  // On other systems such advice does not promise zeros, or not immediately.
  static_cast<void>(data);
  static_cast<void>(bytes);
  return false;
#endif
}

}  // namespace steepest
