// C = A·B with a start value and an epilogue: the contract's gemm, as loops over the tiles of gemm_tile.inl.
//
// Operands are read where they lie, if they lie well. B is copied, panel by panel or block by block, where its columns
// are not adjacent, where vectors would straddle cache lines and where reading it in place would miss the caches.
#pragma once
#include "../kernel.inl"
#include "../rows/gather.inl"
#include "../transpose.inl"
#include "gemm_tile.inl"
#include "gemm_narrow.inl"
#include "gemm_pack.inl"

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
#if defined(STEEPEST_ISA_AVX512)
/**
 * The same for a transposed A: a panel of B stays in L1 beside the lines of A, which tiles fetch
 * ahead.
 */
constexpr int64_t kTurnedDepth = 256;
#else
constexpr int64_t kTurnedDepth = kDirectDepth;
#endif
/** Row tiles that must share a packed block for the copy to pay. */
#if defined(STEEPEST_ISA_AVX512)
constexpr int64_t kPackTiles = 16;
#else
constexpr int64_t kPackTiles = 4;
#endif

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
  const int64_t most = run.whole.aStep == 1 ? kDirectDepth : kTurnedDepth;
  for (int64_t p = 0; p < k; p += most) {
    const int64_t depth = k - p < most ? k - p : most;
    for (int64_t j = 0; j < run.cols; j += kTileCols) {
      GemmTile t = panelOf(run, j, p, depth);
      t.b = run.b.f32(p) + j;
      t.bStep = run.b.rowStride;
      gemmPanel(t, run.rows, panelCols(j, run.cols));
    }
  }
}
#endif

#if defined(STEEPEST_ISA_AVX512)
/** Steps of k of a panel that gemmCopied copies: 784 are two blocks. The copy, of 50 KiB, is read in order. */
constexpr int64_t kCopyDepth = 400;
/** Rows of B this far apart are no longer fetched by the processor itself, and share few cache sets. */
constexpr int64_t kFarBytes = 2048;

/** Each panel of B is copied on the way through the first row tile, or turned, and read from the copy by the other tiles. */
inline void gemmCopied(const GemmRun& run) {
  alignas(64) float panel[kCopyDepth * kTileCols];
  const int64_t k = run.whole.k;
  const int64_t most = run.whole.aStep == 1 ? kCopyDepth : kTurnedDepth;
  const int64_t blocks = (k + most - 1) / most;
  const int64_t height = RowTiles(run.rows).height(0);
  for (int64_t block = 0; block < blocks; ++block) {
    const int64_t p = k * block / blocks;
    const int64_t depth = k * (block + 1) / blocks - p;
    for (int64_t j = 0; j < run.cols; j += kTileCols) {
      GemmTile t = panelOf(run, j, p, depth);
      const int cols = panelCols(j, run.cols);
      int64_t rows = run.rows;
      if (cols == kTileCols && run.b.colStride == 1 && height >= kCopyingRows) {
        t.b = run.b.f32(p) + j;
        t.bStep = run.b.rowStride;
        t.tail = kLanes;
        t.copy = panel;
        kCopyingTiles.byRows[height - 1](t);
        skipRows(t, height);
        rows -= height;
      } else {
        packColumns(run.b, p, depth, j, cols, panel);
      }
      t.b = panel;
      t.bStep = kTileCols;
      gemmPanel(t, rows, cols);
    }
  }
}

/** Whether gemmCopied reads B faster than gemmDirect. */
inline bool copiesPanels(const GemmRun& run) {
  const Matrix& b = run.b;
  if (b.colStride != 1) return true;
  if (run.rows <= kTileRows) return false;
  constexpr int64_t size = sizeof(float);
  const bool split = reinterpret_cast<uintptr_t>(b.data) % (kLanes * size) != 0 || b.rowStride % kLanes != 0;
  return split || b.rowStride * size >= kFarBytes;
}
#endif

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

/** Whether gemmPacked is worth the copy of B in the workspace. */
inline bool packs(const GemmRun& run) {
  const Matrix& b = run.b;
  if (!mayPack(b)) return false;
#if defined(STEEPEST_ISA_AVX2)
  return b.colStride != 1;  // gemmDirect copies what it needs.
#else
  constexpr int64_t size = sizeof(float);
  const bool large = run.whole.k * run.cols * size > kPackBytes;
#if defined(STEEPEST_ISA_AVX512)
  return large && run.rows >= kPackTiles * kTileRows;  // gemmCopied takes the others.
#else
  if (b.colStride != 1) return true;
  if (run.rows < kPackTiles * kTileRows) return false;
  const bool collides = b.rowStride * size % kPageBytes == 0 && run.whole.k * size * kTileCols > kPageBytes;
  // A transposed A's cache lines serve all panels of a block while they are in the cache.
  return collides || (run.whole.aStep != 1 && large);
#endif
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
  const NarrowKernels* narrow = narrowKernels(t, run.b, run.rows, run.cols);
  if (t.k == 0) {
    gemmEmpty(run);
  } else if (narrow != nullptr) {
    gemmNarrow(*narrow, t, run.b, run.rows);
  } else if (packs(run)) {
    gemmPacked(run, args.workspace);
#if defined(STEEPEST_ISA_AVX512)
  } else if (copiesPanels(run)) {
    gemmCopied(run);
#endif
  } else {
    gemmDirect(run, args.workspace);
  }
  return StatusOk;
}
