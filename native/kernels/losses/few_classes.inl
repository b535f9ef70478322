// Softmax and cross-entropy of a block of rows with few columns: lanes are rows, so that no lane
// computes a column that is not there.
#pragma once
#include "../kernel.inl"
#include "../math.inl"
#include "../gemm/gemm_narrow.inl"

/**
 * Most columns of a row that lie in one of the 16 virtual lanes each: their sums are the fixed tree
 * alone.
 */
constexpr int kFewClasses = 16;

/** The lane sum of each row: v[j] is column j of all rows. */
inline F sumOfColumns(const F* v, int cols) {
  F lanes[kFewClasses];
  // As in Lanes16, a lane begins with +0, which takes the sign from −0.
  for (int j = 0; j < kFewClasses; ++j) lanes[j] = j < cols ? add(zero(), v[j]) : zero();
  for (int half = kFewClasses / 2; half > 0; half /= 2) {
    for (int i = 0; i < half; ++i) lanes[i] = add(lanes[i], lanes[i + half]);
  }
  return lanes[0];
}

/** columns[j] = column j of rows [first, first + rows) of a matrix; lanes past them are 0. */
inline void readColumns(const Matrix& from, int64_t first, int rows, F* columns) {
  const int cols = static_cast<int>(from.cols);
  for (int j = 0; j < cols; j += kLanes) {
    F turned[kLanes];
    const int depth = cols - j < kLanes ? cols - j : kLanes;
    turnRows(from.f32(first) + j, from.rowStride, rows, depth, turned);
    for (int i = 0; i < depth; ++i) columns[j + i] = turned[i];
  }
}

inline void writeColumns(const Matrix& to, int64_t first, int rows, const F* columns) {
  if (to.given()) storeColumns(to.f32(first), to.rowStride, rows, columns, static_cast<int>(to.cols));
}

/**
 * What softmaxCrossEntropy writes of up to kLanes rows. `classes` has kLanes numbers, or is null
 * where there are distributions.
 */
STEEPEST_NOINLINE void fewClasses(const OpArgs& args, int64_t first, int rows, const int32_t* classes, F scale) {
  using namespace op_softmaxCrossEntropy;
  const int cols = static_cast<int>(args.at(z).cols);
  F logits[kFewClasses];
  F shares[kFewClasses];
  F wanted[kFewClasses];
  F terms[kFewClasses];
  readColumns(args.at(z), first, rows, logits);
  if (classes == nullptr) readColumns(args.at(target), first, rows, wanted);
  F largest = splat(-std::numeric_limits<float>::infinity());
  for (int j = 0; j < cols; ++j) largest = select(gt(logits[j], largest), logits[j], largest);
  for (int j = 0; j < cols; ++j) {
    logits[j] = sub(logits[j], largest);
    shares[j] = exp(logits[j]);
  }
  const F s = sumOfColumns(shares, cols);
  const F logSum = log(s);
  F loss = zero();
  if (classes != nullptr) {
    for (int j = 0; j < cols; ++j) loss = select(eqI(loadI(classes), splatI(j)), sub(logSum, logits[j]), loss);
  } else {
    for (int j = 0; j < cols; ++j) terms[j] = fma(wanted[j], sub(logSum, logits[j]), zero());
    loss = sumOfColumns(terms, cols);
  }
  const F total = classes == nullptr ? sumOfColumns(wanted, cols) : zero();
  for (int j = 0; j < cols; ++j) {
    const F share = div(shares[j], s);
    const F g = classes == nullptr ? fma(share, total, neg(wanted[j]))
                                   : select(eqI(loadI(classes), splatI(j)), sub(share, splat(1.0f)), share);
    shares[j] = share;
    terms[j] = flushTiny(mul(g, scale));
  }
  float losses[kLanes];
  store(losses, loss);
  for (int i = 0; i < rows; ++i) *args.at(rowLoss).f32(first + i) = losses[i];
  writeColumns(args.at(p), first, rows, shares);
  writeColumns(args.at(dz), first, rows, terms);
}
