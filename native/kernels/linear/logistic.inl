// Logistic and softmax loss in float64, lanes over rows: z, p and dz have one row per class.
#pragma once
#include "../kernel.inl"
#include "../math_f64.inl"

/** Sum of the losses of up to 16 rows at a time: row r belongs to virtual lane r mod 16. */
struct LogisticRows {
  const Matrix& z;
  const Matrix& p;
  const Matrix& dz;
  /** Of row 0 of the mini-batch; null for equal weights. */
  const double* weights;
  const int32_t* labels;
  D loss[kDGroups];

  D weightOf(int64_t r, int n) const { return weights == nullptr ? splatD(1.0) : loadDN(weights + r, n); }
  void addLoss(D value, int64_t r, int n) {
    D& lanes = loss[(r / kDLanes) % kDGroups];
    lanes = selectD(firstDN(n), addD(lanes, value), lanes);
  }

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
    const D weight = weightOf(r, n);
    // p − 1 as −(1 − p), of which no digits cancel.
    const D gradient = selectD(isOne, subD(splatD(0.0), zero), one);
    const D miss = selectD(isOne, subD(splatD(0.0), score), score);
    const D hinge = selectD(ltD(miss, splatD(0.0)), splatD(0.0), miss);
    if (p.given()) storeDN(p.row<double>(0) + r, one, n);
    storeDN(dz.row<double>(0) + r, mulD(gradient, weight), n);
    addLoss(mulD(addD(hinge, log1pD(t)), weight), r, n);
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
    const D weight = weightOf(r, n);
    for (int64_t k = 0; k < classes; ++k) {
      const D probability = divD(loadDN(dz.row<double>(k) + r, n), sum);
      const D hit = selectD(eqD(label, splatD(static_cast<double>(k))), splatD(1.0), splatD(0.0));
      if (p.given()) storeDN(p.row<double>(k) + r, probability, n);
      storeDN(dz.row<double>(k) + r, mulD(subD(probability, hit), weight), n);
    }
    addLoss(mulD(subD(logD(sum), own), weight), r, n);
  }
};

inline int op_logisticLoss(const OpArgs& args, int64_t begin, int64_t end) {
  using namespace op_logisticLoss;
  const Matrix& table = args.at(weights);
  LogisticRows rows{args.at(z),
                    args.at(p),
                    args.at(dz),
                    table.given() ? table.row<double>(0) + args.batchStart : nullptr,
                    args.at(labels).row<int32_t>(0) + args.batchStart,
                    {}};
  for (int g = 0; g < kDGroups; ++g) rows.loss[g] = splatD(0.0);
  for (int64_t r = begin; r < end; r += kDLanes) {
    const int n = static_cast<int>(end - r < kDLanes ? end - r : kDLanes);
    if (args.at(z).rows == 1) {
      rows.binary(r, n);
    } else {
      rows.multinomial(r, n);
    }
  }
  *args.at(totals).row<double>(0) += sumGroupsD(rows.loss);
  return StatusOk;
}
