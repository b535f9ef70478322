#include "message.h"

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <new>

namespace steepest::mpi {

int64_t Message::cut() {
  int64_t packedBytes = 0;
  int64_t range = 0;
  int64_t skipped = 0;
  int64_t done = 0;
  for (int64_t at = 0; at < count; ++at) {
    Piece& piece = pieces[at];
    while (range < rangeCount && skipped == ranges[range].bytes) {
      ++range;
      skipped = 0;
    }
    piece.bytes = std::min(most, total - done);
    piece.range = range;
    piece.skipped = skipped;
    piece.isPacked = isInline() || piece.bytes > ranges[range].bytes - skipped;
    piece.start = piece.isPacked ? packedBytes : ranges[range].offset + skipped;
    if (piece.isPacked) packedBytes += piece.bytes;
    done += piece.bytes;
    for (int64_t left = piece.bytes; left > 0;) {
      const int64_t taken = std::min(left, ranges[range].bytes - skipped);
      left -= taken;
      skipped += taken;
      if (left == 0) break;
      ++range;
      skipped = 0;
    }
  }
  return packedBytes;
}

bool Message::make(int peer, const Range* given, int64_t givenCount, const PieceBytes& limits, Failure& failure) {
  to = peer;
  rangeCount = givenCount;
  total = 0;
  for (int64_t i = 0; i < givenCount; ++i) total += given[i].bytes;
  most = limits.most;
  if (limits.unasked > 0 && total <= kMostUnaskedBytes) most = std::min(most, limits.unasked);
  // The inline bytes are one piece, whatever the limit is.
  if (isInline()) most = kInlineBytes;
  count = total == 0 ? 0 : (total - 1) / most + 1;
  ranges.reset(new (std::nothrow) Range[static_cast<size_t>(givenCount) + 1]);
  pieces.reset(new (std::nothrow) Piece[static_cast<size_t>(count) + 1]);
  firstPart.reset(new (std::nothrow) uint8_t[kFirstBytes]());
  if (ranges == nullptr || pieces == nullptr || firstPart == nullptr) return failure.noMemory("messages of an exchange");
  std::copy_n(given, givenCount, ranges.get());
  const int64_t packedBytes = cut();
  if (isInline() || packedBytes == 0) return true;
  packed.reset(new (std::nothrow) uint8_t[static_cast<size_t>(packedBytes)]);
  return packed != nullptr || failure.noMemory("the bytes of a message with several ranges");
}

uint8_t* Message::place(uint8_t* memory, int64_t piece) {
  return (pieces[piece].isPacked ? packed.get() : memory) + pieces[piece].start;
}

void Message::writeHeader(int64_t number, const char* label) {
  Header header = {Header::kMagic, Header::kVersion, number, total, most, {}};
  std::snprintf(header.label, sizeof header.label, "%s", label);
  std::memcpy(firstPart.get(), &header, sizeof header);
}

template <class Copy> void Message::each(const Piece& piece, uint8_t* buffer, Copy copy) {
  int64_t range = piece.range;
  int64_t skipped = piece.skipped;
  for (int64_t left = piece.bytes; left > 0; ++range, skipped = 0) {
    const int64_t bytes = std::min(left, ranges[range].bytes - skipped);
    if (bytes > 0) copy(buffer, ranges[range].offset + skipped, static_cast<size_t>(bytes));
    buffer += bytes;
    left -= bytes;
  }
}

void Message::pack(uint8_t* memory, int64_t piece) {
  if (!pieces[piece].isPacked) return;
  each(pieces[piece], place(memory, piece), [memory](uint8_t* buffer, int64_t offset, size_t bytes) {
    std::memcpy(buffer, memory + offset, bytes);
  });
}

void Message::unpack(uint8_t* memory, int64_t piece) {
  if (!pieces[piece].isPacked) return;
  each(pieces[piece], place(memory, piece), [memory](const uint8_t* buffer, int64_t offset, size_t bytes) {
    std::memcpy(memory + offset, buffer, bytes);
  });
}

void Message::packInline(uint8_t* memory) {
  if (!isInline() || count == 0) return;
  each(pieces[0], firstPart.get() + sizeof(Header), [memory](uint8_t* buffer, int64_t offset, size_t bytes) {
    std::memcpy(buffer, memory + offset, bytes);
  });
}

void Message::unpackInline(uint8_t* memory) {
  if (!isInline() || count == 0) return;
  each(pieces[0], firstPart.get() + sizeof(Header), [memory](const uint8_t* buffer, int64_t offset, size_t bytes) {
    std::memcpy(memory + offset, buffer, bytes);
  });
}

}  // namespace steepest::mpi
