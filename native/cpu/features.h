// What this CPU and its operating system can run.
#pragma once

namespace steepest {

struct CpuFeatures {
  /** AVX2, FMA and BMI. */
  bool avx2;
  /** AVX-512 F, VL, DQ and BW, and everything of avx2. */
  bool avx512;
  /** AArch64 NEON. */
  bool neon;
};

/** Asks feature bits only, never the model number. */
CpuFeatures cpuFeatures();

}  // namespace steepest
