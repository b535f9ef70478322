// Memory of which no byte before or after a buffer may be touched.
#pragma once
#include <cstdint>
#include <vector>

#include "../program/decode.h"
#include "random.h"

namespace steepest {

/**
 * Buffers for one program at a time. Each ends where a page begins that cannot be read (or begins
 * where one ends), so that an access beyond it faults immediately. With AddressSanitizer they come from
 * its allocator, which watches both ends.
 */
class GuardedMemory {
 public:
  /** Larger buffers are refused. */
  static constexpr int64_t kMostBytes = 1 << 19;
  static constexpr size_t kMostBuffers = 1024;

  GuardedMemory();
  ~GuardedMemory();
  GuardedMemory(const GuardedMemory&) = delete;
  GuardedMemory& operator=(const GuardedMemory&) = delete;

  /** Takes back all buffers of before and gives new ones, filled with random numbers. */
  const std::vector<Buffer>& take(const std::vector<int64_t>& bytes, FuzzRandom& random);
  /** Whether the bytes beside the buffers that no page guards are as they were. */
  bool intact() const;

 private:
  struct Place {
    uint8_t* begin;
    uint8_t* guarded;
    int64_t guardedBytes;
  };
  void release();

  std::vector<uint8_t> pool_;
  std::vector<Buffer> buffers_;
  std::vector<Place> places_;
  std::vector<uint8_t*> slots_;
};

}  // namespace steepest
