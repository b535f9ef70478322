#include "exchange.h"

#if STEEPEST_MPI
#include <algorithm>
#include <cstdio>
#include <cstring>
#include <new>
#include <utility>

#include "../program/whole.h"
#include "waiting.h"

namespace steepest::mpi {
namespace {

/** A first part can never be taken for a piece, whatever the other side does. */
enum Tag { First = 1, Piece = 2 };

/**
 * Gives the launcher time to read the error that this rank has just written to stderr. Under MPICH some jobs
 * (1 of 8 on a busy machine) ended without it when ranks aborted at once.
 */
constexpr int64_t kNanosecondsToRead = 100000000;

constexpr double kMostBytes = 9007199254740991.0;

/** Reads a plan's words, of which none is trusted. */
class Words {
 public:
  explicit Words(const Plan& source) : plan(source) {}
  /** A whole number in [0, most]. */
  bool next(double most, int64_t* value) {
    if (at >= plan.wordCount) return false;
    const double word = plan.words[at++];
    if (!(word >= 0 && word <= most) || !isWhole(word)) return false;
    *value = static_cast<int64_t>(word);
    return true;
  }
  bool isAtEnd() const { return at == plan.wordCount; }

 private:
  const Plan& plan;
  int64_t at = 0;
};

/** Reads ranges that lie within the memory, `bytes` of them in all. */
bool readRanges(Words& words, int64_t count, int64_t memoryBytes, Range* ranges) {
  double total = 0;
  for (int64_t i = 0; i < count; ++i) {
    if (!words.next(static_cast<double>(memoryBytes), &ranges[i].offset)) return false;
    if (!words.next(static_cast<double>(memoryBytes - ranges[i].offset), &ranges[i].bytes)) return false;
    total += static_cast<double>(ranges[i].bytes);
  }
  return total <= kMostBytes;
}

}  // namespace

std::unique_ptr<Job> Job::make(std::unique_ptr<Mpi> mpi, int rank, int size, Failure& failure) {
  std::unique_ptr<Job> job(new (std::nothrow) Job());
  if (job != nullptr) {
    job->sent.reset(new (std::nothrow) int64_t[static_cast<size_t>(size)]());
    job->received.reset(new (std::nothrow) int64_t[static_cast<size_t>(size)]());
  }
  if (job == nullptr || job->sent == nullptr || job->received == nullptr) {
    failure.noMemory("counts of messages");
    return nullptr;
  }
  job->mpi = std::move(mpi);
  job->rank = rank;
  job->size = size;
  return job;
}

void Job::end(int code) {
  sleepFor(kNanosecondsToRead);
  mpi->abort(code);
}

bool Job::refused(const char* expectation, int code, Failure& failure) {
  char text[kMostErrorBytes] = {};
  int length = 0;
  if (mpi->errorString(code, text, &length) != 0) text[0] = '\0';
  return failure.because("mpi", expectation, "MPI's error %d: %s", code, text);
}

std::unique_ptr<Exchange> Exchange::make(const Job& job, const Plan& plan, Failure& failure) {
  std::unique_ptr<Exchange> exchange(new (std::nothrow) Exchange());
  if (exchange == nullptr) failure.noMemory("an exchange");
  else if (exchange->read(job, plan, failure)) return exchange;
  return nullptr;
}

bool Exchange::read(const Job& job, const Plan& plan, Failure& failure) {
  constexpr const char* kExpected = "a plan of ranks of this job and of byte ranges within the memory";
  const auto& [most, unasked] = plan.pieceBytes;
  if (most < 1 || most > kMostPieceBytes || unasked < 0) {
    return failure.because("plan", "pieces of 1 to 2^30 bytes", "%lld and %lld", static_cast<long long>(most),
                           static_cast<long long>(unasked));
  }
  std::snprintf(label, sizeof label, "%s", plan.label);
  leastBytes = plan.memoryBytes;
  count = plan.sends + plan.receives;
  transfers.reset(new (std::nothrow) Transfer[static_cast<size_t>(count) + 1]);
  if (transfers == nullptr) return failure.noMemory("messages of an exchange");
  Words words(plan);
  for (int64_t at = 0; at < count; ++at) {
    int64_t peer = 0;
    int64_t ranges = 0;
    if (!words.next(job.size - 1, &peer) || peer == job.rank ||
        !words.next(static_cast<double>(plan.wordCount) / 2, &ranges)) {
      return failure.because("plan", kExpected, "message %lld", static_cast<long long>(at));
    }
    const std::unique_ptr<Range[]> read(new (std::nothrow) Range[static_cast<size_t>(ranges) + 1]);
    if (read == nullptr) return failure.noMemory("ranges of an exchange");
    if (!readRanges(words, ranges, plan.memoryBytes, read.get())) {
      return failure.because("plan", kExpected, "ranges of message %lld", static_cast<long long>(at));
    }
    Transfer& transfer = transfers[at];
    transfer.isSend = at < plan.sends;
    if (!transfer.message.make(static_cast<int>(peer), read.get(), ranges, plan.pieceBytes, failure)) return false;
    transfer.requests.reset(new (std::nothrow) Request[static_cast<size_t>(transfer.parts())]);
    if (transfer.requests == nullptr) return failure.noMemory("messages of an exchange");
  }
  if (!words.isAtEnd()) return failure.because("plan", kExpected, "more words than messages");
  return pair(failure);
}

/** Finds large messages that travel both ways. */
bool Exchange::pair(Failure& failure) {
  for (int64_t at = 0; at < count; ++at) {
    for (int64_t other = 0; other < at; ++other) {
      Transfer& first = transfers[other];
      Transfer& second = transfers[at];
      if (first.message.peer() != second.message.peer()) continue;
      if (first.isSend == second.isSend) {
        return failure.because("plan", "one message to and one from each rank at most", "two with rank %d",
                               first.message.peer());
      }
      if (!first.message.isAsked() || !second.message.isAsked()) continue;
      first.opposite = &second;
      second.opposite = &first;
    }
  }
  return true;
}

bool Exchange::start(Job& job, uint8_t* memory, Transfer& transfer, Failure& failure) {
  Message& message = transfer.message;
  const int peer = message.peer();
  Request& request = transfer.requests[0];
  transfer.done = 0;
  transfer.piecesStarted = false;
  if (!transfer.isSend) {
    const int code = job.mpi->receive(message.first(), static_cast<int>(kFirstBytes), peer, First, request);
    return code == 0 || job.refused("a message to go", code, failure);
  }
  message.writeHeader(job.sent[peer]++, label);
  message.packInline(memory);
  const int code = job.mpi->send(message.first(), static_cast<int>(message.firstBytes()), peer, First, request);
  if (code != 0) return job.refused("a message to go", code, failure);
  return transfer.opposite != nullptr || startPieces(job, memory, transfer, failure);
}

/**
 * A receiver waits with this for the header: it gives the library no place that is shorter than what comes, because
 * Open MPI 4.1 then writes beyond it (seen within a host, 100,000 bytes into 50,000) instead of returning an error.
 *
 * The sender of a large message waits for the header of the one that travels the other way. Libraries ask the receiver
 * of a large message whether it is ready, and the answer takes the same connection as data of the receiver's own. If
 * one side were ahead, its answer would stand behind all of its data, and the two messages would pass one after the
 * other: at 200 Mbit/s messages of 1.9 MB between four hosts took up to twice the time. So both ask before either has
 * sent data.
 */
bool Exchange::startPieces(Job& job, uint8_t* memory, Transfer& transfer, Failure& failure) {
  transfer.piecesStarted = true;
  Message& message = transfer.message;
  const int peer = message.peer();
  for (int64_t piece = 0; piece < message.pieceCount(); ++piece) {
    Request& request = transfer.requests[1 + piece];
    if (transfer.isSend) message.pack(memory, piece);
    uint8_t* place = message.place(memory, piece);
    const int bytes = static_cast<int>(message.pieceBytes(piece));
    const int code = transfer.isSend ? job.mpi->send(place, bytes, peer, Piece, request)
                                     : job.mpi->receive(place, bytes, peer, Piece, request);
    if (code != 0) return job.refused("a message to go", code, failure);
  }
  return true;
}

bool Exchange::checkHeader(Job& job, const Transfer& transfer, Failure& failure) const {
  const Message& message = transfer.message;
  const Header& header = message.header();
  const int peer = message.peer();
  if (header.magic != Header::kMagic || header.version != Header::kVersion) {
    return failure.because("version", "the same version of steepest on all ranks",
                           "a message of rank %d that begins with %08x %u", peer, header.magic, header.version);
  }
  char other[Header::kLabelBytes];
  std::snprintf(other, sizeof other, "%.*s", static_cast<int>(sizeof header.label) - 1, header.label);
  if (std::strcmp(other, label) != 0) return failure.otherCall(peer, other);
  const int64_t number = job.received[peer]++;
  if (header.number != number) {
    return failure.because("order", "messages in the order in which they were sent",
                           "number %lld of rank %d instead of %lld", static_cast<long long>(header.number), peer,
                           static_cast<long long>(number));
  }
  if (header.bytes != message.bytes()) return failure.otherSize(peer, header.bytes, message.bytes());
  return header.pieceBytes == message.mostPieceBytes() ||
         failure.because("version", "messages in pieces of the same size on all ranks", "others from rank %d", peer);
}

bool Exchange::finishPart(Job& job, uint8_t* memory, Transfer& transfer, Failure& failure) {
  const int64_t part = transfer.done++;
  if (transfer.isSend) return true;
  if (part > 0) {
    transfer.message.unpack(memory, part - 1);
    return true;
  }
  if (!checkHeader(job, transfer, failure)) return false;
  transfer.message.unpackInline(memory);
  // Its own question first: the other side gets it before the answer, and so before it sends data.
  if (transfer.opposite != nullptr && !startPieces(job, memory, *transfer.opposite, failure)) return false;
  return startPieces(job, memory, transfer, failure);
}

bool Exchange::advance(Job& job, uint8_t* memory, Transfer& transfer, bool* moved, Failure& failure) {
  while (!transfer.isDone()) {
    // A sent header, with pieces that wait for the other side's.
    if (transfer.done > 0 && !transfer.piecesStarted) return true;
    bool isComplete = false;
    const int code = job.mpi->test(transfer.requests[transfer.done], &isComplete);
    if (code != 0) {
      char expected[96];
      std::snprintf(expected, sizeof expected, "%s to %s rank %d", label, transfer.isSend ? "reach" : "come from",
                    transfer.message.peer());
      return job.refused(expected, code, failure);
    }
    if (!isComplete) return true;
    *moved = true;
    if (!finishPart(job, memory, transfer, failure)) return false;
  }
  return true;
}

/** Whether a message has begun and is not yet complete. */
bool Exchange::flows() const {
  for (int64_t at = 0; at < count; ++at) {
    if (transfers[at].flows()) return true;
  }
  return false;
}

bool Exchange::timedOut(Failure& failure) const {
  Peers silent;
  Peers slow;
  for (int64_t at = 0; at < count; ++at) {
    const Transfer& transfer = transfers[at];
    if (transfer.isDone()) continue;
    const bool hasSpoken = transfer.isSend || transfer.done > 0;
    (hasSpoken ? slow : silent).add(transfer.message.peer());
  }
  return failure.noAnswer(silent.count > 0 ? silent : slow);
}

bool Exchange::all(Job& job, uint8_t* memory, int64_t timeoutNanoseconds, Failure& failure) {
  // Receives first, so that what comes has its place.
  for (int64_t at = count; at-- > 0;) {
    if (!start(job, memory, transfers[at], failure)) return false;
  }
  Waiting waiting;
  for (;;) {
    bool moved = false;
    bool isDone = true;
    for (int64_t at = 0; at < count; ++at) {
      if (!advance(job, memory, transfers[at], &moved, failure)) return false;
      isDone = isDone && transfers[at].isDone();
    }
    if (isDone) return true;
    const int32_t code = __atomic_load_n(job.abortWord, __ATOMIC_RELAXED);
    if (code != 0) {
      job.end(code);
      return failure.because("ended", "the job to go on", "its end by this process");
    }
    if (moved) {
      waiting.restart();
      continue;
    }
    const int64_t waited = waiting.pause(flows());
    if (waited >= timeoutNanoseconds) return timedOut(failure);
  }
}

bool Exchange::run(Job& job, uint8_t* memory, int64_t timeoutNanoseconds, Failure& failure) {
  if (job.isBroken) return failure.because("ended", "a job in which nothing has failed", "one with a lost exchange");
  job.isBroken = !all(job, memory, timeoutNanoseconds, failure);
  return !job.isBroken;
}

}  // namespace steepest::mpi
#endif
