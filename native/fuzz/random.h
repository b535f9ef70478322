// Numbers for fuzzers: case n of a seed is the same in every run, whatever ran before it.
#pragma once
#include <cstdint>
#include <initializer_list>

namespace steepest {

/** SplitMix64 (Steele, Lea and Flood 2014). */
class FuzzRandom {
 public:
  FuzzRandom(uint64_t seed, uint64_t number) : state_(seed * 0x9e3779b97f4a7c15u + number * 0xd1342543de82ef95u) {
    next();
  }

  uint64_t next() {
    uint64_t z = (state_ += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
  }
  /** A whole number below n, which is at least 1. */
  int64_t below(int64_t n) { return static_cast<int64_t>(next() % static_cast<uint64_t>(n)); }
  bool oneIn(int64_t n) { return below(n) == 0; }
  template <class T> T pick(std::initializer_list<T> choices) {
    return choices.begin()[below(static_cast<int64_t>(choices.size()))];
  }

 private:
  uint64_t state_;
};

}  // namespace steepest
