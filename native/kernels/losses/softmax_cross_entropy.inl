// Cross-entropy of logits that softmax couples: softmaxCrossEntropy.
#pragma once
#include "../kernel.inl"
#include "../columns.inl"
#include "../math.inl"
#include "../elementwise/softmax.inl"
#include "few_classes.inl"

/** A class number in range, or not. */
inline bool isClass(int32_t label, int64_t cols) { return label >= 0 && label < cols; }

/**
 * The label of row r. Read once, then checked and used: another thread may write it meanwhile, and
 * an output may lie over it.
 */
inline int32_t labelOf(const Matrix& labels, int64_t r) {
  return static_cast<const volatile int32_t*>(labels.data)[r];
}

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
    storePart<tail>(dz + j, flushTiny(mul(g, scale)), n);
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
    if (dz != nullptr) storePart<tail>(dz + j, flushTiny(mul(fma(share, total, neg(t)), scale)), n);
  }
};

/** Up to kLanes rows at a time, so that their logarithms are one vector's. */
struct SoftmaxRows {
  const OpArgs& args;
  int64_t cols;
  F scale;
  /** Memory for the exponentials of kLanes rows, or null: p and dz may be z's own memory, so they wait elsewhere. */
  float* kept;
  float largest[kLanes];
  float s[kLanes];
  float logSum[kLanes];
  int32_t classes[kLanes] = {};

  explicit SoftmaxRows(const OpArgs& given)
      : args(given),
        cols(given.at(op_softmaxCrossEntropy::z).cols),
        scale(splat(scaleOver(1.0, given.batchRows))),
        kept(cols <= kWorkspaceFloats / kLanes ? given.workspace : nullptr) {
    // Rows that are not there have a logarithm too.
    store(s, splat(1.0f));
  }

  float* expOf(int i) const { return kept != nullptr ? kept + i * cols : nullptr; }

  /** Reads the labels of rows. Returns how many there are before the first that is no class. */
  int readClasses(int64_t first, int rows) {
    for (int i = 0; i < rows; ++i) {
      classes[i] = labelOf(args.at(op_softmaxCrossEntropy::labels), first + i);
      if (!isClass(classes[i], cols)) return i;
    }
    return rows;
  }

  /** Returns how many of the rows were done. */
  int run(int64_t first, int wanted) {
    using namespace op_softmaxCrossEntropy;
    const bool byLabel = args.at(labels).given();
    const int rows = byLabel ? readClasses(first, wanted) : wanted;
    if (cols <= kFewClasses) {
      fewClasses(args, first, rows, byLabel ? classes : nullptr, scale);
      return rows;
    }
    for (int i = 0; i < rows; ++i) {
      const float* from = args.at(z).f32(first + i);
      largest[i] = maxOfRow(from, cols);
      s[i] = expOfRow(from, expOf(i), largest[i], cols);
    }
    store(logSum, log(load(s)));
    for (int i = 0; i < rows; ++i) {
      if (byLabel) {
        againstLabel(i, first + i);
      } else {
        againstTarget(i, first + i);
      }
    }
    return rows;
  }

  void againstLabel(int i, int64_t r) const {
    using namespace op_softmaxCrossEntropy;
    const int32_t label = classes[i];
    const float* from = args.at(z).f32(r);
    *args.at(rowLoss).f32(r) = logSum[i] - (from[label] - largest[i]);
    SoftmaxLabelRow row{expOf(i),          from,        rowOrNull(args.at(p), r), rowOrNull(args.at(dz), r),
                        splat(largest[i]), splat(s[i]), scale,                    label};
    if (row.p != nullptr || row.dz != nullptr) eachVector(cols, row);
  }

  void againstTarget(int i, int64_t r) const {
    using namespace op_softmaxCrossEntropy;
    const float* from = args.at(z).f32(r);
    const float* wanted = args.at(target).f32(r);
    SoftmaxTargetLoss sums{from, wanted, splat(largest[i]), splat(logSum[i]), Lanes16::zero(), Lanes16::zero()};
    eachVector(cols, sums);
    *args.at(rowLoss).f32(r) = sum(sums.loss);
    SoftmaxTargetRow row{expOf(i),
                         from,
                         wanted,
                         rowOrNull(args.at(p), r),
                         rowOrNull(args.at(dz), r),
                         splat(largest[i]),
                         splat(s[i]),
                         splat(sum(sums.total)),
                         scale};
    if (row.p != nullptr || row.dz != nullptr) eachVector(cols, row);
  }
};

/** Range: rows of the mini-batch. */
inline int op_softmaxCrossEntropy(const OpArgs& args, int64_t begin, int64_t end) {
  SoftmaxRows block(args);
  for (int64_t r = begin; r < end; r += kLanes) {
    const int rows = static_cast<int>(end - r < kLanes ? end - r : kLanes);
    // Rows before the first whose label is no class are still done.
    if (block.run(r, rows) < rows) return StatusIndexOutOfRange;
  }
  return StatusOk;
}
