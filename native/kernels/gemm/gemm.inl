// C = A·B with a start value and an epilogue: the contract's gemm, as loops over the tiles of gemm_tile.inl.
//
// Neither operand is copied at the shapes of training; B is, block by block, where its columns are not adjacent
// or where reading it in place would miss the caches.
#pragma once
#include "../kernel.inl"
#include "../rows/gather.inl"
#include "../transpose.inl"
#include "gemm_tile.inl"
#include "gemm_narrow.inl"

/** m rows shared out evenly: 128 are 8 tiles of 13 and 2 of 12, not 9 of 14 and one of 2. */
struct RowTiles {
  int64_t count;
  int64_t rows;
  int64_t taller;

  explicit RowTiles(int64_t m) : count((m + kTileRows - 1) / kTileRows), rows(0), taller(0) {
    if (count == 0) return;
    rows = m / count;
    taller = m % count;
  }
  int64_t height(int64_t i) const { return rows + (i < taller ? 1 : 0); }
};

/** Runs tiles of one shape over rows 0 … m−1 of the tile's a, c and d. */
inline void gemmRows(GemmTile t, int64_t m, const GemmTileRow& kernels) {
  const RowTiles tiles(m);
  for (int64_t i = 0; i < tiles.count; ++i) {
    kernels.byRows[tiles.height(i) - 1](t);
    skipRows(t, tiles.height(i));
  }
}

/** Runs a panel of `cols` columns (at most kTileCols). */
inline void gemmPanel(GemmTile t, int64_t m, int cols) {
  const int vectors = (cols + kLanes - 1) / kLanes;
  t.tail = cols - (vectors - 1) * kLanes;
  if (t.tail == kLanes) return gemmRows(t, m, kFullTiles.byVectors[vectors - 1]);
  if (!kMasksAlways || vectors == 1) return gemmRows(t, m, kMaskedTiles.byVectors[vectors - 1]);
  GemmTile full = t;
  full.tail = kLanes;
  gemmRows(full, m, kFullTiles.byVectors[vectors - 2]);
  const int64_t done = (vectors - 1) * kLanes;
  t.b += done;
  t.c += done;
  if (t.bias != nullptr) t.bias += done;
  if (t.d != nullptr) t.d += done;
  gemmRows(t, m, kMaskedTiles.byVectors[0]);
}

#if defined(STEEPEST_ISA_AVX2)
/**
 * Steps of k in a block of gemmDirect. A tile of six rows needs a cache line of B every six cycles, more than L2 delivers when
 * the lines lie far apart: so each panel of 16 columns is copied side by side, 16 KiB that stay in L1 for all rows.
 */
constexpr int64_t kDirectDepth = 256;
#else
/** Steps of k in a block of gemmDirect: a panel's rows stay within the pages that the second-level TLB maps. */
constexpr int64_t kDirectDepth = 1024;
#endif
/**
 * Steps of k in a packed block. A tile of a transposed A touches a cache line per step, whatever the tile's height:
 * low tiles, which come by more often, need those lines to stay in L1.
 */
constexpr int64_t kPackDepth = kTileRows > 8 ? 512 : 256;
/** Columns packed at a time. Each row tile of A is read once for all of them. */
constexpr int64_t kPackCols = 256;
static_assert(kPackCols * kPackDepth <= kWorkspaceFloats, "a packed block fits the workspace");
static_assert(kPackCols % kTileCols == 0, "packed panels are whole");
/** Row tiles that must share a packed block for the copy to pay. */
constexpr int64_t kPackTiles = 4;

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

/** Copies rows [p, p + depth) and columns [j, j + cols) of b into a panel, whatever its strides. */
inline void packColumns(const Matrix& b, int64_t p, int64_t depth, int64_t j, int cols, float* panel) {
  const float* from = b.f32(p) + j * b.colStride;
  if (b.rowStride == 1) return transposeMatrix(from, b.colStride, panel, kTileCols, cols, depth);
  for (int64_t r = 0; r < depth; ++r, from += b.rowStride, panel += kTileCols) {
    for (int c = 0; c < cols; ++c) panel[c] = from[c * b.colStride];
  }
}

/** Rows that packBlock fetches ahead. */
constexpr int64_t kPackAhead = 4;

/** Copies rows [p, p + depth) and columns [first, last) of b into panels of kTileCols columns, one after the other. */
inline void packBlock(const Matrix& b, int64_t p, int64_t depth, int64_t first, int64_t last, float* packed) {
  // Whole panels are copied row by row, in the order in which B lies in memory.
  const int64_t whole = b.colStride == 1 ? (last - first) / kTileCols * kTileCols : 0;
  const float* from = b.f32(p) + first;
  for (int64_t r = 0; whole > 0 && r < depth; ++r, from += b.rowStride) {
    float* to = packed + r * kTileCols;
    for (int64_t j = 0; j < whole; j += kTileCols, to += kTileCols * depth) {
      for (int c = 0; c < kTileCols; c += kLanes) store(to + c, load(from + j + c));
      STEEPEST_PREFETCH(from + kPackAhead * b.rowStride + j);
      STEEPEST_PREFETCH(from + kPackAhead * b.rowStride + j + kTileCols / 2);
    }
  }
  for (int64_t j = first + whole; j < last; j += kTileCols) {
    packColumns(b, p, depth, j, panelCols(j, last), packed + (j - first) * depth);
  }
}

#if defined(STEEPEST_ISA_AVX2)
/** Row tiles that must share a copied panel for the copy to pay. */
constexpr int64_t kPanelTiles = 8;
/** Rows of A that all panels of a block of k meet before the next rows; with kDirectDepth they fit the workspace. */
constexpr int64_t kDirectRows = 40 * kTileRows;
static_assert(kDirectRows * kDirectDepth <= kWorkspaceFloats, "a block of A fits the workspace");
/** Panels that must share a copied block of A for the copy to pay. */
constexpr int64_t kBlockPanels = 16;
/** A row-major A is read in order, and copied only from this size on. */
constexpr int64_t kCopyBytes = 2 * 1024 * 1024;

/** A block of rows and steps of k. */
struct GemmBlock {
  int64_t p;
  int64_t depth;
  int64_t first;
  int64_t rows;
};

/** Copies a block of A tile by tile, each tile as depth × height: what its micro-kernel reads, in that order. */
inline void packA(const GemmTile& whole, const GemmBlock& block, float* to) {
  const RowTiles tiles(block.rows);
  const float* from = whole.a + block.first * whole.aRow + block.p * whole.aStep;
  for (int64_t i = 0; i < tiles.count; ++i) {
    const int64_t height = tiles.height(i);
    for (int64_t p = 0; p < block.depth; ++p) {
      for (int64_t r = 0; r < height; ++r) to[p * height + r] = from[r * whole.aRow + p * whole.aStep];
    }
    from += height * whole.aRow;
    to += height * block.depth;
  }
}

/** All panels over a block of rows; `packed` is its copy of A, or null. */
inline void gemmBlock(const GemmRun& run, const GemmBlock& block, const float* packed) {
  alignas(64) float panel[kDirectDepth * kTileCols];
  const RowTiles tiles(block.rows);
  for (int64_t j = 0; j < run.cols; j += kTileCols) {
    GemmTile t = panelOf(run, j, block.p, block.depth);
    skipRows(t, block.first);
    t.b = run.b.f32(block.p) + j;
    t.bStep = run.b.rowStride;
    const int cols = panelCols(j, run.cols);
    if (tiles.count >= kPanelTiles) {
      packBlock(run.b, block.p, block.depth, j, j + cols, panel);
      t.b = panel;
      t.bStep = kTileCols;
    }
    if (packed == nullptr) {
      gemmPanel(t, block.rows, cols);
      continue;
    }
    t.aRow = 1;
    const float* a = packed;
    for (int64_t i = 0; i < tiles.count; ++i) {
      const int64_t height = tiles.height(i);
      t.a = a;
      t.aStep = height;
      gemmPanel(t, height, cols);
      skipRows(t, height);
      a += height * block.depth;
    }
  }
}

/**
 * B is read panel by panel, from a copy on the stack where enough rows share it; A from a copy in the workspace where
 * there is one and enough panels share it.
 */
inline void gemmDirect(const GemmRun& run, float* workspace) {
  const int64_t k = run.whole.k;
  const bool strided = run.whole.aStep != 1 || run.rows * k * static_cast<int64_t>(sizeof(float)) > kCopyBytes;
  const bool copiesA =
      workspace != nullptr && strided && run.cols >= kBlockPanels * kTileCols && run.rows >= kDirectRows;
  const int64_t blocks = (run.rows + kDirectRows - 1) / kDirectRows;
  for (int64_t p = 0; p < k; p += kDirectDepth) {
    const int64_t depth = k - p < kDirectDepth ? k - p : kDirectDepth;
    for (int64_t i = 0; i < blocks; ++i) {
      const int64_t first = run.rows * i / blocks;
      const GemmBlock block = {p, depth, first, run.rows * (i + 1) / blocks - first};
      if (copiesA) packA(run.whole, block, workspace);
      gemmBlock(run, block, copiesA ? workspace : nullptr);
    }
  }
}
#else
/** B is read where it lies, one panel of columns after the other. */
inline void gemmDirect(const GemmRun& run, float*) {
  const int64_t k = run.whole.k;
  for (int64_t p = 0; p < k; p += kDirectDepth) {
    const int64_t depth = k - p < kDirectDepth ? k - p : kDirectDepth;
    for (int64_t j = 0; j < run.cols; j += kTileCols) {
      GemmTile t = panelOf(run, j, p, depth);
      t.b = run.b.f32(p) + j;
      t.bStep = run.b.rowStride;
      gemmPanel(t, run.rows, panelCols(j, run.cols));
    }
  }
}
#endif

/** A row tile whose rows lie whole pages apart has all of them in one set of the first-level cache, which holds 8 lines. */
inline bool rowsCollide(const GemmTile& t) {
  return t.aStep == 1 && t.aRow * static_cast<int64_t>(sizeof(float)) % kPageBytes == 0 && t.k > kTileCols;
}

/** Copies `height` rows of A, `depth` floats each, to rows in different cache sets. */
inline void spreadRows(GemmTile& t, int64_t height, float* to) {
  constexpr int64_t stride = kPackDepth + 16;
  for (int64_t r = 0; r < height; ++r) copyRow(t.a + r * t.aRow, to + r * stride, t.k);
  t.a = to;
  t.aRow = stride;
}

/** Prefetches one of `parts` parts of the first `rows` rows of a. */
inline void fetchRows(const GemmTile& t, int64_t rows, int64_t part, int64_t parts) {
  constexpr int64_t line = kVectorsPerLine * kLanes;
  const bool transposed = t.aStep != 1;
  const int64_t lines = transposed ? t.k : (t.k + line - 1) / line;
  const int64_t end = lines * (part + 1) / parts;
  for (int64_t i = lines * part / parts; i < end; ++i) {
    if (transposed) {
      STEEPEST_PREFETCH_L2(t.a + i * t.aStep + rows - 1);
      continue;
    }
    for (int64_t r = 0; r < rows; ++r) STEEPEST_PREFETCH_L2(t.a + r * t.aRow + i * line);
  }
}

/** B is copied block by block into the workspace; every row tile of A meets the whole block while it is in the cache. */
inline void gemmPacked(const GemmRun& run, float* workspace) {
  alignas(64) float spread[kTileRows * (kPackDepth + 16)];
  const bool spreads = rowsCollide(run.whole);
  const int64_t k = run.whole.k;
  for (int64_t p = 0; p < k; p += kPackDepth) {
    const int64_t depth = k - p < kPackDepth ? k - p : kPackDepth;
    for (int64_t first = 0; first < run.cols; first += kPackCols) {
      const int64_t last = run.cols - first < kPackCols ? run.cols : first + kPackCols;
      packBlock(run.b, p, depth, first, last, workspace);
      const int64_t panels = (last - first + kTileCols - 1) / kTileCols;
      const RowTiles tiles(run.rows);
      for (int64_t i = 0, row = 0; i < tiles.count; row += tiles.height(i), ++i) {
        GemmTile rows = panelOf(run, 0, p, depth);
        skipRows(rows, row);
        GemmTile next = rows;
        skipRows(next, tiles.height(i));
        const int64_t nextRows = i + 1 < tiles.count ? tiles.height(i + 1) : 0;
        if (spreads) spreadRows(rows, tiles.height(i), spread);
        for (int64_t j = first; j < last; j += kTileCols) {
          GemmTile t = panelOf(run, j, p, depth);
          skipRows(t, row);
          t.a = rows.a;
          t.aRow = rows.aRow;
          t.b = workspace + (j - first) * depth;
          t.bStep = kTileCols;
          if (nextRows > 0) fetchRows(next, nextRows, (j - first) / kTileCols, panels);
          gemmPanel(t, tiles.height(i), panelCols(j, last));
        }
      }
    }
  }
}

/** Whether B is worth a copy. */
inline bool packs(const GemmRun& run) {
  const Matrix& b = run.b;
  if (!mayPack(b)) return false;
  if (b.colStride != 1) return true;
  if (run.rows < kPackTiles * kTileRows) return false;
#if defined(STEEPEST_ISA_AVX2)
  return false;  // gemmDirect copies what it needs.
#else
  constexpr int64_t size = sizeof(float);
  const bool collides = b.rowStride * size % kPageBytes == 0 && run.whole.k * size * kTileCols > kPageBytes;
  // A transposed A's cache lines serve all panels of a block while they are in the cache.
  const bool transposed = run.whole.aStep != 1;
  return collides || (transposed && run.whole.k * run.cols * size > kPackBytes);
#endif
}

/** k = 0: the start value and the epilogue. */
inline void gemmEmpty(const GemmRun& run) {
  for (int64_t row = 0; row < run.rows; ++row) {
    GemmTile t = run.whole;
    skipRows(t, row);
    for (int64_t j = 0; j < run.cols; ++j) {
      if (t.init != GemmInit::C) t.c[j] = t.init == GemmInit::Bias ? t.bias[j] : 0.0f;
    }
    if (t.epilogue != GemmEpilogue::None) finishTile(t, 1, run.cols);
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
  const NarrowKernels* narrow = narrowKernels(t, run.b, run.cols);
  if (t.k == 0) {
    gemmEmpty(run);
  } else if (narrow != nullptr) {
    gemmNarrow(*narrow, t, run.b, run.rows);
  } else if (packs(run)) {
    gemmPacked(run, args.workspace);
  } else {
    gemmDirect(run, args.workspace);
  }
  return StatusOk;
}
