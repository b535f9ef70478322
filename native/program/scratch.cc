#include "scratch.h"

#include <algorithm>

namespace steepest {
namespace {

/** A copy of the weights, in the order in which tiles read them. */
template <int w> int64_t weights(const DecodedOp& op) { return op.at(w).rows * op.at(w).cols; }

/**
 * What Winograd's ops keep: transformed weights of `in` × `out` channels, or transformed gradients of `outputs`, and tiles of
 * `read` channels, for cells of `pairs` pairs of outputs. See native/kernels/winograd/, whose constants these are.
 */
int64_t winogradFloats(int64_t pairs, int64_t weights, int64_t read, int64_t outputs) {
  const int64_t points = (2 * pairs + 2) * (2 * pairs + 2);
  const int64_t row = pairs == 1 ? 64 : 32;
  constexpr int64_t apart = 64;
  const int64_t ofGradients = outputs == 0 ? 0 : row * ((outputs + 15) / 16 * 16) + apart;
  return points * (weights + read * row + apart + ofGradients);
}

/** Rows of weights for each channel. */
constexpr int64_t kTaps = 9;

int64_t pairs(const DecodedOp& op) { return static_cast<int64_t>(op.args.scalars[op_conv2dWinograd::pairs_]); }

int64_t winogradForward(const DecodedOp& op) {
  const Matrix& w = op.at(op_conv2dWinograd::w);
  return winogradFloats(pairs(op), w.rows / kTaps * w.cols, w.rows / kTaps, 0);
}

int64_t winogradInput(const DecodedOp& op) {
  const Matrix& w = op.at(op_conv2dInputWinograd::w);
  return winogradFloats(pairs(op), w.rows / kTaps * w.cols, w.cols, 0);
}

int64_t winogradWeights(const DecodedOp& op) {
  const Matrix& du = op.at(op_conv2dWeightsWinograd::du);
  return winogradFloats(1, 0, du.rows / kWinogradPoints, du.cols);
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
