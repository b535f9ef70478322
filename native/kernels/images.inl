// Images in groups of 16, one per lane: into and out of this layout, and padding. See the contract.

constexpr int64_t kGroupImages = 16;
/** Bytes that hold 2 bits for each image of a group. */
constexpr int64_t kPackedIndexBytes = 4;

/** Vectors that hold one element of the 16 images of a group. */
constexpr int kImageVectors = 16 / kLanes;

/** Sizes of the images of an operand. */
struct ImageShape {
  int64_t channels, height, width;

  int64_t pixels() const { return height * width; }
  /** Floats from one row of pixels to the next. */
  int64_t rowFloats() const { return width * kGroupImages; }
  /** Floats from one channel to the next, and those of it that are pixels: see imagePlane in the contract. */
  int64_t planeFloats() const { return (pixels() % 32 == 0 ? pixels() + 1 : pixels()) * kGroupImages; }
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

/** One image, channels last, into lane 0 of `to`; `convert` makes floats of its elements. */
template <class T, class Convert>
inline void imageToLane(const T* from, float* to, const ImageShape& shape, Convert convert) {
  const int64_t pixels = shape.pixels();
  for (int64_t c = 0; c < shape.channels; ++c) {
    float* plane = to + c * shape.planeFloats();
    for (int64_t i = 0; i < pixels; ++i) plane[i * kGroupImages] = convert(from[i * shape.channels + c]);
  }
}

/** Images of one channel, all 16 of them: pixels are transposed a vector of lanes at a time. */
template <class T, class Convert>
inline void planesToLanes(const T* const* from, float* to, int64_t pixels, Convert convert) {
  for (int64_t i = 0; i < pixels; ++i) {
    float* lanes = to + i * kGroupImages;
    for (int l = 0; l < kGroupImages; ++l) lanes[l] = convert(from[l][i]);
  }
}

/** dst takes images of src. Range: groups. */
inline int op_gatherImages(const OpArgs& args, int64_t begin, int64_t end) {
  using namespace op_gatherImages;
  const Matrix& from = args.at(src);
  const ImageShape shape = imageShape(args, channels_, height_, width_);
  const bool scaled = args.scalars[scaled_] != 0;
  const float scale = args.scalar(scale_);
  const float offset = args.scalar(offset_);
  for (int64_t g = begin; g < end; ++g) {
    float* to = args.at(dst).f32(g);
    const int64_t images = imagesOf(args, g);
    int64_t rows[kGroupImages];
    for (int64_t l = 0; l < images; ++l) {
      rows[l] = sourceRow(args, args.at(index), g * kGroupImages + l);
      if (rows[l] >= from.rows) return StatusIndexOutOfRange;
    }
    if (images < kGroupImages) clearFloats(to, args.at(dst).cols);
    const auto fill = [&](auto* data, auto convert) {
      using T = std::remove_pointer_t<decltype(data)>;
      if (shape.channels == 1 && images == kGroupImages) {
        const T* planes[kGroupImages];
        for (int l = 0; l < kGroupImages; ++l) planes[l] = data + rows[l] * from.rowStride;
        planesToLanes(planes, to, shape.pixels(), convert);
        return;
      }
      for (int64_t l = 0; l < images; ++l) imageToLane(data + rows[l] * from.rowStride, to + l, shape, convert);
    };
    const auto convert = [=](auto value) {
      const float x = static_cast<float>(value);
      return scaled ? std::fma(x, scale, offset) : x;
    };
    if (from.dtype == DType::U8) {
      fill(static_cast<const uint8_t*>(from.data), convert);
    } else {
      fill(static_cast<const float*>(from.data), convert);
    }
  }
  return StatusOk;
}

/** y = x within zeros. Range: groups. */
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
  const Matrix& to = args.at(y);
  for (int64_t g = begin; g < end; ++g) {
    const float* from = args.at(x).f32(g);
    const int64_t images = imagesOf(args, g);
    for (int64_t l = 0; l < images; ++l) {
      float* row = to.f32(g * kGroupImages + l);
      for (int64_t i = 0; i < shape.pixels(); ++i) {
        for (int64_t c = 0; c < shape.channels; ++c) {
          *row++ = from[c * shape.planeFloats() + i * kGroupImages + l];
        }
      }
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
    if (images < kGroupImages) clearFloats(to, args.at(y).cols);
    for (int64_t l = 0; l < images; ++l) {
      imageToLane(from.f32(g * kGroupImages + l), to + l, shape, [](float value) { return value; });
    }
    if (!args.at(s).given()) continue;
    const float* outputs = args.at(s).f32(g);
    for (int64_t i = 0; i < args.at(y).cols; i += kLanes) {
      store(to + i, activateBackward(f, load(to + i), load(outputs + i), alpha));
    }
  }
  return StatusOk;
}
