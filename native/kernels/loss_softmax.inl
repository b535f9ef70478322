// Cross-entropies of logits: softmaxCrossEntropy, sigmoidCrossEntropy.

/** A class number in range, or not. */
inline bool isClass(int32_t label, int64_t cols) { return label >= 0 && label < cols; }

/** True in the lane of column `label`; j is the first lane's column. */
inline M isLabel(int64_t j, int32_t label) {
  return eqI(iota(), splatI(static_cast<int32_t>(label - j)));
}

/** The exponentials of a row again: from memory where they were kept, else computed anew, to the same bits. */
template <bool tail> inline F expAgain(const float* e, const float* z, F largest, int64_t j, int n) {
  return e != nullptr ? loadPart<tail>(e + j, n) : exp(sub(loadPart<tail>(z + j, n), largest));
}

/** p = e / s, and dz against a class number. */
struct SoftmaxLabelRow {
  const float* e;
  const float* z;
  float* p;
  float* dz;
  F largest;
  F s;
  F scale;
  int32_t label;

  template <bool tail> void at(int64_t j, int, int n) {
    const F share = div(expAgain<tail>(e, z, largest, j, n), s);
    if (p != nullptr) storePart<tail>(p + j, share, n);
    if (dz == nullptr) return;
    const F g = select(isLabel(j, label), sub(share, splat(1.0f)), share);
    storePart<tail>(dz + j, mul(g, scale), n);
  }
};

/** loss and T against a distribution. */
struct SoftmaxTargetLoss {
  const float* z;
  const float* target;
  F largest;
  F logSum;
  Lanes16 loss;
  Lanes16 total;

  template <bool tail> void at(int64_t j, int g, int n) {
    const F t = loadPart<tail>(target + j, n);
    const F surprise = sub(logSum, sub(loadPart<tail>(z + j, n), largest));
    setLanes<tail>(loss.g[g], fma(t, surprise, loss.g[g]), n);
    setLanes<tail>(total.g[g], add(total.g[g], t), n);
  }
};

/** p = e / s, and dz against a distribution of sum T. */
struct SoftmaxTargetRow {
  const float* e;
  const float* z;
  const float* target;
  float* p;
  float* dz;
  F largest;
  F s;
  F total;
  F scale;

  template <bool tail> void at(int64_t j, int, int n) {
    const F share = div(expAgain<tail>(e, z, largest, j, n), s);
    const F t = loadPart<tail>(target + j, n);
    if (p != nullptr) storePart<tail>(p + j, share, n);
    if (dz != nullptr) storePart<tail>(dz + j, mul(fma(share, total, neg(t)), scale), n);
  }
};

/** Range: rows of the mini-batch. */
inline int op_softmaxCrossEntropy(const OpArgs& args, int64_t begin, int64_t end) {
  using namespace op_softmaxCrossEntropy;
  const int64_t cols = args.at(z).cols;
  const F scale = splat(scaleOver(1.0, args.batchRows));
  // p and dz may be z's own memory, so the exponentials wait elsewhere.
  float* e = cols <= kWorkspaceFloats ? args.workspace : nullptr;
  for (int64_t r = begin; r < end; ++r) {
    const float* from = args.at(z).f32(r);
    float* share = rowOrNull(args.at(p), r);
    float* gradient = rowOrNull(args.at(dz), r);
    int32_t label = 0;
    if (args.at(labels).given()) {
      label = args.at(labels).row<int32_t>(0)[r];
      if (!isClass(label, cols)) return StatusIndexOutOfRange;
    }
    const float largest = maxOfRow(from, cols);
    const float s = expOfRow(from, e, largest, cols);
    const F logSum = log(splat(s));
    float* loss = args.at(rowLoss).f32(r);
    if (args.at(labels).given()) {
      *loss = firstLane(logSum) - (from[label] - largest);
      SoftmaxLabelRow row{e, from, share, gradient, splat(largest), splat(s), scale, label};
      if (share != nullptr || gradient != nullptr) eachVector(cols, row);
    } else {
      const float* wanted = args.at(target).f32(r);
      SoftmaxTargetLoss sums{from, wanted, splat(largest), logSum, Lanes16::zero(), Lanes16::zero()};
      eachVector(cols, sums);
      *loss = sum(sums.loss);
      const F total = splat(sum(sums.total));
      SoftmaxTargetRow row{e, from, wanted, share, gradient, splat(largest), splat(s), total, scale};
      if (share != nullptr || gradient != nullptr) eachVector(cols, row);
    }
  }
  return StatusOk;
}

/** u_j, σ(z_j) and dz_j; one exponential serves all three. */
struct SigmoidCrossEntropyRow {
  const float* z;
  const float* target;
  float* p;
  float* dz;
  F scale;
  Lanes16 loss;

  template <bool tail> void at(int64_t j, int g, int n) {
    const F x = loadPart<tail>(z + j, n);
    const F t = loadPart<tail>(target + j, n);
    const F e = exp(neg(abs(x)));
    const F u = add(sub(positivePart(x), mul(x, t)), log1p(e));
    setLanes<tail>(loss.g[g], add(loss.g[g], u), n);
    const F chance = sigmoidFrom(x, e);
    if (p != nullptr) storePart<tail>(p + j, chance, n);
    if (dz != nullptr) storePart<tail>(dz + j, mul(sub(chance, t), scale), n);
  }
};

/** Range: rows of the mini-batch. */
inline int op_sigmoidCrossEntropy(const OpArgs& args, int64_t begin, int64_t end) {
  using namespace op_sigmoidCrossEntropy;
  const int64_t cols = args.at(z).cols;
  const F scale = splat(scaleOver(1.0, args.batchRows * cols));
  for (int64_t r = begin; r < end; ++r) {
    SigmoidCrossEntropyRow row{args.at(z).f32(r),           args.at(target).f32(r), rowOrNull(args.at(p), r),
                               rowOrNull(args.at(dz), r), scale,                  Lanes16::zero()};
    eachVector(cols, row);
    *args.at(rowLoss).f32(r) = sum(row.loss) / static_cast<float>(cols);
  }
  return StatusOk;
}
