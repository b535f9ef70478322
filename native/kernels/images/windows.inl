// Augmentation: windows of images, drawn at random for each of a mini-batch, and images gathered through them.
#pragma once
#include "../kernel.inl"
#include "../threefry.inl"
#include "../rows/gather.inl"
#include "images.inl"

/** Scalars of drawWindows for one side of the images, and the words drawn for it. */
struct WindowSide {
  int64_t size, outSize, least, count;
  bool flips;

  /** Which row or column each one of the result is; `before` may be null. */
  void draw(uint32_t place, uint32_t flip, Border border, const int32_t* before, int32_t* to) const {
    const int64_t first = static_cast<int64_t>((static_cast<uint64_t>(place) * static_cast<uint64_t>(count)) >> 32) + least;
    const bool mirrored = flips && flip >= 0x80000000u;
    for (int64_t p = 0; p < outSize; ++p) {
      const int64_t q = inside(first + (mirrored ? outSize - 1 - p : p), border);
      to[p] = static_cast<int32_t>(q < 0 || before == nullptr ? q : before[q]);
    }
  }

  /** The row or column that is used for q; −1 for none. */
  int64_t inside(int64_t q, Border border) const {
    if (q >= 0 && q < size) return q;
    if (border == Border::Constant) return -1;
    if (border == Border::Nearest) return q < 0 ? 0 : size - 1;
    const int64_t period = border == Border::Reflect ? 2 * size : size;
    const int64_t m = ((q % period) + period) % period;
    return m < size ? m : period - 1 - m;
  }
};

/** windows (R × outHeight + outWidth) of each image; see the contract. Range: rows of the mini-batch. */
inline int op_drawWindows(const OpArgs& args, int64_t begin, int64_t end) {
  using namespace op_drawWindows;
  const WindowSide rows = {scalarInt(args, height_), scalarInt(args, outHeight_), scalarInt(args, topLeast_),
                           scalarInt(args, topCount_), args.scalars[flipRows_] != 0};
  const WindowSide columns = {scalarInt(args, width_), scalarInt(args, outWidth_), scalarInt(args, leftLeast_),
                              scalarInt(args, leftCount_), args.scalars[flipCols_] != 0};
  const Border border = static_cast<Border>(static_cast<int>(args.scalars[border_]));
  const Matrix& from = args.at(before);
  const uint32_t step = args.counter(RegStep);
  for (int64_t r = begin; r < end; ++r) {
    uint32_t place[2];
    uint32_t flip[2];
    const uint32_t counter = 2 * static_cast<uint32_t>(r);
    threefry2x32(args.word(seed_), args.word(stream_), step, counter, place);
    threefry2x32(args.word(seed_), args.word(stream_), step, counter + 1, flip);
    const int32_t* known = from.given() ? from.row<int32_t>(r) : nullptr;
    int32_t* to = args.at(windows).row<int32_t>(r);
    rows.draw(place[0], flip[0], border, known, to);
    columns.draw(place[1], flip[1], border, known == nullptr ? nullptr : known + rows.size, to + rows.outSize);
  }
  return StatusOk;
}

/** Sizes and numbers of a gather through windows. */
struct WindowGather {
  ImageShape in, out;
  bool scaled;
  float scale, offset, fill;

  explicit WindowGather(const OpArgs& args) {
    using namespace op_gatherWindows;
    in = imageShape(args, channels_, height_, width_);
    out = imageShape(args, channels_, outHeight_, outWidth_);
    scaled = args.scalars[scaled_] != 0;
    scale = args.scalar(scale_);
    offset = args.scalar(offset_);
    fill = args.scalar(fill_);
  }

  float convert(float x) const { return scaled ? fusedMultiplyAdd(x, scale, offset) : x; }

  /** One image, as a row. Reads each window once, because another thread may write it at the same time. False if the image does not exist. */
  template <class T> bool toRow(const T* from, const int32_t* windows, float* to) const {
    const volatile int32_t* window = windows;
    for (int64_t p = 0; p < out.height; ++p) {
      const int64_t row = window[p];
      if (row >= in.height) return false;
      for (int64_t q = 0; q < out.width; ++q, to += in.channels) {
        const int64_t column = window[out.height + q];
        if (column >= in.width) return false;
        const bool isOutside = row < 0 || column < 0;
        const T* pixel = isOutside ? from : from + (row * in.width + column) * in.channels;
        for (int64_t c = 0; c < in.channels; ++c) to[c] = isOutside ? fill : convert(static_cast<float>(pixel[c]));
      }
    }
    return true;
  }

  /**
   * A group of images, of which the mini-batch has `count`: all lanes of a pixel together, so that stores follow each other.
   * Windows are read once each, as above; they are `stride` apart from image to image.
   */
  template <class T>
  bool toGroup(const T* const* images, int64_t count, const int32_t* windows, int64_t stride, float* to) const {
    const volatile int32_t* window = windows;
    const T* rows[kGroupImages];
    const T* pixels[kGroupImages];
    for (int64_t l = count; l < kGroupImages; ++l) pixels[l] = images[0];
    for (int64_t p = 0; p < out.height; ++p) {
      uint32_t outsideRows = 0;
      for (int64_t l = 0; l < count; ++l) {
        const int64_t row = window[l * stride + p];
        if (row >= in.height) return false;
        rows[l] = images[l] + (row < 0 ? 0 : row) * in.width * in.channels;
        outsideRows |= static_cast<uint32_t>(row < 0) << l;
      }
      for (int64_t q = 0; q < out.width; ++q, to += kGroupImages) {
        uint32_t outside = outsideRows;
        for (int64_t l = 0; l < count; ++l) {
          const int64_t column = window[l * stride + out.height + q];
          if (column >= in.width) return false;
          pixels[l] = rows[l] + (column < 0 ? 0 : column) * in.channels;
          outside |= static_cast<uint32_t>(column < 0) << l;
        }
        for (int64_t c = 0; c < in.channels; ++c) putLanes(pixels, c, count, outside, to + c * out.planeFloats());
      }
    }
    return true;
  }

  /** Channel c of a pixel of 16 images; `outside` has a bit for each that shows no pixel. */
  template <class T>
  void putLanes(const T* const* pixels, int64_t c, int64_t count, uint32_t outside, float* to) const {
    float lanes[kGroupImages];
    for (int l = 0; l < kGroupImages; ++l) lanes[l] = static_cast<float>(pixels[l][c]);
    for (int i = 0; i < kGroupImages; i += kLanes) {
      const F x = load(lanes + i);
      store(to + i, scaled ? fma(x, splat(scale), splat(offset)) : x);
    }
    for (int64_t l = count; l < kGroupImages; ++l) to[l] = 0;
    for (int l = 0; outside != 0; ++l, outside >>= 1) {
      if (outside & 1) to[l] = fill;
    }
  }
};

/** dst takes images of src as rows. Range: rows of the mini-batch. */
inline int op_gatherWindows(const OpArgs& args, int64_t begin, int64_t end) {
  using namespace op_gatherWindows;
  const WindowGather images(args);
  const Matrix& from = args.at(src);
  for (int64_t r = begin; r < end; ++r) {
    const int64_t row = sourceRow(args, args.at(index), r);
    if (row >= from.rows) return StatusIndexOutOfRange;
    const int32_t* window = args.at(windows).row<int32_t>(r);
    float* to = args.at(dst).f32(r);
    const bool fits = from.dtype == DType::U8 ? images.toRow(from.row<uint8_t>(row), window, to)
                                              : images.toRow(from.f32(row), window, to);
    if (!fits) return StatusIndexOutOfRange;
  }
  return StatusOk;
}

/** dst takes images of src as images. Range: groups. */
inline int op_gatherImageWindows(const OpArgs& args, int64_t begin, int64_t end) {
  using namespace op_gatherImageWindows;
  const WindowGather images(args);
  const Matrix& from = args.at(src);
  const Matrix& window = args.at(windows);
  for (int64_t g = begin; g < end; ++g) {
    const int64_t count = imagesOf(args, g);
    int64_t rows[kGroupImages];
    for (int64_t l = 0; l < count; ++l) {
      rows[l] = sourceRow(args, args.at(index), g * kGroupImages + l);
      if (rows[l] >= from.rows) return StatusIndexOutOfRange;
    }
    const auto gather = [&](auto* data) {
      const std::remove_pointer_t<decltype(data)>* lanes[kGroupImages];
      for (int64_t l = 0; l < count; ++l) lanes[l] = data + rows[l] * from.rowStride;
      return images.toGroup(lanes, count, window.row<int32_t>(g * kGroupImages), window.rowStride, args.at(dst).f32(g));
    };
    const bool fits = from.dtype == DType::U8 ? gather(static_cast<const uint8_t*>(from.data))
                                              : gather(static_cast<const float*>(from.data));
    if (!fits) return StatusIndexOutOfRange;
  }
  return StatusOk;
}
