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
 * Gives pages that lie wholly in [data, data + bytes) back; they read as zeros. False where the
 * system cannot.
 */
bool discardPages(void* data, size_t bytes);

}  // namespace steepest
