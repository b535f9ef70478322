// The order in which an epoch takes its rows.
#pragma once
#include "../kernel.inl"
#include "../threefry.inl"

/**
 * index (1×n) = a permutation of 0 … n−1 by Fisher and Yates (Durstenfeld 1964; Knuth, TAOCP 2, §3.4.2 P), from
 * counter-based words, so that it depends on seed, stream and epoch alone. Runs whole.
 */
inline int op_shuffle(const OpArgs& args, int64_t, int64_t) {
  using namespace op_shuffle;
  const Matrix& order = args.at(index);
  uint32_t* rows = order.row<uint32_t>(0);
  for (int64_t i = 0; i < order.cols; ++i) rows[i] = static_cast<uint32_t>(i);
  const uint32_t epoch = args.counter(RegEpoch);
  for (int64_t i = order.cols - 1; i > 0; --i) {
    uint32_t words[2];
    threefry2x32(args.word(seed_), args.word(stream_), epoch, static_cast<uint32_t>(i), words);
    // A multiplication instead of a remainder: ⌊u·(i+1) / 2³²⌋ is at most i.
    const uint64_t j = (static_cast<uint64_t>(words[0]) * static_cast<uint64_t>(i + 1)) >> 32;
    const uint32_t row = rows[i];
    rows[i] = rows[j];
    rows[j] = row;
  }
  return StatusOk;
}
