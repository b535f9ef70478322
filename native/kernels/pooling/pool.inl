// Pooling of images in groups of 16: windows are clipped to the image.
#pragma once
#include "../kernel.inl"
#include "../columns.inl"
#include "../elementwise/activation.inl"
#include "../images/images.inl"

struct PoolShape {
  ImageShape in, out;
  int64_t poolH, poolW, strideH, strideW, top, left;
};

/** All four ops have these scalars in these places. */
inline PoolShape poolShape(const OpArgs& args) {
  using namespace op_maxPool2d;
  return {imageShape(args, channels_, height_, width_), imageShape(args, channels_, outHeight_, outWidth_),
          scalarInt(args, poolH_),                      scalarInt(args, poolW_),
          scalarInt(args, strideH_),                    scalarInt(args, strideW_),
          scalarInt(args, top_),                        scalarInt(args, left_)};
}

/** Elements [first, last) of a side that a window covers. */
struct Span {
  int64_t first, last;
};
inline Span windowSpan(int64_t position, int64_t stride, int64_t before, int64_t pool, int64_t size) {
  const int64_t start = position * stride - before;
  return {start < 0 ? 0 : start, start + pool < size ? start + pool : size};
}

/** Calls `body(p, q, rows, columns)` for every window of a plane. */
template <class Body> inline void eachWindow(const PoolShape& s, Body body) {
  for (int64_t p = 0; p < s.out.height; ++p) {
    const Span rows = windowSpan(p, s.strideH, s.top, s.poolH, s.in.height);
    for (int64_t q = 0; q < s.out.width; ++q) {
      body(p, q, rows, windowSpan(q, s.strideW, s.left, s.poolW, s.in.width));
    }
  }
}

/** Range: groups. */
inline int op_maxPool2d(const OpArgs& args, int64_t begin, int64_t end) {
  using namespace op_maxPool2d;
  const PoolShape s = poolShape(args);
  for (int64_t g = begin; g < end; ++g) {
    for (int64_t c = 0; c < s.in.channels; ++c) {
      const float* from = args.at(x).f32(g) + c * s.in.planeFloats();
      float* to = args.at(y).f32(g) + c * s.out.planeFloats();
      uint8_t* places = args.at(index).given() ? args.at(index).row<uint8_t>(g) + c * s.out.planeFloats() : nullptr;
      eachWindow(s, [&](int64_t p, int64_t q, Span rows, Span columns) {
        const int64_t at = p * s.out.rowFloats() + q * kGroupImages;
        const int64_t top = p * s.strideH - s.top;
        const int64_t left = q * s.strideW - s.left;
        for (int v = 0; v < kImageVectors; ++v) {
          const int64_t first = rows.first * s.in.rowFloats() + columns.first * kGroupImages + v * kLanes;
          F best = load(from + first);
          I place = splatI(static_cast<int32_t>((rows.first - top) * s.poolW + columns.first - left));
          for (int64_t h = rows.first; h < rows.last; ++h) {
            for (int64_t w = columns.first; w < columns.last; ++w) {
              const F value = load(from + h * s.in.rowFloats() + w * kGroupImages + v * kLanes);
              const M larger = gt(value, best);
              best = select(larger, value, best);
              place = select(larger, splatI(static_cast<int32_t>((h - top) * s.poolW + w - left)), place);
            }
          }
          store(to + at + v * kLanes, best);
          if (places == nullptr) continue;
          int32_t lanes[kLanes];
          storeI(lanes, place);
          for (int l = 0; l < kLanes; ++l) places[at + v * kLanes + l] = static_cast<uint8_t>(lanes[l]);
        }
      });
    }
  }
  return StatusOk;
}

/** Range: groups. */
inline int op_maxPool2dBackward(const OpArgs& args, int64_t begin, int64_t end) {
  using namespace op_maxPool2dBackward;
  const PoolShape shape = poolShape(args);
  const Activation f = static_cast<Activation>(static_cast<int>(args.scalars[activation_]));
  const F alpha = splat(args.scalar(alpha_));
  for (int64_t g = begin; g < end; ++g) {
    clearFloats(args.at(dx).f32(g), args.at(dx).cols);
    for (int64_t c = 0; c < shape.in.channels; ++c) {
      const int64_t plane = c * shape.out.planeFloats();
      const float* gradients = args.at(dy).f32(g) + plane;
      const uint8_t* places = args.at(index).row<uint8_t>(g) + plane;
      const float* outputs = rowOrNull(args.at(s), g);
      float* to = args.at(dx).f32(g) + c * shape.in.planeFloats();
      eachWindow(shape, [&](int64_t p, int64_t q, Span rows, Span columns) {
        const int64_t at = p * shape.out.rowFloats() + q * kGroupImages;
        const int64_t top = p * shape.strideH - shape.top;
        const int64_t left = q * shape.strideW - shape.left;
        for (int v = 0; v < kImageVectors; ++v) {
          F gradient = load(gradients + at + v * kLanes);
          if (outputs != nullptr) {
            gradient = activateBackward(f, gradient, load(outputs + plane + at + v * kLanes), alpha);
          }
          const F place = loadU8(places + at + v * kLanes);
          for (int64_t h = rows.first; h < rows.last; ++h) {
            for (int64_t w = columns.first; w < columns.last; ++w) {
              float* element = to + h * shape.in.rowFloats() + w * kGroupImages + v * kLanes;
              const M here = eq(place, splat(static_cast<float>((h - top) * shape.poolW + w - left)));
              const F before = load(element);
              store(element, select(here, add(before, gradient), before));
            }
          }
        }
      });
    }
  }
  return StatusOk;
}

/** Range: groups. */
inline int op_averagePool2d(const OpArgs& args, int64_t begin, int64_t end) {
  using namespace op_averagePool2d;
  const PoolShape s = poolShape(args);
  for (int64_t g = begin; g < end; ++g) {
    for (int64_t c = 0; c < s.in.channels; ++c) {
      const float* from = args.at(x).f32(g) + c * s.in.planeFloats();
      float* to = args.at(y).f32(g) + c * s.out.planeFloats();
      eachWindow(s, [&](int64_t p, int64_t q, Span rows, Span columns) {
        const int64_t at = p * s.out.rowFloats() + q * kGroupImages;
        const F count = splat(static_cast<float>((rows.last - rows.first) * (columns.last - columns.first)));
        for (int v = 0; v < kImageVectors; ++v) {
          F total = zero();
          for (int64_t h = rows.first; h < rows.last; ++h) {
            for (int64_t w = columns.first; w < columns.last; ++w) {
              total = add(total, load(from + h * s.in.rowFloats() + w * kGroupImages + v * kLanes));
            }
          }
          store(to + at + v * kLanes, div(total, count));
        }
      });
    }
  }
  return StatusOk;
}

/** Range: groups. */
inline int op_averagePool2dBackward(const OpArgs& args, int64_t begin, int64_t end) {
  using namespace op_averagePool2dBackward;
  const PoolShape s = poolShape(args);
  for (int64_t g = begin; g < end; ++g) {
    clearFloats(args.at(dx).f32(g), args.at(dx).cols);
    for (int64_t c = 0; c < s.in.channels; ++c) {
      const float* gradients = args.at(dy).f32(g) + c * s.out.planeFloats();
      float* to = args.at(dx).f32(g) + c * s.in.planeFloats();
      eachWindow(s, [&](int64_t p, int64_t q, Span rows, Span columns) {
        const int64_t at = p * s.out.rowFloats() + q * kGroupImages;
        const F count = splat(static_cast<float>((rows.last - rows.first) * (columns.last - columns.first)));
        for (int v = 0; v < kImageVectors; ++v) {
          const F share = div(load(gradients + at + v * kLanes), count);
          for (int64_t h = rows.first; h < rows.last; ++h) {
            for (int64_t w = columns.first; w < columns.last; ++w) {
              float* element = to + h * s.in.rowFloats() + w * kGroupImages + v * kLanes;
              store(element, add(load(element), share));
            }
          }
        }
      });
    }
  }
  return StatusOk;
}
