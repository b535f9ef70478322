// Weight gradients of Winograd's F(2 × 2, 3 × 3): at each of the 16 points, the product of transformed tiles of x (a row
// for each channel, a column for each cell and image) and transformed cells of the gradient (a row for each cell and
// image, a column for each output), which gemm's tiles compute; winogradGradient turns the sums into the gradient itself.
#pragma once
#include "../kernel.inl"
#include "../transpose.inl"
#include "../gemm/gemm_tile.inl"
#include "../gemm/gemm.inl"
#include "../images/images.inl"
#include "../convolution/conv_axis.inl"
#include "winograd.inl"

/** A on two values. */
inline void winogradGradientPair(F a, F b, F (&to)[4]) {
  to[0] = a;
  to[1] = add(a, b);
  to[2] = sub(a, b);
  to[3] = b;
}

/** Transformed gradients: a row for each cell and image, points `apart` floats apart. */
struct WinogradGradients {
  float* to;
  int64_t rowFloats, apart;
  int firstPoint, lastPoint;
};

/** Z = A dz Aᵀ of one cell and kLanes outputs from o on, images into rows: dz is transposed first, then transformed. */
inline void transformGradients(const float* dz, const ImageShape& shape, int64_t o, int64_t p, int64_t q,
                               const WinogradGradients& gradients) {
  const int64_t outputs = shape.channels - o < kLanes ? shape.channels - o : kLanes;
  const float* from = dz + o * shape.planeFloats() + (2 * p * shape.width + 2 * q) * kGroupImages;
  const bool hasRow = 2 * p + 1 < shape.height;
  const bool hasColumn = 2 * q + 1 < shape.width;
  const int top = gradients.firstPoint / 4;
  const int bottom = (gradients.lastPoint + 3) / 4;
  alignas(64) float turned[4][kLanes * kLanes];
  for (int first = 0; first < kGroupImages; first += kLanes) {
    for (int pixel = 0; pixel < 4; ++pixel) {
      const bool inside = (pixel < 2 || hasRow) && (pixel % 2 == 0 || hasColumn);
      const float* at = from + (pixel / 2) * shape.rowFloats() + (pixel % 2) * kGroupImages + first;
      F tile[kLanes];
      STEEPEST_UNROLL
      for (int l = 0; l < kLanes; ++l) tile[l] = inside && l < outputs ? load(at + l * shape.planeFloats()) : zero();
      transpose(tile);
      STEEPEST_UNROLL
      for (int l = 0; l < kLanes; ++l) store(turned[pixel] + l * kLanes, tile[l]);
    }
    for (int l = 0; l < kLanes; ++l) {
      F down[2][4];
      winogradGradientPair(load(turned[0] + l * kLanes), load(turned[2] + l * kLanes), down[0]);
      winogradGradientPair(load(turned[1] + l * kLanes), load(turned[3] + l * kLanes), down[1]);
      float* row = gradients.to + (first + l) * gradients.rowFloats + o;
      STEEPEST_UNROLL
      for (int i = 0; i < 4; ++i) {
        if (i < top || i >= bottom) continue;
        F points[4];
        winogradGradientPair(down[0][i], down[1][i], points);
        STEEPEST_UNROLL
        for (int j = 0; j < 4; ++j) store(row + (4 * i + j) * gradients.apart, points[j]);
      }
    }
  }
}

/** Outputs in whole vectors of 16. */
inline int64_t winogradGradientRow(int64_t outputs) { return (outputs + 15) / 16 * 16; }

/** The sums of one op: rows [begin, end) of du, a row for each point and channel. */
struct WinogradSums {
  const ConvShape& shape;
  const Matrix& du;
  int64_t begin, end;
  float* tiles;
  float* gradients;

  static constexpr int64_t kRow = kBlockFloats<2>;
  int64_t imagePoint() const { return tilePoint<2>(shape.in.channels); }
  int64_t gradientRow() const { return winogradGradientRow(shape.out.channels); }
  int64_t gradientPoint() const { return kRow * gradientRow() + kWinogradApart; }

  /** Cells (p, q), (p, q + 1), … of one group of images. */
  void addCells(const float* x, const float* dz, int64_t p, int64_t q, int64_t count, bool isFirst) const {
    const int64_t channels = shape.in.channels;
    const int first = static_cast<int>(begin / channels);
    const int last = static_cast<int>((end + channels - 1) / channels);
    const WinogradWindow<2> window(shape.in, shape.rows.before, shape.columns.before, p, q, count);
    transformChannels<2>(x, shape.in, window, tiles, imagePoint(), first / 4, (last + 3) / 4);
    for (int64_t t = 0; t < count; ++t) {
      const WinogradGradients to = {gradients + t * kGroupImages * gradientRow(), gradientRow(), gradientPoint(), first,
                                    last};
      for (int64_t o = 0; o < shape.out.channels; o += kLanes) transformGradients(dz, shape.out, o, p, q + t, to);
    }
    for (int point = first; point < last; ++point) {
      const int64_t row = point * channels;
      addProducts(point, row > begin ? row : begin, row + channels < end ? row + channels : end, count, isFirst);
    }
  }

  void addProducts(int point, int64_t first, int64_t last, int64_t count, bool isFirst) const {
    GemmTile t = {};
    t.a = tiles + point * imagePoint() + (first - point * shape.in.channels) * kRow;
    t.aRow = kRow;
    t.aStep = 1;
    t.bStep = gradientRow();
    t.cRow = du.rowStride;
    t.k = count * kGroupImages;
    t.init = isFirst ? GemmInit::Zero : GemmInit::C;
    t.activation = Activation::Linear;
    for (int64_t o = 0; o < shape.out.channels; o += kTileCols) {
      t.b = gradients + point * gradientPoint() + o;
      t.c = du.f32(first) + o;
      gemmPanel(t, last - first, panelCols(o, shape.out.channels));
    }
  }
};

/** Range: rows of du. */
inline int op_conv2dWeightsWinograd(const OpArgs& args, int64_t begin, int64_t end) {
  using namespace op_conv2dWeightsWinograd;
  const Matrix& to = args.at(du);
  const ConvShape c = convShape(args, to.cols);
  const int64_t groups = (args.batchRows + kGroupImages - 1) / kGroupImages;
  WinogradSums sums = {c, to, begin, end, args.workspace, nullptr};
  sums.gradients = args.workspace + kWinogradPoints * sums.imagePoint();
  const int64_t rows = winogradCells(c.out.height, 2);
  const int64_t columns = winogradCells(c.out.width, 2);
  constexpr int64_t kTiles = Winograd<2>::kTiles;
  const int64_t blocks = pieceCount(columns, kTiles);
  if (groups == 0) {
    for (int64_t row = begin; row < end; ++row) clearFloats(to.f32(row), to.cols);
  }
  for (int64_t g = 0; g < groups; ++g) {
    for (int64_t p = 0; p < rows; ++p) {
      for (int64_t block = 0; block < blocks; ++block) {
        const int64_t q = evenPiece(columns, kTiles, block);
        const int64_t count = evenPiece(columns, kTiles, block + 1) - q;
        sums.addCells(args.at(x).f32(g), args.at(dz).f32(g), p, q, count, g == 0 && p == 0 && block == 0);
      }
    }
  }
  return StatusOk;
}

/** Row i of Gᵀ on four values. */
inline F winogradGradientOf(int64_t i, F a, F b, F c, F d) {
  const F half = splat(0.5f);
  if (i == 0) return add(a, mul(add(b, c), half));
  if (i == 1) return mul(sub(b, c), half);
  return add(mul(add(b, c), half), d);
}

/** Range: rows of dw. */
inline int op_winogradGradient(const OpArgs& args, int64_t begin, int64_t end) {
  using namespace op_winogradGradient;
  const Matrix& from = args.at(du);
  const Matrix& to = args.at(dw);
  const int64_t channels = to.rows / 9;
  for (int64_t row = begin; row < end; ++row) {
    const int64_t c = row % channels;
    const int64_t j = row / channels % 3;
    const int64_t i = row / channels / 3;
    for (int64_t o = 0; o < to.cols; o += kLanes) {
      const int lanes = static_cast<int>(to.cols - o < kLanes ? to.cols - o : kLanes);
      F down[4];
      for (int k = 0; k < 4; ++k) {
        const auto point = [&](int r) { return loadN(from.f32((4 * r + k) * channels + c) + o, lanes); };
        down[k] = winogradGradientOf(i, point(0), point(1), point(2), point(3));
      }
      storeN(to.f32(row) + o, winogradGradientOf(j, down[0], down[1], down[2], down[3]), lanes);
    }
  }
  return StatusOk;
}
