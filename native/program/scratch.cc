#include "scratch.h"

#include <algorithm>

namespace steepest {
namespace {

/** A copy of the weights, in the order in which tiles read them. */
template <int w> int64_t weights(const DecodedOp& op) { return op.at(w).rows * op.at(w).cols; }

/** See native/kernels/winograd/, whose constants these are. */
constexpr int64_t kApart = 64;
constexpr int64_t kCellRow = 64;
constexpr int64_t kLargeCellRow = 32;

/** What Winograd's convolutions keep: transformed weights, and a slot for each point and one more. */
int64_t winogradFloats(const DecodedOp& op, int64_t in, int64_t out) {
  const int64_t pairs = static_cast<int64_t>(op.args.scalars[op_conv2dWinograd::pairs_]);
  const int64_t points = (2 * pairs + 2) * (2 * pairs + 2);
  const int64_t row = pairs == 1 ? kCellRow : kLargeCellRow;
  return points * in * out + (points + 1) * (std::max(in, out) * row + kApart);
}

/** Rows of weights for each channel. */
constexpr int64_t kTaps = 9;

int64_t winogradForward(const DecodedOp& op) {
  const Matrix& w = op.at(op_conv2dWinograd::w);
  return winogradFloats(op, w.rows / kTaps, w.cols);
}

int64_t winogradInput(const DecodedOp& op) {
  const Matrix& w = op.at(op_conv2dInputWinograd::w);
  return winogradFloats(op, w.rows / kTaps, w.cols);
}

/** Transformed tiles and transformed gradients. */
int64_t winogradWeights(const DecodedOp& op) {
  const Matrix& du = op.at(op_conv2dWeightsWinograd::du);
  const int64_t outputs = (du.cols + 15) / 16 * 16;
  return kWinogradPoints * (du.rows / kWinogradPoints * kCellRow + kApart + kCellRow * outputs + kApart);
}

/** 16 floats for each output and element of a tile's kernel rows. */
int64_t pooledWeights(const DecodedOp& op) { return op.at(op_conv2dMaxPoolWeights::dw).cols * 20 * kGroupImages; }

struct Need {
  OpKind kind;
  int64_t (*floats)(const DecodedOp&);
};
constexpr Need kNeeds[] = {
    {OpKind::Conv2d, weights<op_conv2d::w>},
    {OpKind::Conv2dInput, weights<op_conv2dInput::w>},
    {OpKind::Conv2dMaxPool, weights<op_conv2dMaxPool::w>},
    {OpKind::Conv2dMaxPoolWeights, pooledWeights},
    {OpKind::Conv2dWinograd, winogradForward},
    {OpKind::Conv2dMaxPoolWinograd, winogradForward},
    {OpKind::Conv2dInputWinograd, winogradInput},
    {OpKind::Conv2dWeightsWinograd, winogradWeights},
};

}  // namespace

int64_t scratchFloats(const DecodedOp& op) {
  if (op.kind == OpKind::Gemm) return mayPack(op.at(op_gemm::b)) ? kWorkspaceFloats : 0;
  for (const Need& need : kNeeds) {
    if (need.kind == op.kind) return std::max(kWorkspaceFloats, need.floats(op));
  }
  return 0;
}

}  // namespace steepest
