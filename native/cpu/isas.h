// The kernel tables that can run here.
#pragma once
#include "../kernels/table.h"

namespace steepest {

/** One function per table that isas.cc uses. */
constexpr int kMaxIsas = 4;

struct IsaList {
  /** Best first; the portable one is always last. */
  const KernelTable* tables[kMaxIsas];
  int count;
};

/** Tables that both this binary and this CPU have. */
const IsaList& availableIsas();

/** The table named `isa`, or null if it is not available here. */
const KernelTable* findIsa(const char* isa);

}  // namespace steepest
