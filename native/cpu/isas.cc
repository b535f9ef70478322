#include "isas.h"

#include <cstring>

#include "features.h"

namespace steepest {

namespace {

IsaList detectIsas() {
  const CpuFeatures cpu = cpuFeatures();
  IsaList list = {};
  const auto offer = [&list](bool supported, const KernelTable* table) {
    if (supported && table != nullptr) list.tables[list.count++] = table;
  };
  offer(cpu.avx512, kernels_avx512());
  offer(cpu.avx2, kernels_avx2());
  offer(cpu.neon, kernels_neon());
  offer(true, kernels_portable());
  return list;
}

}  // namespace

const IsaList& availableIsas() {
  // Asked once: on a virtual machine each CPUID instruction takes microseconds.
  static const IsaList list = detectIsas();
  return list;
}

const KernelTable* findIsa(const char* isa) {
  const IsaList& list = availableIsas();
  for (int i = 0; i < list.count; ++i) {
    if (std::strcmp(list.tables[i]->isa, isa) == 0) return list.tables[i];
  }
  return nullptr;
}

}  // namespace steepest
