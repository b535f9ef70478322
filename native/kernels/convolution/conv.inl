// Convolution of images in groups of 16, and its input gradient: the same pass over runs of pixels that meet the same
// taps.
#pragma once
#include "../kernel.inl"
#include "../columns.inl"
#include "../images/images.inl"
#include "conv_axis.inl"
#include "conv_tile.inl"

/** One direction of a convolution. */
struct ConvPass {
  bool isBackward;
  /** Images read, images made, and one group of their channels. */
  const ImageShape &from, &to;
  int64_t groupFrom, groupTo;
  const ConvAxis &rows, &columns;
  ConvFinish finish;
  Activation activation;
  F alpha;
};

/** Where a group of channels of a group of images lies. */
struct ConvPlanes {
  const float* x;
  const float* w;
  const float* bias;
  const float* s;
  float* y;
};

inline ConvFinish convFinish(Activation activation, bool isBackward) {
  if (activation == Activation::Linear) return ConvFinish::None;
  if (activation == Activation::Relu) return isBackward ? ConvFinish::ReluBackward : ConvFinish::Relu;
  return isBackward ? ConvFinish::Derive : ConvFinish::Activate;
}

inline ConvPass convPass(const OpArgs& args, const ConvShape& c, bool isBackward) {
  using namespace op_conv2d;
  const Activation f = static_cast<Activation>(static_cast<int>(args.scalars[activation_]));
  const F alpha = splat(args.scalar(alpha_));
  const ConvFinish finish = convFinish(f, isBackward);
  return isBackward ? ConvPass{true, c.out, c.in, c.groupOut, c.groupIn, c.rows, c.columns, finish, f, alpha}
                    : ConvPass{false, c.in, c.out, c.groupIn, c.groupOut, c.rows, c.columns, finish, f, alpha};
}

/** Weights of one group of channels, packed. */
inline int64_t packedFloats(const ConvShape& c) { return c.rows.kernel * c.columns.kernel * c.groupIn * c.groupOut; }

/**
 * Copies the weights to where tiles read them one after the other: for each group of channels, each piece of at most kConvOutputs
 * outputs, each channel that is read, each kernel element, the piece's outputs. In w itself each tap would be a cache line of
 * its own, and those of one piece alone would fill the first-level cache.
 */
inline void packWeights(const ConvPass& pass, const ConvShape& c, const Matrix& w, float* to) {
  const int64_t area = c.rows.kernel * c.columns.kernel;
  const int64_t pieces = pieceCount(pass.groupTo, kConvOutputs);
  for (int64_t group = 0; group < c.groups; ++group) {
    for (int64_t piece = 0; piece < pieces; ++piece) {
      const int64_t first = evenPiece(pass.groupTo, kConvOutputs, piece);
      const int64_t last = evenPiece(pass.groupTo, kConvOutputs, piece + 1);
      for (int64_t from = 0; from < pass.groupFrom; ++from) {
        for (int64_t tap = 0; tap < area; ++tap) {
          const float* rows = w.f32(tap * c.groupIn) + group * c.groupOut;
          for (int64_t o = first; o < last; ++o) {
            *to++ = pass.isBackward ? rows[o * w.rowStride + from] : rows[from * w.rowStride + o];
          }
        }
      }
    }
  }
}

/** The tile's part that is the same for all pixels. */
inline ConvTile convTileOf(const ConvPass& pass) {
  ConvTile tile = {};
  tile.channels = pass.groupFrom;
  tile.plane = pass.from.planeFloats();
  tile.yPlane = pass.to.planeFloats();
  tile.finish = pass.finish;
  tile.activation = pass.activation;
  tile.alpha = pass.alpha;
  return tile;
}

/** First kernel elements and their steps, down and across. */
struct ConvElements {
  int64_t i, stepI, j, stepJ;
};

/** Points a tile at the weights of outputs [o, o + outputs): `w` are the packed ones of the group of channels. */
inline void aimWeights(ConvTile& tile, const ConvPass& pass, const float* w, int64_t o, int64_t outputs,
                       const ConvElements& first) {
  const int64_t kernelW = pass.columns.kernel;
  const int64_t area = pass.rows.kernel * kernelW;
  tile.weightChannel = area * outputs;
  tile.weightI = first.stepI * kernelW * outputs;
  tile.weightJ = first.stepJ * outputs;
  tile.w = w + o * pass.groupFrom * area + (first.i * kernelW + first.j) * outputs;
}

/** Pixels that one call of a tile computes: the first, and whether they follow each other down or across. */
struct ConvPixels {
  int64_t row, column;
  int64_t count;
  bool isDown;
};

/** All outputs of a group of channels at some pixels of two runs; `row` and `column` count within the runs. */
inline void convOutputs(const ConvPass& pass, const ConvPlanes& at, const AxisRun& down, const AxisRun& across,
                        const ConvPixels& pixels) {
  ConvTile tile = convTileOf(pass);
  const int64_t fromRow = pass.from.rowFloats();
  const int64_t toRow = pass.to.rowFloats();
  tile.tapsI = down.taps;
  tile.stepI = down.atTap * fromRow;
  tile.tapsJ = across.taps;
  tile.stepJ = across.atTap * kGroupImages;
  tile.pixelA = pixels.isDown ? down.atPosition * fromRow : across.atPosition * kGroupImages;
  tile.pixelB = 2 * tile.pixelA;
  tile.yA = pixels.isDown ? down.step * toRow : across.step * kGroupImages;
  tile.yB = 2 * tile.yA;
  const float* x = at.x + (down.at + pixels.row * down.atPosition) * fromRow +
                   (across.at + pixels.column * across.atPosition) * kGroupImages;
  const int64_t to = (down.first + pixels.row * down.step) * toRow + (across.first + pixels.column * across.step) * kGroupImages;
  if (down.taps == 0 || across.taps == 0) {  // Nothing but the start: no tap to point at.
    tile.tapsI = 0;
    x = at.x;
  }
  tile.x = x;
  const int64_t pieces = pieceCount(pass.groupTo, kConvOutputs);
  for (int64_t piece = 0; piece < pieces; ++piece) {
    const int64_t o = evenPiece(pass.groupTo, kConvOutputs, piece);
    const int64_t next = evenPiece(pass.groupTo, kConvOutputs, piece + 1);
    aimWeights(tile, pass, at.w, o, next - o, {down.tap, down.tapStep, across.tap, across.tapStep});
    tile.y = at.y + o * tile.yPlane + to;
    tile.s = at.s == nullptr ? nullptr : at.s + o * tile.yPlane + to;
    tile.bias = at.bias == nullptr ? nullptr : at.bias + o;
    kConvTiles.fn[next - o - 1][pixels.count - 1](tile);
  }
}

/** Runs of columns that are kept at a time. */
constexpr int kConvRuns = 32;

/** Edges are one pixel wide but high: tiles go down there. */
inline bool goesDown(const AxisRun& down, const AxisRun& across) {
  return across.count < kConvPixels && down.count > across.count;
}

/** All pixels of a run of rows. */
inline void convRows(const ConvPass& pass, const ConvPlanes& at, const AxisRun& down, const AxisRun* columns, int count) {
  for (int k = 0; k < count; ++k) {
    if (!goesDown(down, columns[k])) continue;
    const int64_t pieces = pieceCount(down.count, kConvPixels);
    for (int64_t column = 0; column < columns[k].count; ++column) {
      for (int64_t piece = 0; piece < pieces; ++piece) {
        const int64_t row = evenPiece(down.count, kConvPixels, piece);
        const int64_t next = evenPiece(down.count, kConvPixels, piece + 1);
        convOutputs(pass, at, down, columns[k], {row, column, next - row, true});
      }
    }
  }
  for (int64_t row = 0; row < down.count; ++row) {
    for (int k = 0; k < count; ++k) {
      if (goesDown(down, columns[k])) continue;
      const int64_t all = columns[k].count;
      for (int64_t column = 0; column < all; column += kConvPixels) {
        const int64_t pixels = all - column < kConvPixels ? all - column : kConvPixels;
        convOutputs(pass, at, down, columns[k], {row, column, pixels, false});
      }
    }
  }
}

inline void convImages(const ConvPass& pass, const ConvPlanes& at) {
  AxisRuns allColumns(pass.columns, pass.isBackward);
  AxisRun columns[kConvRuns];
  for (;;) {
    int count = 0;
    while (count < kConvRuns && allColumns.next(columns[count])) ++count;
    if (count == 0) return;
    AxisRuns allRows(pass.rows, pass.isBackward);
    AxisRun down;
    while (allRows.next(down)) convRows(pass, at, down, columns, count);
  }
}

/** Range: groups of images. */
inline int op_conv2d(const OpArgs& args, int64_t begin, int64_t end) {
  using namespace op_conv2d;
  const Matrix& weights = args.at(w);
  const ConvShape c = convShape(args, weights.cols);
  const ConvPass pass = convPass(args, c, false);
  packWeights(pass, c, weights, args.workspace);
  const float* start = args.at(bias).given() ? args.at(bias).f32() : nullptr;
  for (int64_t g = begin; g < end; ++g) {
    for (int64_t group = 0; group < c.groups; ++group) {
      convImages(pass, {args.at(x).f32(g) + group * c.groupIn * c.in.planeFloats(), args.workspace + group * packedFloats(c),
                        start == nullptr ? nullptr : start + group * c.groupOut, nullptr,
                        args.at(y).f32(g) + group * c.groupOut * c.out.planeFloats()});
    }
  }
  return StatusOk;
}

/** Range: groups of images. */
inline int op_conv2dInput(const OpArgs& args, int64_t begin, int64_t end) {
  using namespace op_conv2dInput;
  const Matrix& weights = args.at(w);
  const ConvShape c = convShape(args, weights.cols);
  ConvPass pass = convPass(args, c, true);
  packWeights(pass, c, weights, args.workspace);
  if (!args.at(s).given()) pass.finish = ConvFinish::None;
  for (int64_t g = begin; g < end; ++g) {
    const float* outputs = rowOrNull(args.at(s), g);
    for (int64_t group = 0; group < c.groups; ++group) {
      const int64_t at = group * c.groupIn * c.in.planeFloats();
      convImages(pass, {args.at(dz).f32(g) + group * c.groupOut * c.out.planeFloats(), args.workspace + group * packedFloats(c),
                        nullptr, outputs == nullptr ? nullptr : outputs + at, args.at(dx).f32(g) + at});
    }
  }
  return StatusOk;
}
