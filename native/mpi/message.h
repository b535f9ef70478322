// One message of an exchange: byte ranges of a memory, as the parts that travel.
//
//   first part   a header, and all bytes if they are few
//   pieces       the bytes otherwise, at most `pieceBytes` each
//
// Sender and receiver cut a message into the same parts, because these depend on its length alone. A piece
// that lies within one range travels from and to its place; one that does not is packed into a buffer.
#pragma once
#include <cstdint>
#include <memory>

#include "failure.h"

namespace steepest::mpi {

/** Bytes of a memory. */
struct Range {
  int64_t offset;
  int64_t bytes;
};

/** What a message begins with. All hosts of a job have the same byte order: the libraries require it. */
struct Header {
  static constexpr uint32_t kMagic = 0x6b505453;
  static constexpr uint32_t kVersion = 1;
  static constexpr size_t kLabelBytes = 64;

  uint32_t magic;
  uint32_t version;
  /** Which message from this sender to this receiver it is. */
  int64_t number;
  int64_t bytes;
  /** The limit of pieces: both sides must cut in the same places. */
  int64_t pieceBytes;
  /** What the sender does, as text that ends with 0. */
  char label[kLabelBytes];
};

/** A first part is as large as most libraries send without asking the receiver first. */
constexpr int64_t kFirstBytes = 4032;
constexpr int64_t kInlineBytes = kFirstBytes - static_cast<int64_t>(sizeof(Header));

/** Pieces up to it travel without a question over TCP: Open MPI's btl_tcp_eager_limit, the largest default. */
constexpr int64_t kUnaskedBytes = int64_t{1} << 16;
/** The largest message in pieces for which nobody asks: the libraries keep a copy of those. */
constexpr int64_t kMostUnaskedBytes = int64_t{1} << 23;

/** MPI counts in 32 bits. */
constexpr int64_t kMostPieceBytes = int64_t{1} << 30;

/** Limits of pieces. */
struct PieceBytes {
  int64_t most;
  /** For messages of up to kMostUnaskedBytes; 0 for no other limit. */
  int64_t unasked;
};

class Message {
 public:
  /** A part that travels by itself. */
  struct Piece {
    /** In the memory, or among the packed bytes. */
    int64_t start;
    int64_t bytes;
    /** The range that it begins in, and how many bytes of it belong to the piece before. */
    int64_t range;
    int64_t skipped;
    bool isPacked;
  };

  /** False, with the reason, without memory for it. The ranges must be sane: see Exchange. */
  bool make(int peer, const Range* ranges, int64_t count, const PieceBytes& limits, Failure& failure);

  int peer() const { return to; }
  int64_t bytes() const { return total; }
  int64_t mostPieceBytes() const { return most; }
  uint8_t* first() { return firstPart.get(); }
  int64_t firstBytes() const { return static_cast<int64_t>(sizeof(Header)) + (isInline() ? total : 0); }
  bool isInline() const { return total <= kInlineBytes; }
  /** Whether the library may ask the receiver before it sends a piece. */
  bool isAsked() const { return total > kUnaskedBytes && most > kUnaskedBytes; }
  /** Pieces that follow the first part. */
  int64_t pieceCount() const { return isInline() ? 0 : count; }
  int64_t pieceBytes(int64_t piece) const { return pieces[piece].bytes; }
  /** Where the piece travels from or to. */
  uint8_t* place(uint8_t* memory, int64_t piece);

  /** Writes the header of a message to send. */
  void writeHeader(int64_t number, const char* label);
  const Header& header() const { return *reinterpret_cast<const Header*>(firstPart.get()); }

  /** Copies what is packed of a piece, or the inline bytes, out of the memory or into it. */
  void pack(uint8_t* memory, int64_t piece);
  void unpack(uint8_t* memory, int64_t piece);
  void packInline(uint8_t* memory);
  void unpackInline(uint8_t* memory);

 private:
  int to = 0;
  int64_t total = 0;
  int64_t most = 0;
  int64_t count = 0;
  int64_t rangeCount = 0;
  std::unique_ptr<Range[]> ranges;
  std::unique_ptr<Piece[]> pieces;
  std::unique_ptr<uint8_t[]> packed;
  std::unique_ptr<uint8_t[]> firstPart;

  /** Cuts the bytes into pieces; returns how many bytes have to be packed. */
  int64_t cut();
  template <class Copy> void each(const Piece& piece, uint8_t* buffer, Copy copy);
};

}  // namespace steepest::mpi
