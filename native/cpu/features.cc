#include "features.h"

#include <cstddef>
#include <cstdint>

#include "../kernels/arch.h"

#if defined(STEEPEST_X86)
#if defined(_MSC_VER)
#include <intrin.h>
#else
#include <cpuid.h>
#endif
#if defined(__APPLE__)
#include <sys/sysctl.h>
#endif
#endif

namespace steepest {

#if defined(STEEPEST_X86)
namespace {

struct CpuidWords {
  uint32_t eax, ebx, ecx, edx;
};

CpuidWords cpuid(uint32_t leaf) {
  CpuidWords w = {};
#if defined(_MSC_VER)
  int words[4];
  __cpuidex(words, static_cast<int>(leaf), 0);
  w = {static_cast<uint32_t>(words[0]), static_cast<uint32_t>(words[1]), static_cast<uint32_t>(words[2]),
       static_cast<uint32_t>(words[3])};
#else
  __cpuid_count(leaf, 0, w.eax, w.ebx, w.ecx, w.edx);
#endif
  return w;
}

/** XCR0: the register states that the operating system saves. Only where OSXSAVE is set. */
uint64_t savedStates() {
#if defined(_MSC_VER)
  return _xgetbv(0);
#else
  uint32_t low, high;
  __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return (static_cast<uint64_t>(high) << 32) | low;
#endif
}

/** macOS turns on AVX-512 state at a thread's first use of it, so XCR0 does not tell; the kernel does. */
bool systemSavesAvx512(uint64_t states) {
#if defined(__APPLE__)
  (void)states;
  int present = 0;
  size_t size = sizeof present;
  return sysctlbyname("hw.optional.avx512f", &present, &size, nullptr, 0) == 0 && present != 0;
#else
  constexpr uint64_t avx512States = 0xe6;  // SSE, AVX, opmask, upper halves, upper 16 registers.
  return (states & avx512States) == avx512States;
#endif
}

bool hasAll(uint32_t word, uint32_t bits) { return (word & bits) == bits; }

}  // namespace

CpuFeatures cpuFeatures() {
  CpuFeatures features = {};
  constexpr uint32_t extendedLeaf = 7;
  if (cpuid(0).eax < extendedLeaf) return features;
  // Intel SDM volume 2A, CPUID: leaf 1 ECX and leaf 7 EBX.
  constexpr uint32_t fma = 1u << 12, osxsave = 1u << 27, avx = 1u << 28;
  constexpr uint32_t bmi1 = 1u << 3, avx2 = 1u << 5, bmi2 = 1u << 8;
  constexpr uint32_t avx512f = 1u << 16, avx512dq = 1u << 17, avx512bw = 1u << 30, avx512vl = 1u << 31;
  constexpr uint64_t avxStates = 0x6;  // SSE and AVX.
  if (!hasAll(cpuid(1).ecx, fma | osxsave | avx)) return features;
  const uint64_t states = savedStates();
  if ((states & avxStates) != avxStates) return features;
  const uint32_t extended = cpuid(extendedLeaf).ebx;
  features.avx2 = hasAll(extended, bmi1 | avx2 | bmi2);
  features.avx512 =
      features.avx2 && hasAll(extended, avx512f | avx512dq | avx512bw | avx512vl) && systemSavesAvx512(states);
  return features;
}

#elif defined(STEEPEST_ARM64)
CpuFeatures cpuFeatures() { return {false, false, true}; }
#else
CpuFeatures cpuFeatures() { return {}; }
#endif

}  // namespace steepest
