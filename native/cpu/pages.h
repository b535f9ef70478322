// Pages of memory, as the system hands them out.
#pragma once
#include <cstddef>
#include <cstdint>

namespace steepest {

/**
 * What arenas are aligned to. Larger pages than this exist; only caches care here, and none of
 * theirs are.
 */
constexpr uintptr_t kArenaPageBytes = 4096;

/**
 * Returns pages that lie wholly in [data, data + bytes) to the system. They read as zeros afterwards.
 * False where the system cannot do this.
 */
bool discardPages(void* data, size_t bytes);

}  // namespace steepest
