// C = A·B with a start value and an epilogue: the contract's gemm.
//
// The micro-kernel keeps MR rows × NV vectors of C in registers and makes one pass over k: per step it loads
// NV vectors of B and broadcasts MR elements of A. Each element of C is one chain of fused multiply-adds in
// ascending k, so tile sizes, packing and blocks never change a bit (a block of k resumes from C).

// Tile: as many accumulators as registers allow, next to NV vectors of B and one broadcast of A.
#if defined(STEEPEST_ISA_AVX512)
constexpr int kTileRows = 14;  // 14·2 + 2 + 1 of 32 registers.
constexpr int kTileVectors = 2;
#elif defined(STEEPEST_ISA_AVX2)
constexpr int kTileRows = 6;  // 6·2 + 2 + 1 of 16 registers; the mask of a tail takes the last.
constexpr int kTileVectors = 2;
#elif defined(STEEPEST_ISA_NEON)
constexpr int kTileRows = 6;  // 6·4 + 4 + 1 of 32 registers.
constexpr int kTileVectors = 4;
#else
constexpr int kTileRows = 4;
constexpr int kTileVectors = 2;
#endif
constexpr int kTileCols = kTileVectors * kLanes;

/** One call of the micro-kernel. Strides are in elements. */
struct GemmTile {
  const float* a;
  int64_t aRow;   // from a[i][p] to a[i+1][p]
  int64_t aStep;  // from a[i][p] to a[i][p+1]
  const float* b;
  int64_t bStep;  // from b[p][j] to b[p+1][j]; columns are adjacent
  float* c;
  int64_t cRow;
  int64_t k;
  /** Bias of this tile's columns, or null. */
  const float* bias;
  /** What the derivative epilogue reads: this tile of d. */
  const float* d;
  int64_t dRow;
  GemmInit init;
  GemmEpilogue epilogue;
  Activation activation;
  float alpha;
  /** Columns in the last vector: 1 … kLanes. */
  int tail;
};

template <bool masked> inline F loadTail(const float* p, int tail) { return masked ? loadN(p, tail) : load(p); }
template <bool masked> inline void storeTail(float* p, F v, int tail) {
  if (masked) {
    storeN(p, v, tail);
  } else {
    store(p, v);
  }
}

/** The epilogue in a second pass over the finished tile, for activations too large to inline everywhere. */
STEEPEST_NOINLINE void finishTile(const GemmTile& t, int rows, int cols) {
  const F alpha = splat(t.alpha);
  for (int i = 0; i < rows; ++i) {
    float* c = t.c + i * t.cRow;
    for (int j = 0; j < cols; j += kLanes) {
      const int lanes = cols - j < kLanes ? cols - j : kLanes;
      const F x = loadN(c + j, lanes);
      const F y = t.epilogue == GemmEpilogue::Activation
                      ? activate(t.activation, x, alpha)
                      : activateBackward(t.activation, x, loadN(t.d + i * t.dRow + j, lanes), alpha);
      storeN(c + j, y, lanes);
    }
  }
}

/** MR rows × NV vectors of C; `masked` if the last vector is not full. */
template <int MR, int NV, bool masked> STEEPEST_NOINLINE void gemmTile(const GemmTile& t) {
  F acc[MR][NV];
  STEEPEST_UNROLL
  for (int i = 0; i < MR; ++i) {
    STEEPEST_UNROLL
    for (int v = 0; v < NV; ++v) acc[i][v] = zero();
  }
  if (t.init != GemmInit::Zero) {
    const float* start = t.init == GemmInit::Bias ? t.bias : t.c;
    const int64_t startRow = t.init == GemmInit::Bias ? 0 : t.cRow;
    STEEPEST_UNROLL
    for (int i = 0; i < MR; ++i) {
      STEEPEST_UNROLL
      for (int v = 0; v < NV; ++v) {
        const float* p = start + i * startRow + v * kLanes;
        acc[i][v] = v == NV - 1 ? loadTail<masked>(p, t.tail) : load(p);
      }
    }
  }

  // Rows 3g, 3g+1 and 3g+2 are addressed from one pointer as p, p + aRow and p + 2·aRow, the forms that x86 has
  // for free: fourteen pointers would not fit its registers.
  constexpr int groups = (MR + 2) / 3;
  const float* a[groups];
  STEEPEST_UNROLL
  for (int g = 0; g < groups; ++g) a[g] = t.a + 3 * g * t.aRow;
  const float* b = t.b;
  const int64_t aRow = t.aRow;
  const int64_t aStep = t.aStep;
  const int64_t bStep = t.bStep;
  const int tail = t.tail;
  for (int64_t p = t.k; p > 0; --p) {
    F bs[NV];
    STEEPEST_UNROLL
    for (int v = 0; v < NV; ++v) {
      bs[v] = v == NV - 1 ? loadTail<masked>(b + v * kLanes, tail) : load(b + v * kLanes);
    }
    STEEPEST_UNROLL
    for (int i = 0; i < MR; ++i) {
      const F x = broadcastLoad(a[i / 3] + (i % 3) * aRow);
      STEEPEST_UNROLL
      for (int v = 0; v < NV; ++v) acc[i][v] = fma(x, bs[v], acc[i][v]);
    }
    STEEPEST_UNROLL
    for (int g = 0; g < groups; ++g) a[g] += aStep;
    b += bStep;
  }

  const bool relu = t.activation == Activation::Relu;
  if (t.epilogue == GemmEpilogue::Activation && relu) {
    STEEPEST_UNROLL
    for (int i = 0; i < MR; ++i) {
      STEEPEST_UNROLL
      for (int v = 0; v < NV; ++v) acc[i][v] = select(lt(acc[i][v], zero()), zero(), acc[i][v]);
    }
  } else if (t.epilogue == GemmEpilogue::Derivative && relu) {
    STEEPEST_UNROLL
    for (int i = 0; i < MR; ++i) {
      STEEPEST_UNROLL
      for (int v = 0; v < NV; ++v) {
        const float* s = t.d + i * t.dRow + v * kLanes;
        acc[i][v] = select(gt(v == NV - 1 ? loadTail<masked>(s, t.tail) : load(s), zero()), acc[i][v], zero());
      }
    }
  }
  STEEPEST_UNROLL
  for (int i = 0; i < MR; ++i) {
    STEEPEST_UNROLL
    for (int v = 0; v < NV; ++v) {
      float* p = t.c + i * t.cRow + v * kLanes;
      if (v == NV - 1) {
        storeTail<masked>(p, acc[i][v], t.tail);
      } else {
        store(p, acc[i][v]);
      }
    }
  }
  if (t.epilogue != GemmEpilogue::None && !relu) finishTile(t, MR, (NV - 1) * kLanes + t.tail);
}

using GemmTileFn = void (*)(const GemmTile&);
/** Micro-kernels by rows − 1. */
struct GemmTileRow {
  GemmTileFn byRows[kTileRows];
};
template <int NV, bool masked, int... i> constexpr GemmTileRow tileRow(std::integer_sequence<int, i...>) {
  return {{gemmTile<i + 1, NV, masked>...}};
}
/** Micro-kernels by vectors − 1. */
struct GemmTiles {
  GemmTileRow byVectors[kTileVectors];
};
template <bool masked, int... v> constexpr GemmTiles tilesOf(std::integer_sequence<int, v...>) {
  return {{tileRow<v + 1, masked>(std::make_integer_sequence<int, kTileRows>())...}};
}
constexpr GemmTiles kFullTiles = tilesOf<false>(std::make_integer_sequence<int, kTileVectors>());
constexpr GemmTiles kMaskedTiles = tilesOf<true>(std::make_integer_sequence<int, kTileVectors>());

/** Runs a panel of `cols` columns (at most kTileCols) over rows 0 … m−1 of the tile's a, c and d. */
inline void gemmPanel(GemmTile t, int64_t m, int cols) {
  const int vectors = (cols + kLanes - 1) / kLanes;
  t.tail = cols - (vectors - 1) * kLanes;
  const GemmTileRow& kernels = (t.tail == kLanes ? kFullTiles : kMaskedTiles).byVectors[vectors - 1];
  // Rows are shared out evenly: 128 are 8 tiles of 13 and 2 of 12, not 9 of 14 and one of 2.
  const int64_t tiles = (m + kTileRows - 1) / kTileRows;
  const int64_t rows = tiles == 0 ? 0 : m / tiles;
  const int64_t taller = tiles == 0 ? 0 : m % tiles;
  for (int64_t i = 0; i < tiles; ++i) {
    const int64_t height = rows + (i < taller ? 1 : 0);
    kernels.byRows[height - 1](t);
    t.a += height * t.aRow;
    t.c += height * t.cRow;
    if (t.d != nullptr) t.d += height * t.dRow;
  }
}

/** Copies rows [p, p + depth) and columns [j, j + cols) of b side by side, kTileCols apart. */
inline void packPanel(const Matrix& b, int64_t p, int64_t depth, int64_t j, int cols, float* packed) {
  const float* from = b.f32() + p * b.rowStride + j * b.colStride;
  if (b.colStride == 1) {
    for (int64_t r = 0; r < depth; ++r, from += b.rowStride, packed += kTileCols) {
      int c = 0;
      for (; c + kLanes <= cols; c += kLanes) store(packed + c, load(from + c));
      if (c < cols) store(packed + c, loadN(from + c, cols - c));
    }
    return;
  }
  for (int c = 0; c < cols; ++c) {
    for (int64_t r = 0; r < depth; ++r) packed[r * kTileCols + c] = from[r * b.rowStride + c * b.colStride];
  }
}

/** Steps of k per block where B is packed: MR rows of A and a panel of B stay in L1 and L2. */
constexpr int64_t kPackDepth = 256;
/** Columns packed at a time. */
constexpr int64_t kPackCols = kWorkspaceFloats / kPackDepth;
static_assert(kPackCols % kTileCols == 0, "packed panels are whole");
/** B larger than this share of L2 is packed, if enough tiles read it. */
constexpr int64_t kPackBytes = 768 * 1024;
/** Row strides that are multiples of a page put all rows of a panel into the same cache sets. */
constexpr int64_t kPageBytes = 4096;
/** Row tiles that must share a packed panel for the copy to pay. */
constexpr int64_t kPackTiles = 4;

inline bool packs(const Matrix& b, int64_t rows, int64_t depth) {
  if (b.colStride != 1) return true;
  if (rows < kPackTiles * kTileRows) return false;
  const int64_t strideBytes = b.rowStride * static_cast<int64_t>(sizeof(float));
  return depth * b.cols * static_cast<int64_t>(sizeof(float)) > kPackBytes || strideBytes % kPageBytes == 0;
}

/** One gemm, as the driver loops see it. */
struct GemmRun {
  const Matrix& b;
  /** The whole range: a, c and d at its first row; k, bias, init, epilogue. */
  GemmTile whole;
  int64_t rows;
  int64_t cols;
};

/** The panel at column j, over steps [p, p + depth) of k, without its b. */
inline GemmTile panelOf(const GemmRun& run, int64_t j, int64_t p, int64_t depth) {
  GemmTile t = run.whole;
  t.a += p * t.aStep;
  t.c += j;
  if (t.bias != nullptr) t.bias += j;
  if (t.d != nullptr) t.d += j;
  t.k = depth;
  if (p > 0) t.init = GemmInit::C;
  if (p + depth < run.whole.k) t.epilogue = GemmEpilogue::None;
  return t;
}

inline int panelCols(int64_t j, int64_t cols) {
  return static_cast<int>(cols - j < kTileCols ? cols - j : kTileCols);
}

/** B is read where it lies. */
inline void gemmDirect(const GemmRun& run) {
  for (int64_t j = 0; j < run.cols; j += kTileCols) {
    GemmTile t = panelOf(run, j, 0, run.whole.k);
    t.b = run.b.f32() + j;
    t.bStep = run.b.rowStride;
    gemmPanel(t, run.rows, panelCols(j, run.cols));
  }
}

/** B is copied block by block into the workspace. */
inline void gemmPacked(const GemmRun& run, float* workspace) {
  const int64_t k = run.whole.k;
  for (int64_t p = 0; p == 0 || p < k; p += kPackDepth) {
    const int64_t depth = k - p < kPackDepth ? k - p : kPackDepth;
    for (int64_t block = 0; block < run.cols; block += kPackCols) {
      const int64_t last = run.cols - block < kPackCols ? run.cols : block + kPackCols;
      for (int64_t j = block; j < last; j += kTileCols) {
        packPanel(run.b, p, depth, j, panelCols(j, last), workspace + (j - block) * depth);
      }
      for (int64_t j = block; j < last; j += kTileCols) {
        GemmTile t = panelOf(run, j, p, depth);
        t.b = workspace + (j - block) * depth;
        t.bStep = kTileCols;
        gemmPanel(t, run.rows, panelCols(j, last));
      }
    }
  }
}

/** Range: rows of C. */
inline int op_gemm(const OpArgs& args, int64_t begin, int64_t end) {
  using namespace op_gemm;
  const Matrix& left = args.at(a);
  const Matrix& out = args.at(c);
  const Matrix& saved = args.at(d);
  GemmTile t = {};
  t.a = left.f32() + begin * left.rowStride;
  t.aRow = left.rowStride;
  t.aStep = left.colStride;
  t.c = out.f32(begin);
  t.cRow = out.rowStride;
  t.k = static_cast<GemmBatch>(static_cast<int>(args.scalars[batch_])) == GemmBatch::K ? args.batchRows : left.cols;
  t.init = static_cast<GemmInit>(static_cast<int>(args.scalars[init_]));
  t.epilogue = static_cast<GemmEpilogue>(static_cast<int>(args.scalars[epilogue_]));
  t.activation = static_cast<Activation>(static_cast<int>(args.scalars[activation_]));
  t.alpha = args.scalar(alpha_);
  if (t.init == GemmInit::Bias) t.bias = args.at(bias).f32();
  if (t.activation == Activation::Linear) t.epilogue = GemmEpilogue::None;
  if (t.epilogue == GemmEpilogue::Derivative) {
    t.d = saved.f32(begin);
    t.dRow = saved.rowStride;
  }
  const GemmRun run = {args.at(b), t, end - begin, out.cols};
  if (packs(run.b, run.rows, t.k)) {
    gemmPacked(run, args.workspace);
  } else {
    gemmDirect(run);
  }
  return StatusOk;
}
