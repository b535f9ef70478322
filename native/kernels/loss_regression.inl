// Losses of predictions of any value: meanSquaredError, meanAbsoluteError.

struct SquaredErrorRow : LossRow {
  template <bool tail> void at(int64_t j, int g, int n) {
    const F d = sub(loadPart<tail>(x + j, n), loadPart<tail>(target + j, n));
    setLanes<tail>(loss.g[g], fma(d, d, loss.g[g]), n);
    if (dx != nullptr) storePart<tail>(dx + j, mul(d, scale), n);
  }
};

/** Range: rows of the mini-batch. */
inline int op_meanSquaredError(const OpArgs& args, int64_t begin, int64_t end) {
  using namespace op_meanSquaredError;
  const LossOperands operands{args.at(y), args.at(target), kNoMatrix, args.at(dy), args.at(rowLoss)};
  return meanLoss<SquaredErrorRow>(args, operands, 2.0, begin, end);
}

struct AbsoluteErrorRow : LossRow {
  template <bool tail> void at(int64_t j, int g, int n) {
    const F d = sub(loadPart<tail>(x + j, n), loadPart<tail>(target + j, n));
    setLanes<tail>(loss.g[g], add(loss.g[g], abs(d)), n);
    if (dx == nullptr) return;
    // ±0 and NaN are their own gradients.
    const F slope = select(gt(d, zero()), scale, select(lt(d, zero()), neg(scale), d));
    storePart<tail>(dx + j, slope, n);
  }
};

/** Range: rows of the mini-batch. */
inline int op_meanAbsoluteError(const OpArgs& args, int64_t begin, int64_t end) {
  using namespace op_meanAbsoluteError;
  const LossOperands operands{args.at(y), args.at(target), kNoMatrix, args.at(dy), args.at(rowLoss)};
  return meanLoss<AbsoluteErrorRow>(args, operands, 1.0, begin, end);
}
