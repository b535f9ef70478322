// Pooling of images as rows: lanes are channels.
#pragma once
#include "../kernel.inl"
#include "../columns.inl"
#include "pool.inl"
#include "../convolution/conv_rows.inl"

/** The part of an image that one window covers, and how far its pixels are apart. */
struct RowWindow {
  const float* x;
  float* y;
  Span rows, columns;
  int64_t rowFloats, pixelFloats;

  const float* at(int64_t h, int64_t w, int64_t channel) const { return x + h * rowFloats + w * pixelFloats + channel; }
};

struct LargestOfWindow {
  RowWindow window;

  template <bool tail> void at(int64_t j, int, int n) {
    const RowWindow& o = window;
    F best = loadPart<tail>(o.at(o.rows.first, o.columns.first, j), n);
    for (int64_t h = o.rows.first; h < o.rows.last; ++h) {
      for (int64_t w = o.columns.first; w < o.columns.last; ++w) {
        const F value = loadPart<tail>(o.at(h, w, j), n);
        best = select(gt(value, best), value, best);
      }
    }
    storePart<tail>(o.y + j, best, n);
  }
};

struct MeanOfWindow {
  RowWindow window;

  template <bool tail> void at(int64_t j, int, int n) {
    const RowWindow& o = window;
    const F count = splat(static_cast<float>((o.rows.last - o.rows.first) * (o.columns.last - o.columns.first)));
    F total = zero();
    for (int64_t h = o.rows.first; h < o.rows.last; ++h) {
      for (int64_t w = o.columns.first; w < o.columns.last; ++w) total = add(total, loadPart<tail>(o.at(h, w, j), n));
    }
    storePart<tail>(o.y + j, div(total, count), n);
  }
};

/** One image: `Body` over the channels of each of its windows. */
template <class Body> inline void poolRow(const PoolShape& s, const float* x, float* y) {
  const int64_t channels = s.in.channels;
  eachWindow(s, [&](int64_t p, int64_t q, Span rows, Span columns) {
    Body body{{x, y + (p * s.out.width + q) * channels, rows, columns, s.in.width * channels, channels}};
    eachVector(channels, body);
  });
}

/** Range: rows. */
inline int op_maxPool2dRows(const OpArgs& args, int64_t begin, int64_t end) {
  using namespace op_maxPool2dRows;
  const PoolShape s = poolShape(args);
  const int activation = static_cast<int>(args.scalars[activation_]);
  const F alpha = splat(args.scalar(alpha_));
  for (int64_t r = begin; r < end; ++r) {
    float* to = args.at(y).f32(r);
    poolRow<LargestOfWindow>(s, args.at(x).f32(r), to);
    if (activation != static_cast<int>(Activation::Linear)) kActivateFloats[activation](to, to, args.at(y).cols, alpha);
  }
  return StatusOk;
}

/** Range: rows. */
inline int op_averagePool2dRows(const OpArgs& args, int64_t begin, int64_t end) {
  using namespace op_averagePool2dRows;
  const PoolShape s = poolShape(args);
  for (int64_t r = begin; r < end; ++r) poolRow<MeanOfWindow>(s, args.at(x).f32(r), args.at(y).f32(r));
  return StatusOk;
}
