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

/**
 * Asks the system for huge pages in [data, data + bytes), which is not written yet: it hands out and clears 2 MiB at a
 * time instead of 4 KiB. False where the system has none, or where no huge page fits.
 */
bool preferHugePages(void* data, size_t bytes);

}  // namespace steepest
