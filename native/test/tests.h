// What the tests of kernels share.
#pragma once
#include <cstdint>

#include "../kernels/table.h"

namespace steepest {

/** Counts and prints failures. */
class Report {
 public:
  void check(bool condition, const char* isa, const char* what);
  int failures() const { return failures_; }

 private:
  int failures_ = 0;
};

/** Numbers that are the same in every run (xorshift, Marsaglia 2003). */
class Numbers {
 public:
  uint32_t word() {
    state_ ^= state_ << 13;
    state_ ^= state_ >> 17;
    state_ ^= state_ << 5;
    return state_;
  }
  /** Between -1 and 1. */
  float next() { return static_cast<float>(static_cast<int32_t>(word())) / 2147483648.0f; }

 private:
  uint32_t state_ = 2463534242u;
};

/** gemm against a plain loop of fused multiply-adds, bit for bit. */
void testGemm(const KernelTable& kernels, float* workspace, Report& report);

/** Every other kernel against the portable one, bit for bit. */
void testAgreement(const KernelTable& kernels, const KernelTable& portable, float* workspace, Report& report);

/** Kernels on images against the portable ones, bit for bit. */
void testImages(const KernelTable& kernels, const KernelTable& portable, Report& report);

}  // namespace steepest
