// Convolution of images as rows, channels last: for mini-batches that would leave most of a group of 16 images empty. The chains are those of
// conv.inl; only their lanes are outputs, not images.
#pragma once
#include "../kernel.inl"
#include "../columns.inl"
#include "../elementwise/activation.inl"
#include "../rows/gather.inl"
#include "../images/images.inl"
#include "conv_axis.inl"
#include "conv_rows_tile.inl"

template <Activation f> inline void activateFloats(const float* x, float* y, int64_t count, F alpha) {
  ActivationRow<f> row{x, y, alpha};
  eachVector(count, row);
}

/** In the order of Activation. */
using ActivateFloatsFn = void (*)(const float* x, float* y, int64_t count, F alpha);
constexpr ActivateFloatsFn kActivateFloats[] = {
    activateFloats<Activation::Linear>,    activateFloats<Activation::Relu>,
    activateFloats<Activation::LeakyRelu>, activateFloats<Activation::Elu>,
    activateFloats<Activation::Gelu>,      activateFloats<Activation::Sigmoid>,
    activateFloats<Activation::Tanh>,      activateFloats<Activation::Softplus>,
    activateFloats<Activation::Silu>,      activateFloats<Activation::Selu>,
    activateFloats<Activation::Relu6>,     activateFloats<Activation::HardSigmoid>,
    activateFloats<Activation::HardSwish>, activateFloats<Activation::Mish>,
    activateFloats<Activation::Softsign>,  activateFloats<Activation::Exponential>,
    activateFloats<Activation::Celu>,
};

/** Outputs [output, output + outputs) of some group of channels over one image. */
struct RowConv {
  const ConvShape& shape;
  /** Image and result, at the first channel and the first output. */
  const float* x;
  float* y;
  /** The weights of the first output at the first tap and channel. */
  const float* w;
  int64_t weightRow;
  const float* bias;
  int64_t outputs;
  /** Channels that one output reads; with `isDepth`, output o reads channel o alone. */
  int64_t channels;
  bool isDepth;
  bool isRelu;
};

/** All pixels of two runs, which meet the same taps. */
inline void rowConvRuns(const RowConv& conv, ConvRowTile tile, int vectors, const AxisRun& down, const AxisRun& across) {
  const ConvShape& c = conv.shape;
  const int64_t fromPixel = c.in.channels;
  const int64_t fromRow = c.in.width * fromPixel;
  const int64_t toPixel = c.out.channels;
  const int64_t toRow = c.out.width * toPixel;
  const bool isEmpty = down.taps == 0 || across.taps == 0;
  tile.tapsI = isEmpty ? 0 : down.taps;
  tile.stepI = down.atTap * fromRow;
  tile.tapsJ = across.taps;
  tile.stepJ = across.atTap * fromPixel;
  tile.weightJ = across.tapStep * conv.weightRow * c.groupIn;
  tile.weightI = down.tapStep * c.columns.kernel * conv.weightRow * c.groupIn;
  tile.w += (down.tap * c.columns.kernel + across.tap) * conv.weightRow * c.groupIn;
  // Edges are one pixel wide but high: tiles go down there.
  const int most = conv.isDepth ? kConvRowDepthPixels : kConvRowPixels;
  const bool isDown = across.count < most && down.count > across.count;
  const int64_t lines = isDown ? across.count : down.count;
  const int64_t length = isDown ? down.count : across.count;
  tile.pixel = isDown ? down.atPosition * fromRow : across.atPosition * fromPixel;
  tile.yPixel = isDown ? toRow : toPixel;
  const int64_t pieces = pieceCount(length, most);
  const float* x = tile.x;
  float* y = tile.y;
  for (int64_t line = 0; line < lines; ++line) {
    for (int64_t piece = 0; piece < pieces; ++piece) {
      const int64_t first = evenPiece(length, most, piece);
      const int64_t count = evenPiece(length, most, piece + 1) - first;
      const int64_t row = isDown ? first : line;
      const int64_t column = isDown ? line : first;
      tile.x = isEmpty ? x
                       : x + (down.at + row * down.atPosition) * fromRow + (across.at + column * across.atPosition) * fromPixel;
      tile.y = y + (down.first + row) * toRow + (across.first + column) * toPixel;
      if (conv.isDepth) {
        kConvRowDepthTiles.rows(vectors, tile.last)[count - 1](tile);
      } else {
        kConvRowTiles.rows(vectors, tile.last)[count - 1](tile);
      }
    }
  }
}

/** A few vectors of outputs at a time over the whole image: their weights stay in cache. */
inline void rowConv(const RowConv& conv) {
  const ConvShape& c = conv.shape;
  constexpr int64_t kMost = kConvRowVectors * kLanes;
  ConvRowTile tile = {};
  tile.channels = conv.channels;
  tile.weightChannel = conv.weightRow;
  tile.isRelu = conv.isRelu;
  int64_t outputs = 0;
  for (int64_t o = 0; o < conv.outputs; o += outputs) {
    // A vector that is not full makes a tile of its own.
    const int64_t left = conv.outputs - o;
    outputs = left >= kMost ? kMost : left >= kLanes ? left / kLanes * kLanes : left;
    const int vectors = static_cast<int>((outputs + kLanes - 1) / kLanes);
    tile.last = static_cast<int>(outputs - (vectors - 1) * kLanes);
    tile.x = conv.x + (conv.isDepth ? o : 0);
    tile.y = conv.y + o;
    tile.w = conv.w + o;
    tile.bias = conv.bias == nullptr ? nullptr : conv.bias + o;
    AxisRuns allRows(c.rows, false);
    AxisRun down;
    while (allRows.next(down)) {
      AxisRuns allColumns(c.columns, false);
      AxisRun across;
      while (allColumns.next(across)) rowConvRuns(conv, tile, vectors, down, across);
    }
  }
}

/** Range: rows. */
inline int op_conv2dRows(const OpArgs& args, int64_t begin, int64_t end) {
  using namespace op_conv2dRows;
  const Matrix& weights = args.at(w);
  const ConvShape c = convShape(args, weights.cols);
  const int activation = static_cast<int>(args.scalars[activation_]);
  const bool isRelu = activation == static_cast<int>(Activation::Relu);
  const bool isLinear = activation == static_cast<int>(Activation::Linear);
  const F alpha = splat(args.scalar(alpha_));
  const float* start = args.at(bias).given() ? args.at(bias).f32() : nullptr;
  const bool isDepth = c.groupIn == 1 && c.groupOut == 1;
  const int64_t groups = isDepth ? 1 : c.groups;
  const int64_t outputs = isDepth ? c.out.channels : c.groupOut;
  for (int64_t r = begin; r < end; ++r) {
    float* to = args.at(y).f32(r);
    for (int64_t group = 0; group < groups; ++group) {
      const int64_t o = group * outputs;
      rowConv({c, args.at(x).f32(r) + group * c.groupIn, to + o, weights.f32() + o, weights.rowStride,
               start == nullptr ? nullptr : start + o, outputs, c.groupIn, isDepth, isRelu});
    }
    if (!isRelu && !isLinear) kActivateFloats[activation](to, to, args.at(y).cols, alpha);
  }
  return StatusOk;
}

/** y = x with a padding of zeros. Range: rows. */
inline int op_padRows(const OpArgs& args, int64_t begin, int64_t end) {
  using namespace op_padRows;
  const ImageShape in = imageShape(args, channels_, height_, width_);
  const int64_t outRow = scalarInt(args, outWidth_) * in.channels;
  const int64_t first = scalarInt(args, top_) * outRow + scalarInt(args, left_) * in.channels;
  const int64_t inRow = in.width * in.channels;
  for (int64_t r = begin; r < end; ++r) {
    const float* from = args.at(x).f32(r);
    float* to = args.at(y).f32(r);
    clearFloats(to, args.at(y).cols);
    for (int64_t h = 0; h < in.height; ++h) copyRow(from + h * inRow, to + first + h * outRow, inRow);
  }
  return StatusOk;
}
