// The micro-kernel of gemm, for every tile shape.
//
// It keeps MR rows × NV vectors of C in registers and makes one pass over k: per step it loads
// NV vectors of B and broadcasts MR elements of A. Each element of C is one chain of fused multiply-adds in
// ascending k, so tile sizes, packing and blocks never change a bit (a block of k resumes from C).
#pragma once
#include "../kernel.inl"
#include "../elementwise/activation.inl"

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
/** Vectors in a cache line of 64 bytes. */
constexpr int kVectorsPerLine = kGroups;

/** Steps of k from which it pays to fetch the end of a tile ahead. */
constexpr int64_t kPrefetchDepth = 128;
#if defined(STEEPEST_ISA_AVX512)
/** Rows from which a tile computes long enough per step to fetch B ahead at no cost. */
constexpr int kFetchRows = 8;
#else
constexpr int kFetchRows = kTileRows + 1;  // Its panels are copied, or there is nothing measured.
#endif
/**
 * Steps of k by which A or B is fetched ahead: more than L2 takes, fewer than would push lines out
 * of L1.
 */
constexpr int64_t kFetchAhead = 4;

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
  /** Where a tile that copies B puts its rows, kTileCols apart. */
  float* copy;
};

/**
 * Strides of inner loops are counted in bytes: GCC would make a second version of each loop for a stride of one
 * element, which gains nothing here and doubles the code.
 */
inline const float* afterBytes(const float* p, int64_t bytes) {
  return reinterpret_cast<const float*>(reinterpret_cast<const char*>(p) + bytes);
}

/** Moves a, c and d down. */
inline void skipRows(GemmTile& t, int64_t rows) {
  t.a += rows * t.aRow;
  t.c += rows * t.cRow;
  if (t.d != nullptr) t.d += rows * t.dRow;
}

template <bool masked> inline F loadTail(const float* p, int tail) { return masked ? loadN(p, tail) : load(p); }
template <bool masked> inline void storeTail(float* p, F v, int tail) {
  if (masked) {
    storeN(p, v, tail);
  } else {
    store(p, v);
  }
}

/** The epilogue in a second pass over the finished tile, for activations too large to inline everywhere. */
STEEPEST_NOINLINE void finishTile(const GemmTile& t, int rows, int64_t cols) {
  const F alpha = splat(t.alpha);
  for (int i = 0; i < rows; ++i) {
    float* c = t.c + i * t.cRow;
    for (int64_t j = 0; j < cols; j += kLanes) {
      const int lanes = static_cast<int>(cols - j < kLanes ? cols - j : kLanes);
      const F x = loadN(c + j, lanes);
      const F y = t.epilogue == GemmEpilogue::Activation
                      ? activate(t.activation, x, alpha)
                      : activateBackward(t.activation, x, loadN(t.d + i * t.dRow + j, lanes), alpha);
      storeN(c + j, y, lanes);
    }
  }
}

/** Prefetches what the end of the tile reads and writes in row i, while the chain runs. */
template <int NV> inline void prefetchRow(const GemmTile& t, int i) {
  for (int v = 0; v < NV; v += kVectorsPerLine) {
    if (t.init != GemmInit::C) STEEPEST_PREFETCH(t.c + i * t.cRow + v * kLanes);
    if (t.epilogue == GemmEpilogue::Derivative) STEEPEST_PREFETCH(t.d + i * t.dRow + v * kLanes);
  }
}

/**
 * What a tile does to its values before it stores them. `Any` is one form for all three, y ← y < floor ? floor : y, then
 * y ← gate > 0 ? y : 0: ReLU with a floor of 0, its derivative with a gate of saved outputs, nothing with −∞ and ones. It keeps the code
 * small of tiles that are not the widest; for ten steps of k it costs a tenth of the time.
 */
enum class AtStore { Nothing, Relu, ReluDerivative, Any };

/** Floor and gate of AtStore::Any. */
struct TileEnd {
  float floor;
  const float* gate;
  int64_t gateRow;
  int gateVector;

  explicit TileEnd(const GemmTile& t) : floor(-std::numeric_limits<float>::infinity()), gate(open()), gateRow(0), gateVector(0) {
    if (t.activation != Activation::Relu) return;
    if (t.epilogue == GemmEpilogue::Activation) floor = 0;
    if (t.epilogue != GemmEpilogue::Derivative) return;
    gate = t.d;
    gateRow = t.dRow;
    gateVector = kLanes;
  }

 private:
  static const float* open() {
    alignas(64) static constexpr float ones[] = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1};
    static_assert(sizeof ones >= kLanes * sizeof(float), "a vector of ones");
    return ones;
  }
};

/** Where a tile's loop over k stands. */
template <int MR> struct GemmCursor {
  // Rows 3g, 3g+1 and 3g+2 are addressed from one pointer as p, p + aRow and p + 2·aRow, the forms that x86 has
  // for free: fourteen pointers would not fit its registers.
  static constexpr int groups = (MR + 2) / 3;
  const float* a[groups];
  int64_t aRowBytes;
  const float* b;

  STEEPEST_INLINE F broadcastA(int i) const { return broadcastLoad(afterBytes(a[i / 3], (i % 3) * aRowBytes)); }
};

template <int NV, bool masked> STEEPEST_INLINE void loadB(const float* b, int tail, F (&bs)[NV]) {
  STEEPEST_UNROLL
  for (int v = 0; v < NV; ++v) {
    bs[v] = v == NV - 1 ? loadTail<masked>(b + v * kLanes, tail) : load(b + v * kLanes);
  }
}

template <int NV> STEEPEST_INLINE void storeB(const F (&bs)[NV], float* to) {
  STEEPEST_UNROLL
  for (int v = 0; v < NV; ++v) store(to + v * kLanes, bs[v]);
}

/**
 * The last step of k, with what follows it, row by row: stores of finished rows overlap with the arithmetic of
 * the others. For ten steps of k this is worth a twentieth of the time.
 */
template <int MR, int NV, bool masked, AtStore at>
STEEPEST_INLINE void lastStep(const GemmTile& t, const GemmCursor<MR>& now, const F (&acc)[MR][NV]) {
  const TileEnd end(t);
  const F floor = splat(end.floor);
  F bs[NV];
  loadB<NV, masked>(now.b, t.tail, bs);
  STEEPEST_UNROLL
  for (int i = 0; i < MR; ++i) {
    const F x = now.broadcastA(i);
    STEEPEST_UNROLL
    for (int v = 0; v < NV; ++v) {
      F y = fma(x, bs[v], acc[i][v]);
      if (at == AtStore::Relu) y = select(lt(y, zero()), zero(), y);
      if (at == AtStore::Any) y = select(lt(y, floor), floor, y);
      if (at == AtStore::ReluDerivative || at == AtStore::Any) {
        const float* gate = at == AtStore::Any ? end.gate + i * end.gateRow + v * end.gateVector
                                               : t.d + i * t.dRow + v * kLanes;
        y = select(gt(v == NV - 1 ? loadTail<masked>(gate, t.tail) : load(gate), zero()), y, zero());
      }
      float* p = t.c + i * t.cRow + v * kLanes;
      if (v == NV - 1) {
        storeTail<masked>(p, y, t.tail);
      } else {
        store(p, y);
      }
    }
  }
}

/** What the accumulators start from. */
template <int MR, int NV, bool masked> STEEPEST_INLINE void startTile(const GemmTile& t, F (&acc)[MR][NV]) {
  STEEPEST_UNROLL
  for (int i = 0; i < MR; ++i) {
    STEEPEST_UNROLL
    for (int v = 0; v < NV; ++v) acc[i][v] = zero();
  }
  if (t.init == GemmInit::Zero) return;
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

/**
 * MR rows × NV vectors of C; `masked` if the last vector is not full. k is at least 1. `copies` leaves the panel of B in t.copy on
 * the way, for the tiles that follow: the core has stores to spare.
 */
template <int MR, int NV, bool masked, bool copies = false> STEEPEST_NOINLINE void gemmTile(const GemmTile& t) {
  F acc[MR][NV];
  startTile<MR, NV, masked>(t, acc);
  if (t.k >= kPrefetchDepth) {
    STEEPEST_UNROLL
    for (int i = 0; i < MR; ++i) prefetchRow<NV>(t, i);
  }

  GemmCursor<MR> now;
  STEEPEST_UNROLL
  for (int g = 0; g < now.groups; ++g) now.a[g] = t.a + 3 * g * t.aRow;
  constexpr int64_t size = sizeof(float);
  now.aRowBytes = t.aRow * size;
  now.b = t.b;
  const int64_t aStepBytes = t.aStep * size;
  const int64_t bStepBytes = t.bStep * size;
  const int tail = t.tail;
  // Fetched ahead: the first and the last line of a row of B that may begin anywhere. If A is
  // transposed, each step needs a line of it from far away, while B's panel stays in L1: then the
  // line of this tile's last row, and one for a tile that follows.
  constexpr int64_t lastByte = (NV * kLanes - 1) * size;
  const bool turned = !copies && t.aStep != 1;
  const int64_t nearStepBytes = turned ? aStepBytes : bStepBytes;
  const float* near = afterBytes(turned ? t.a + MR - 1 : t.b, kFetchAhead * nearStepBytes);
  float* copy = t.copy;
  for (int64_t p = t.k - 1; p > 0; --p) {
    if (MR >= kFetchRows && NV == kTileVectors) {
      STEEPEST_PREFETCH(near);
      STEEPEST_PREFETCH(afterBytes(near, lastByte));
      near = afterBytes(near, nearStepBytes);
    }
    F bs[NV];
    loadB<NV, masked>(now.b, tail, bs);
    if (copies) {
      storeB<NV>(bs, copy);
      copy += kTileCols;
    }
    STEEPEST_UNROLL
    for (int i = 0; i < MR; ++i) {
      const F x = now.broadcastA(i);
      STEEPEST_UNROLL
      for (int v = 0; v < NV; ++v) acc[i][v] = fma(x, bs[v], acc[i][v]);
    }
    STEEPEST_UNROLL
    for (int g = 0; g < now.groups; ++g) now.a[g] = afterBytes(now.a[g], aStepBytes);
    now.b = afterBytes(now.b, bStepBytes);
  }

  if (copies) {
    F bs[NV];
    loadB<NV, masked>(now.b, tail, bs);
    storeB<NV>(bs, copy);
  }

  const bool relu = t.activation == Activation::Relu;
  if (NV < kTileVectors || masked) {
    lastStep<MR, NV, masked, AtStore::Any>(t, now, acc);
  } else if (t.epilogue == GemmEpilogue::Activation && relu) {
    lastStep<MR, NV, masked, AtStore::Relu>(t, now, acc);
  } else if (t.epilogue == GemmEpilogue::Derivative && relu) {
    lastStep<MR, NV, masked, AtStore::ReluDerivative>(t, now, acc);
  } else {
    lastStep<MR, NV, masked, AtStore::Nothing>(t, now, acc);
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
/** Where masks cost nothing, tiles of one vector are the same for full vectors and for others. */
#if defined(STEEPEST_ISA_AVX512)
constexpr bool kMasksAlways = true;
#else
constexpr bool kMasksAlways = false;
#endif
template <int... v> constexpr GemmTiles fullTiles(std::integer_sequence<int, v...>) {
  return {{tileRow<v + 1, kMasksAlways && v == 0>(std::make_integer_sequence<int, kTileRows>())...}};
}
constexpr GemmTiles kFullTiles = fullTiles(std::make_integer_sequence<int, kTileVectors>());
/**
 * For panels whose last vector is not full. With many rows per tile, a tile of that vector alone is fast enough; with few rows, a tile
 * of one vector would wait for its own sums.
 */
template <int... v> constexpr GemmTiles maskedTiles(std::integer_sequence<int, v...>) {
  return {{tileRow<kMasksAlways ? 1 : v + 1, true>(std::make_integer_sequence<int, kTileRows>())...}};
}
constexpr GemmTiles kMaskedTiles = maskedTiles(std::make_integer_sequence<int, kTileVectors>());

#if defined(STEEPEST_ISA_AVX512)
/** Where m rows are shared out over several tiles, the first of them has at least this height. */
constexpr int kCopyingRows = kTileRows / 2 + 1;
template <int... i> constexpr GemmTileRow copyingTiles(std::integer_sequence<int, i...>) {
  return {{gemmTile<(i + 1 < kCopyingRows ? kCopyingRows : i + 1), kTileVectors, false, true>...}};
}
constexpr GemmTileRow kCopyingTiles = copyingTiles(std::make_integer_sequence<int, kTileRows>());
#endif
