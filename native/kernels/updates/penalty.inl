// The penalty on weights that is added to the loss.
#pragma once
#include "../kernel.inl"
#include "../columns.inl"

/** S₂ and S₁ of the rows so far. */
struct PenaltyRow {
  const float* w;
  Lanes16 squares;
  Lanes16 absolutes;

  template <bool tail> void at(int64_t j, int g, int n) {
    const F x = loadPart<tail>(w + j, n);
    setLanes<tail>(squares.g[g], fma(x, x, squares.g[g]), n);
    setLanes<tail>(absolutes.g[g], add(absolutes.g[g], abs(x)), n);
  }
};

/** partial[b] = l2·S₂ + l1·S₁ over 16 rows of w. Range: blocks. */
inline int op_penalty(const OpArgs& args, int64_t begin, int64_t end) {
  using namespace op_penalty;
  const Matrix& from = args.at(w);
  for (int64_t b = begin; b < end; ++b) {
    PenaltyRow row{nullptr, Lanes16::zero(), Lanes16::zero()};
    for (int64_t r = b * kPenaltyRows; r < from.rows && r < (b + 1) * kPenaltyRows; ++r) {
      row.w = from.f32(r);
      eachVector(from.cols, row);
    }
    const F first = mul(splat(args.scalar(l1_)), splat(sum(row.absolutes)));
    args.at(partial).f32()[b] = firstLane(fma(splat(args.scalar(l2_)), splat(sum(row.squares)), first));
  }
  return StatusOk;
}
