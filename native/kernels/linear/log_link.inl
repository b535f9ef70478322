// Losses of generalised linear models with a logarithmic link, in float64, lanes over rows.
#pragma once
#include "../kernel.inl"
#include "../math_f64.inl"
#include "row_vectors.inl"

inline int op_logLinkLoss(const OpArgs& args, int64_t begin, int64_t end) {
  using namespace op_logLinkLoss;
  const int64_t start = args.batchStart;
  const double* scores = args.at(z).row<double>(0);
  const double* target = args.at(y).row<double>(0) + start;
  const double* shift = vectorFrom(args.at(offset), start);
  const RowWeights weight(args.at(weights), start);
  double* kept = vectorFrom(args.at(curvature), start);
  double* to = args.at(dz).row<double>(0);
  const bool isGamma = args.scalars[family_] == static_cast<double>(LogLinkFamily::Gamma);
  const D one = splatD(1.0);
  LossOfRows loss;
  eachRowVector(begin, end, [&](int64_t r, int n) {
    const D s = shift == nullptr ? loadDN(scores + r, n) : addD(loadDN(scores + r, n), loadDN(shift + r, n));
    const D own = loadDN(target + r, n);
    const D factor = weight.at(r, n);
    const D small = expD(subD(splatD(0.0), absD(s)));
    const D large = divD(one, small);
    const MD negative = ltD(s, splatD(0.0));
    const D mean = selectD(negative, small, large);
    const D ratio = mulD(own, selectD(negative, large, small));
    const D value = isGamma ? addD(s, ratio) : subD(mean, mulD(own, s));
    const D derivative = isGamma ? subD(one, ratio) : subD(mean, own);
    if (kept != nullptr) storeDN(kept + r, mulD(isGamma ? ratio : mean, factor), n);
    storeDN(to + r, mulD(derivative, factor), n);
    loss.add(mulD(value, factor), r, n);
  });
  *args.at(totals).row<double>(0) += loss.sum();
  return StatusOk;
}
