// How fast this core can multiply and add: what benchmarks measure kernels against.
#pragma once
#include "kernel.inl"

/** Enough independent chains to hide the latency of two fma units of four cycles, with registers to spare on AVX2. */
constexpr int kPeakChains = 12;

/**
 * Runs `rounds` rounds of independent fused multiply-adds that touch no memory. Returns the floating-point
 * operations done. `seed` keeps the compiler from knowing the result, `sink` from dropping it.
 */
STEEPEST_NOINLINE double fmaLoop(int64_t rounds, float seed, volatile float* sink) {
  F acc[kPeakChains];
  STEEPEST_UNROLL
  for (int i = 0; i < kPeakChains; ++i) acc[i] = splat(seed + static_cast<float>(i));
  const F factor = splat(0.5f + seed);
  const F term = splat(0.25f + seed);
  for (int64_t round = 0; round < rounds; ++round) {
    STEEPEST_UNROLL
    for (int i = 0; i < kPeakChains; ++i) acc[i] = fma(acc[i], factor, term);
  }
  F sum = acc[0];
  STEEPEST_UNROLL
  for (int i = 1; i < kPeakChains; ++i) sum = add(sum, acc[i]);
  float lanes[kLanes];
  store(lanes, sum);
  *sink = lanes[0];
  return 2.0 * kPeakChains * kLanes * static_cast<double>(rounds);
}
