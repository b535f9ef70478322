#include "memory.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>

#if defined(__SANITIZE_ADDRESS__)
#define STEEPEST_ADDRESS_SANITIZER 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define STEEPEST_ADDRESS_SANITIZER 1
#endif
#endif

#include <sys/mman.h>

namespace steepest {
namespace {

constexpr size_t kPoolBytes = 1 << 21;
/** At least a page of every system. */
constexpr size_t kGuardBytes = 1 << 16;
constexpr int64_t kCanaryBytes = 128;
constexpr uint8_t kCanary = 0xa9;

/** A third each: ordinary numbers, numbers of any size, any bits. */
std::vector<uint8_t> makePool() {
  std::vector<uint8_t> pool(kPoolBytes);
  FuzzRandom random(1, 1);
  for (size_t at = 0; at < pool.size(); at += sizeof(float)) {
    const uint64_t word = random.next();
    float value = static_cast<float>(static_cast<int32_t>(word)) / 1e9f;
    const size_t part = at * 3 / pool.size();
    uint32_t bits = static_cast<uint32_t>(word >> 32);
    if (part == 1) bits = (bits & 0x800fffffu) | static_cast<uint32_t>(97 + (word >> 8) % 60) << 23;
    if (part > 0) std::memcpy(&value, &bits, sizeof value);
    std::memcpy(&pool[at], &value, sizeof value);
  }
  return pool;
}

#if !defined(STEEPEST_ADDRESS_SANITIZER)
uint8_t* mapSlot() {
  const size_t bytes = GuardedMemory::kMostBytes + 2 * kGuardBytes;
  void* memory = mmap(nullptr, bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  uint8_t* inside = static_cast<uint8_t*>(memory) + kGuardBytes;
  if (memory == MAP_FAILED || mprotect(inside, GuardedMemory::kMostBytes, PROT_READ | PROT_WRITE) != 0) {
    std::perror("no memory for guarded buffers");
    std::exit(2);
  }
  return inside;
}
#endif

}  // namespace

GuardedMemory::GuardedMemory() : pool_(makePool()) {}

GuardedMemory::~GuardedMemory() { release(); }

void GuardedMemory::release() {
#if defined(STEEPEST_ADDRESS_SANITIZER)
  for (const Place& place : places_) std::free(place.begin);
#endif
  places_.clear();
  buffers_.clear();
}

const std::vector<Buffer>& GuardedMemory::take(const std::vector<int64_t>& bytes, FuzzRandom& random) {
  release();
  const size_t third = pool_.size() / 3;
  const size_t part = static_cast<size_t>(random.pick({0, 0, 0, 0, 1, 2}));
  for (size_t i = 0; i < bytes.size(); ++i) {
    const int64_t length = bytes[i];
    uint8_t* data = nullptr;
    Place place = {nullptr, nullptr, 0};
#if defined(STEEPEST_ADDRESS_SANITIZER)
    data = place.begin = static_cast<uint8_t*>(std::malloc(static_cast<size_t>(length)));
#else
    if (slots_.size() <= i) slots_.push_back(mapSlot());
    const bool atEnd = !random.oneIn(4);
    data = slots_[i] + (atEnd ? kMostBytes - length : 0);
    const int64_t room = kMostBytes - length;
    place.guardedBytes = room < kCanaryBytes ? room : kCanaryBytes;
    place.guarded = atEnd ? data - place.guardedBytes : data + length;
    std::memset(place.guarded, kCanary, static_cast<size_t>(place.guardedBytes));
#endif
    // A float's distance apart, so that floats stay floats.
    const size_t choices = third - static_cast<size_t>(length) - sizeof(double);
    const size_t from = (part * third + static_cast<size_t>(random.next()) % choices) / sizeof(double) * sizeof(double);
    if (length > 0) std::memcpy(data, &pool_[from], static_cast<size_t>(length));
    places_.push_back(place);
    buffers_.push_back({data, length});
  }
  return buffers_;
}

bool GuardedMemory::intact() const {
  for (const Place& place : places_) {
    for (int64_t i = 0; i < place.guardedBytes; ++i) {
      if (place.guarded[i] != kCanary) return false;
    }
  }
  return true;
}

}  // namespace steepest
