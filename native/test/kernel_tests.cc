// Kernels without Node.js, so that they run under sanitizers and emulators: on every instruction set of this CPU,
// gemm against a plain loop and the others against the portable kernels. Those are compared with the TypeScript
// oracle in test/kernels/.
#include <cstdint>
#include <cstdio>
#include <vector>

#include "../cpu/isas.h"
#include "tests.h"

namespace steepest {

void Report::check(bool condition, const char* isa, const char* what) {
  if (condition) return;
  ++failures_;
  std::printf("FAILED %s: %s\n", isa, what);
}

}  // namespace steepest

int main() {
  using namespace steepest;
  constexpr uintptr_t line = 64;
  std::vector<float> scratch(kWorkspaceFloats + line / sizeof(float));
  float* workspace =
      reinterpret_cast<float*>((reinterpret_cast<uintptr_t>(scratch.data()) + line - 1) & ~(line - 1));
  Report report;
  const IsaList& isas = availableIsas();
  const KernelTable& portable = *isas.tables[isas.count - 1];
  for (int i = 0; i < isas.count; ++i) {
    testGemm(*isas.tables[i], workspace, report);
    testImages(*isas.tables[i], portable, report);
    testAgreement(*isas.tables[i], portable, workspace, report);
    std::printf("%s done\n", isas.tables[i]->isa);
  }
  if (report.failures() == 0) {
    std::printf("All kernel tests passed.\n");
    return 0;
  }
  std::printf("%d kernel tests failed.\n", report.failures());
  return 1;
}
