// Dropout, whose mask is a function of seed, stream, step and element: nothing is stored, and dy meets the same one.
#pragma once
#include "../kernel.inl"
#include "../columns.inl"
#include "../threefry.inl"

/** Columns that share 16 counters: word 0 serves the first half, word 1 the second. */
constexpr int64_t kDropoutBlock = 32;

/** y = word ≥ threshold ? x·keepScale : 0 for a row; counters of its first block start at `counter`. */
struct DropoutRow {
  const float* x;
  float* y;
  int64_t cols;
  I threshold;
  F keepScale;

  template <bool tail> void put(int64_t j, I words, int n) {
    const F kept = mul(loadPart<tail>(x + j, n), keepScale);
    storePart<tail>(y + j, select(geU(words, threshold), kept, zero()), n);
  }

  /** Columns from j on that the row has, kLanes at most. */
  void part(int64_t j, I words) {
    if (j + kLanes <= cols) {
      put<false>(j, words, kLanes);
    } else if (j < cols) {
      put<true>(j, words, static_cast<int>(cols - j));
    }
  }

  void run(uint32_t seed, uint32_t stream, uint32_t step, uint32_t counter) {
    for (int64_t block = 0; block < cols; block += kDropoutBlock, counter += 16) {
      STEEPEST_UNROLL
      for (int g = 0; g < kGroups; ++g) {
        I first = vectorOf(step);
        I second = addI(vectorOf(counter + static_cast<uint32_t>(g * kLanes)), iota());
        threefry2x32(seed, stream, first, second);
        part(block + g * kLanes, first);
        part(block + 16 + g * kLanes, second);
      }
    }
  }
};

/** Range: rows of the mini-batch. */
inline int op_dropout(const OpArgs& args, int64_t begin, int64_t end) {
  using namespace op_dropout;
  const int64_t cols = args.at(x).cols;
  const uint32_t countersPerRow = static_cast<uint32_t>((cols + kDropoutBlock - 1) / kDropoutBlock) * 16u;
  const I threshold = vectorOf(args.word(threshold_));
  const F keepScale = splat(args.scalar(keepScale_));
  for (int64_t r = begin; r < end; ++r) {
    DropoutRow row{args.at(x).f32(r), args.at(y).f32(r), cols, threshold, keepScale};
    row.run(args.word(seed_), args.word(stream_), args.counter(RegStep), static_cast<uint32_t>(r) * countersPerRow);
  }
  return StatusOk;
}
