// Threefry-2x32 with 20 rounds: Salmon, Moraes, Dror, Shaw, "Parallel Random Numbers: As Easy as 1, 2, 3"
// (SC'11), section 4.3. One source for single words and for vectors of them.
#pragma once
#include "kernel.inl"

// Words mod 2³² under the names that the vector API gives to vectors.
inline uint32_t addI(uint32_t a, uint32_t b) { return a + b; }
inline uint32_t xorI(uint32_t a, uint32_t b) { return a ^ b; }
template <int k> inline uint32_t rotl(uint32_t a) { return (a << k) | (a >> (32 - k)); }

/** Parity word of the key schedule: the Skein constant C240 cut to 32 bits. */
constexpr uint32_t kThreefryParity = 0x1bd11bdau;

template <int k, class W> inline void threefryRound(W& x, W& y) {
  x = addI(x, y);
  y = xorI(rotl<k>(y), x);
}

/** Four rounds with rotations a, b, c, d (Random123, R_32x2), then a key injection. */
template <int a, int b, int c, int d, class W> inline void threefryRounds(W& x, W& y, W key0, W key1) {
  threefryRound<a>(x, y);
  threefryRound<b>(x, y);
  threefryRound<c>(x, y);
  threefryRound<d>(x, y);
  x = addI(x, key0);
  y = addI(y, key1);
}

/** Counter (x, y) becomes the two random words of key (k0, k1); `number(i)` is i as a W. */
template <class W, class Number> inline void threefry(W k0, W k1, W& x, W& y, Number number) {
  const W k2 = xorI(xorI(k0, k1), number(kThreefryParity));
  x = addI(x, k0);
  y = addI(y, k1);
  threefryRounds<13, 15, 26, 6>(x, y, k1, addI(k2, number(1)));
  threefryRounds<17, 29, 16, 24>(x, y, k2, addI(k0, number(2)));
  threefryRounds<13, 15, 26, 6>(x, y, k0, addI(k1, number(3)));
  threefryRounds<17, 29, 16, 24>(x, y, k1, addI(k2, number(4)));
  threefryRounds<13, 15, 26, 6>(x, y, k2, addI(k0, number(5)));
}

inline uint32_t wordOf(uint32_t i) { return i; }
inline I vectorOf(uint32_t i) { return splatI(static_cast<int32_t>(i)); }

/** The two words for key (k0, k1) and counter (c0, c1). */
inline void threefry2x32(uint32_t k0, uint32_t k1, uint32_t c0, uint32_t c1, uint32_t out[2]) {
  threefry(k0, k1, c0, c1, wordOf);
  out[0] = c0;
  out[1] = c1;
}

/** The same for kLanes counters (c0, c1) at a time; they become the words. */
inline void threefry2x32(uint32_t k0, uint32_t k1, I& c0, I& c1) {
  threefry(vectorOf(k0), vectorOf(k1), c0, c1, vectorOf);
}
