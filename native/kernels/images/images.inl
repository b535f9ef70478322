// Images in groups of 16, one per lane: into and out of this layout, and padding. See the contract.
#pragma once
#include "../kernel.inl"
#include "../columns.inl"
#include "../elementwise/activation.inl"
#include "../rows/gather.inl"
#include "../transpose.inl"

/** Vectors that hold one element of the 16 images of a group. */
constexpr int kImageVectors = static_cast<int>(kGroupImages) / kLanes;

/** Sizes of the images of an operand. */
struct ImageShape {
  int64_t channels, height, width;

  int64_t pixels() const { return height * width; }
  /** Floats from one row of pixels to the next. */
  int64_t rowFloats() const { return width * kGroupImages; }
  /** Floats from one channel to the next, and those of it that are pixels: see imagePlane in the contract. */
  int64_t planeFloats() const { return steepest::planeFloats(pixels()); }
  int64_t channelFloats() const { return pixels() * kGroupImages; }
};

inline int64_t scalarInt(const OpArgs& args, int i) { return static_cast<int64_t>(args.scalars[i]); }

inline ImageShape imageShape(const OpArgs& args, int channels, int height, int width) {
  return {scalarInt(args, channels), scalarInt(args, height), scalarInt(args, width)};
}

/** Images of a group that the mini-batch has. */
inline int64_t imagesOf(const OpArgs& args, int64_t group) {
  const int64_t left = args.batchRows - group * kGroupImages;
  return left < kGroupImages ? left : kGroupImages;
}

inline void clearFloats(float* to, int64_t count) { std::memset(to, 0, static_cast<size_t>(count) * sizeof(float)); }

/** Where the elements of a row, channels last, lie in a group of images: one after the other. */
struct ImageWalk {
  int64_t channels, plane;
  int64_t channel = 0;
  int64_t pixel = 0;

  explicit ImageWalk(const ImageShape& shape) : channels(shape.channels), plane(shape.planeFloats()) {}

  int64_t at() const { return channel * plane + pixel; }
  void next() {
    if (++channel < channels) return;
    channel = 0;
    pixel += kGroupImages;
  }
};

/** Element [e, last) of `images` rows into as many lanes, one by one. */
template <class T, class Convert>
inline void elementsToLanes(const T* const* rows, int64_t images, int64_t e, int64_t last, float* to, ImageWalk walk,
                            Convert convert) {
  for (; e < last; ++e, walk.next()) {
    for (int64_t l = 0; l < images; ++l) to[walk.at() + l] = convert(rows[l][e]);
  }
}

/** The transpose of 8 × 8 bytes: byte j of word i becomes byte i of word j. (Hacker's Delight, 7-3, on bytes.) */
inline void transposeBytes(uint64_t (&word)[8]) {
  constexpr uint64_t masks[3] = {0x00ff00ff00ff00ff, 0x0000ffff0000ffff, 0x00000000ffffffff};
  STEEPEST_UNROLL
  for (int stage = 0; stage < 3; ++stage) {
    const int apart = 1 << stage;
    STEEPEST_UNROLL
    for (int i = 0; i < 8; ++i) {
      if ((i & apart) != 0) continue;
      const uint64_t swap = ((word[i] >> (8 * apart)) ^ word[i + apart]) & masks[stage];
      word[i + apart] ^= swap;
      word[i] ^= swap << (8 * apart);
    }
  }
}

/** Rows of 16 images into lanes; `convert` makes a float of an element, `finish` what is stored of a vector of them. */
template <class Convert, class Finish>
inline void rowsToLanes(const uint8_t* const* rows, const ImageShape& shape, float* to, Convert convert, Finish finish) {
  constexpr int kStep = 8;
  const int64_t elements = shape.channels * shape.pixels();
  ImageWalk walk(shape);
  int64_t e = 0;
  for (; e + kStep <= elements; e += kStep) {
    uint64_t low[kStep];
    uint64_t high[kStep];
    STEEPEST_UNROLL
    for (int l = 0; l < kStep; ++l) {
      std::memcpy(&low[l], rows[l] + e, sizeof low[l]);
      std::memcpy(&high[l], rows[l + kStep] + e, sizeof high[l]);
    }
    transposeBytes(low);
    transposeBytes(high);
    for (int j = 0; j < kStep; ++j, walk.next()) {
      for (int l = 0; l < kGroupImages; l += kLanes) {
        const uint64_t word = (l < kStep ? low[j] : high[j]) >> (8 * (l % kStep));
        store(to + walk.at() + l, finish(ofBytes(word, high[j])));
      }
    }
  }
  elementsToLanes(rows, kGroupImages, e, elements, to, walk, convert);
}

template <class Convert, class Finish>
inline void rowsToLanes(const float* const* rows, const ImageShape& shape, float* to, Convert convert, Finish finish) {
  const int64_t elements = shape.channels * shape.pixels();
  ImageWalk walk(shape);
  int64_t e = 0;
  for (; e + kLanes <= elements; e += kLanes) {
    ImageWalk next = walk;
    for (int l = 0; l < kGroupImages; l += kLanes) {
      F tile[kLanes];
      STEEPEST_UNROLL
      for (int i = 0; i < kLanes; ++i) tile[i] = load(rows[l + i] + e);
      transpose(tile);
      next = walk;
      for (int j = 0; j < kLanes; ++j, next.next()) store(to + next.at() + l, finish(tile[j]));
    }
    walk = next;
  }
  elementsToLanes(rows, kGroupImages, e, elements, to, walk, convert);
}

/** dst takes images of src. Range: groups. */
inline int op_gatherImages(const OpArgs& args, int64_t begin, int64_t end) {
  using namespace op_gatherImages;
  const Matrix& from = args.at(src);
  const ImageShape shape = imageShape(args, channels_, height_, width_);
  const bool scaled = args.scalars[scaled_] != 0;
  const float scale = args.scalar(scale_);
  const float offset = args.scalar(offset_);
  const F scales = splat(scale);
  const F offsets = splat(offset);
  for (int64_t g = begin; g < end; ++g) {
    float* to = args.at(dst).f32(g);
    const int64_t images = imagesOf(args, g);
    int64_t chosen[kGroupImages];
    for (int64_t l = 0; l < images; ++l) {
      chosen[l] = sourceRow(args, args.at(index), g * kGroupImages + l);
      if (chosen[l] >= from.rows) return StatusIndexOutOfRange;
    }
    if (images < kGroupImages) clearFloats(to, args.at(dst).cols);
    const auto fill = [&](auto* data) {
      using T = std::remove_pointer_t<decltype(data)>;
      const auto convert = [=](T value) {
        const float x = static_cast<float>(value);
        return scaled ? fusedMultiplyAdd(x, scale, offset) : x;
      };
      T* rows[kGroupImages];
      for (int64_t l = 0; l < images; ++l) rows[l] = data + chosen[l] * from.rowStride;
      if (images < kGroupImages) {
        elementsToLanes(rows, images, 0, shape.channels * shape.pixels(), to, ImageWalk(shape), convert);
      } else {
        rowsToLanes(rows, shape, to, convert, [=](F x) { return scaled ? fma(x, scales, offsets) : x; });
      }
    };
    if (from.dtype == DType::U8) {
      fill(static_cast<const uint8_t*>(from.data));
    } else {
      fill(static_cast<const float*>(from.data));
    }
  }
  return StatusOk;
}

/** y = x with a padding of zeros. Range: groups. */
inline int op_padImages(const OpArgs& args, int64_t begin, int64_t end) {
  using namespace op_padImages;
  const ImageShape in = imageShape(args, channels_, height_, width_);
  const ImageShape out = imageShape(args, channels_, outHeight_, outWidth_);
  const int64_t top = scalarInt(args, top_);
  const int64_t left = scalarInt(args, left_);
  for (int64_t g = begin; g < end; ++g) {
    const float* from = args.at(x).f32(g);
    float* to = args.at(y).f32(g);
    clearFloats(to, args.at(y).cols);
    for (int64_t c = 0; c < in.channels; ++c) {
      for (int64_t h = 0; h < in.height; ++h) {
        const float* row = from + c * in.planeFloats() + h * in.rowFloats();
        float* rowTo = to + c * out.planeFloats() + (top + h) * out.rowFloats() + left * kGroupImages;
        copyRow(row, rowTo, in.rowFloats());
      }
    }
  }
  return StatusOk;
}

/** Rows of y from images. Range: groups. */
inline int op_imagesToRows(const OpArgs& args, int64_t begin, int64_t end) {
  using namespace op_imagesToRows;
  const ImageShape shape = imageShape(args, channels_, height_, width_);
  const int64_t elements = shape.channels * shape.pixels();
  const Matrix& to = args.at(y);
  for (int64_t g = begin; g < end; ++g) {
    const float* from = args.at(x).f32(g);
    const int64_t images = imagesOf(args, g);
    ImageWalk walk(shape);
    int64_t e = 0;
    for (; e + kLanes <= elements; e += kLanes) {
      int64_t at[kLanes];
      for (int i = 0; i < kLanes; ++i, walk.next()) at[i] = walk.at();
      for (int64_t l = 0; l < images; l += kLanes) {
        F tile[kLanes];
        STEEPEST_UNROLL
        for (int i = 0; i < kLanes; ++i) tile[i] = load(from + at[i] + l);
        transpose(tile);
        const int64_t left = images - l < kLanes ? images - l : kLanes;
        for (int64_t j = 0; j < left; ++j) store(to.f32(g * kGroupImages + l + j) + e, tile[j]);
      }
    }
    for (; e < elements; ++e, walk.next()) {
      for (int64_t l = 0; l < images; ++l) to.f32(g * kGroupImages + l)[e] = from[walk.at() + l];
    }
  }
  return StatusOk;
}

/** Images from rows of x, times the derivative of the activation that made `s`. Range: groups. */
inline int op_rowsToImages(const OpArgs& args, int64_t begin, int64_t end) {
  using namespace op_rowsToImages;
  const ImageShape shape = imageShape(args, channels_, height_, width_);
  const Matrix& from = args.at(x);
  const Activation f = static_cast<Activation>(static_cast<int>(args.scalars[activation_]));
  const F alpha = splat(args.scalar(alpha_));
  for (int64_t g = begin; g < end; ++g) {
    float* to = args.at(y).f32(g);
    const int64_t images = imagesOf(args, g);
    const float* outputs = rowOrNull(args.at(s), g);
    const float* rows[kGroupImages];
    for (int64_t l = 0; l < images; ++l) rows[l] = from.f32(g * kGroupImages + l);
    const auto same = [](float value) { return value; };
    if (images < kGroupImages) {
      clearFloats(to, args.at(y).cols);
      elementsToLanes(rows, images, 0, shape.channels * shape.pixels(), to, ImageWalk(shape), same);
    } else {
      rowsToLanes(rows, shape, to, same, [](F value) { return value; });
    }
    if (outputs == nullptr) continue;
    for (int64_t c = 0; c < shape.channels; ++c) {
      float* channel = to + c * shape.planeFloats();
      const float* saved = outputs + c * shape.planeFloats();
      for (int64_t i = 0; i < shape.channelFloats(); i += kLanes) {
        store(channel + i, activateBackward(f, load(channel + i), load(saved + i), alpha));
      }
    }
  }
  return StatusOk;
}
