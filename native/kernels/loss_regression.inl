// Losses of predictions of any value: meanSquaredError, meanAbsoluteError.

struct SquaredErrorRow {
  const float* y;
  const float* target;
  float* dy;
  F scale;
  Lanes16 loss;

  template <bool tail> void at(int64_t j, int g, int n) {
    const F d = sub(loadPart<tail>(y + j, n), loadPart<tail>(target + j, n));
    setLanes<tail>(loss.g[g], fma(d, d, loss.g[g]), n);
    if (dy != nullptr) storePart<tail>(dy + j, mul(d, scale), n);
  }
};

/** Range: rows of the mini-batch. */
inline int op_meanSquaredError(const OpArgs& args, int64_t begin, int64_t end) {
  using namespace op_meanSquaredError;
  const int64_t cols = args.at(y).cols;
  const F scale = splat(scaleOver(2.0, args.batchRows * cols));
  for (int64_t r = begin; r < end; ++r) {
    SquaredErrorRow row{args.at(y).f32(r), args.at(target).f32(r), rowOrNull(args.at(dy), r), scale,
                        Lanes16::zero()};
    eachVector(cols, row);
    *args.at(rowLoss).f32(r) = sum(row.loss) / static_cast<float>(cols);
  }
  return StatusOk;
}

struct AbsoluteErrorRow {
  const float* y;
  const float* target;
  float* dy;
  F scale;
  Lanes16 loss;

  template <bool tail> void at(int64_t j, int g, int n) {
    const F d = sub(loadPart<tail>(y + j, n), loadPart<tail>(target + j, n));
    setLanes<tail>(loss.g[g], add(loss.g[g], abs(d)), n);
    if (dy == nullptr) return;
    // ±0 and NaN are their own gradients.
    const F slope = select(gt(d, zero()), scale, select(lt(d, zero()), neg(scale), d));
    storePart<tail>(dy + j, slope, n);
  }
};

/** Range: rows of the mini-batch. */
inline int op_meanAbsoluteError(const OpArgs& args, int64_t begin, int64_t end) {
  using namespace op_meanAbsoluteError;
  const int64_t cols = args.at(y).cols;
  const F scale = splat(scaleOver(1.0, args.batchRows * cols));
  for (int64_t r = begin; r < end; ++r) {
    AbsoluteErrorRow row{args.at(y).f32(r), args.at(target).f32(r), rowOrNull(args.at(dy), r), scale,
                         Lanes16::zero()};
    eachVector(cols, row);
    *args.at(rowLoss).f32(r) = sum(row.loss) / static_cast<float>(cols);
  }
  return StatusOk;
}
