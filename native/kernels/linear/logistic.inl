// Logistic and softmax loss in float64 and their second derivatives, lanes over rows: one row
// per class.
#pragma once
#include "../kernel.inl"
#include "../math_f64.inl"
#include "row_vectors.inl"

/** Loss and derivatives of up to a vector of rows at a time. */
struct LogisticRows {
  const Matrix& z;
  /** Of all rows of the table, from row 0 of the mini-batch on. */
  const Matrix& curvature;
  int64_t start;
  const Matrix& dz;
  RowWeights weights;
  const int32_t* labels;
  LossOfRows loss;

  double* kept(int64_t k) const { return curvature.row<double>(k) + start; }

  void binary(int64_t r, int n) {
    const D score = loadDN(z.row<double>(0) + r, n);
    const MD isOne = ltD(splatD(0.5), loadI32DN(labels + r, n));
    const MD negative = ltD(score, splatD(0.0));
    const D t = expD(subD(splatD(0.0), absD(score)));
    const D s = addD(t, splatD(1.0));
    const D likely = divD(splatD(1.0), s);
    const D unlikely = divD(t, s);
    const D one = selectD(negative, unlikely, likely);
    const D zero = selectD(negative, likely, unlikely);
    const D weight = weights.at(r, n);
    // p − 1 as −(1 − p), of which no digits cancel.
    const D gradient = selectD(isOne, subD(splatD(0.0), zero), one);
    const D miss = selectD(isOne, subD(splatD(0.0), score), score);
    const D hinge = selectD(ltD(miss, splatD(0.0)), splatD(0.0), miss);
    if (curvature.given()) storeDN(kept(0) + r, mulD(mulD(one, zero), weight), n);
    storeDN(dz.row<double>(0) + r, mulD(gradient, weight), n);
    loss.add(mulD(addD(hinge, log1pD(t)), weight), r, n);
  }

  void multinomial(int64_t r, int n) {
    const int64_t classes = z.rows;
    const D label = loadI32DN(labels + r, n);
    D most = loadDN(z.row<double>(0) + r, n);
    for (int64_t k = 1; k < classes; ++k) {
      const D score = loadDN(z.row<double>(k) + r, n);
      most = selectD(ltD(most, score), score, most);
    }
    D sum = splatD(0.0);
    D own = splatD(0.0);
    for (int64_t k = 0; k < classes; ++k) {
      const D shifted = subD(loadDN(z.row<double>(k) + r, n), most);
      own = selectD(eqD(label, splatD(static_cast<double>(k))), shifted, own);
      const D e = expD(shifted);
      sum = addD(sum, e);
      storeDN(dz.row<double>(k) + r, e, n);
    }
    const D weight = weights.at(r, n);
    for (int64_t k = 0; k < classes; ++k) {
      const D probability = divD(loadDN(dz.row<double>(k) + r, n), sum);
      const D hit = selectD(eqD(label, splatD(static_cast<double>(k))), splatD(1.0), splatD(0.0));
      if (curvature.given()) storeDN(kept(k) + r, probability, n);
      storeDN(dz.row<double>(k) + r, mulD(subD(probability, hit), weight), n);
    }
    loss.add(mulD(subD(logD(sum), own), weight), r, n);
  }
};

inline int op_logisticLoss(const OpArgs& args, int64_t begin, int64_t end) {
  using namespace op_logisticLoss;
  LogisticRows rows{args.at(z),
                    args.at(curvature),
                    args.batchStart,
                    args.at(dz),
                    RowWeights(args.at(weights), args.batchStart),
                    args.at(labels).row<int32_t>(0) + args.batchStart,
                    {}};
  eachRowVector(begin, end, [&](int64_t r, int n) {
    if (args.at(z).rows == 1) {
      rows.binary(r, n);
    } else {
      rows.multinomial(r, n);
    }
  });
  *args.at(totals).row<double>(0) += rows.loss.sum();
  return StatusOk;
}

inline int op_curvatureProduct(const OpArgs& args, int64_t begin, int64_t end) {
  using namespace op_curvatureProduct;
  const Matrix& from = args.at(t);
  const Matrix& p = args.at(curvature);
  const Matrix& to = args.at(dz);
  const int64_t start = args.batchStart;
  const RowWeights weight(args.at(weights), start);
  eachRowVector(begin, end, [&](int64_t r, int n) {
    const auto change = [&](int64_t k) { return loadDN(from.row<double>(k) + r, n); };
    const auto probability = [&](int64_t k) { return loadDN(p.row<double>(k) + start + r, n); };
    if (from.rows == 1) return storeDN(to.row<double>(0) + r, mulD(probability(0), change(0)), n);
    D mean = splatD(0.0);
    for (int64_t k = 0; k < from.rows; ++k) mean = addD(mean, mulD(probability(k), change(k)));
    const D factor = weight.at(r, n);
    for (int64_t k = 0; k < from.rows; ++k) {
      storeDN(to.row<double>(k) + r, mulD(mulD(probability(k), subD(change(k), mean)), factor), n);
    }
  });
  return StatusOk;
}

inline int op_curvatureFactors(const OpArgs& args, int64_t begin, int64_t end) {
  using namespace op_curvatureFactors;
  const Matrix& p = args.at(curvature);
  const int64_t start = args.batchStart;
  const RowWeights weight(args.at(weights), start);
  const auto first = static_cast<int64_t>(args.scalars[k_]);
  const auto second = static_cast<int64_t>(args.scalars[l_]);
  eachRowVector(begin, end, [&](int64_t r, int n) {
    const auto probability = [&](int64_t k) { return loadDN(p.row<double>(k) + start + r, n); };
    D value = splatD(0.0);
    if (second < first) {
      for (int64_t k = 0; k < p.rows; ++k) value = addD(value, mulD(probability(k), probability(k)));
      value = subD(splatD(1.0), value);
    } else {
      value = mulD(probability(first), second > first ? probability(second) : subD(splatD(1.0), probability(first)));
    }
    const D factor = weight.at(r, n);
    storeDN(args.at(h).row<double>(0) + start + r, mulD(value, factor), n);
  });
  return StatusOk;
}
