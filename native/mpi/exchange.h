// An exchange: messages to and from other ranks that travel at the same time, ready to run as often as wanted.
#pragma once
#include "message.h"
#include "mpi.h"

#if STEEPEST_MPI

namespace steepest::mpi {

/** What exchanges of this process share: the library, its place in the job, and how far it is. */
class Job {
 public:
  /** @return null with the reason if there is no memory */
  static std::unique_ptr<Job> make(std::unique_ptr<Mpi> mpi, int rank, int size, Failure& failure);

  std::unique_ptr<Mpi> mpi;
  int rank = 0;
  int size = 0;
  /** Messages to and from each rank so far. */
  std::unique_ptr<int64_t[]> sent;
  std::unique_ptr<int64_t[]> received;
  /** An exchange failed, and the library may still write to its memory: nothing runs any more. */
  bool isBroken = false;
  /** Any thread may set it: the code to end the job with, if it is not 0. */
  const int32_t* abortWord = nullptr;

  /** Ends the job on all ranks. It may return. */
  void end(int code);

  /** An error of the library, with its text. */
  bool refused(const char* expectation, int code, Failure& failure);
};

/** What an exchange consists of, as numbers: for each message the peer, the number of ranges, and pairs of these. */
struct Plan {
  const double* words;
  int64_t wordCount;
  int64_t sends;
  int64_t receives;
  PieceBytes pieceBytes;
  const char* label;
  /** The ranges lie within so many bytes. */
  int64_t memoryBytes;
};

class Exchange {
 public:
  /** @return null with the reason if the plan does not fit */
  static std::unique_ptr<Exchange> make(const Job& job, const Plan& plan, Failure& failure);

  /** Sends and receives everything. Afterwards the job is broken if that failed. */
  bool run(Job& job, uint8_t* memory, int64_t timeoutNanoseconds, Failure& failure);
  int64_t memoryBytes() const { return leastBytes; }

 private:
  /** A message and how far it is. */
  struct Transfer {
    Message message;
    std::unique_ptr<Request[]> requests;
    bool isSend = false;
    /** The other large message of two that travel both ways, or null: see startPieces. */
    Transfer* opposite = nullptr;
    bool piecesStarted = false;
    /** Parts that are complete: the first part, then pieces. */
    int64_t done = 0;
    int64_t parts() const { return 1 + message.pieceCount(); }
    bool isDone() const { return done == parts(); }
    /** It has begun, and more of it is under way. */
    bool flows() const { return piecesStarted && done > 0 && !isDone(); }
  };

  std::unique_ptr<Transfer[]> transfers;
  int64_t count = 0;
  int64_t leastBytes = 0;
  char label[Header::kLabelBytes] = {};

  bool read(const Job& job, const Plan& plan, Failure& failure);
  bool pair(Failure& failure);
  bool start(Job& job, uint8_t* memory, Transfer& transfer, Failure& failure);
  bool startPieces(Job& job, uint8_t* memory, Transfer& transfer, Failure& failure);
  bool advance(Job& job, uint8_t* memory, Transfer& transfer, bool* moved, Failure& failure);
  bool finishPart(Job& job, uint8_t* memory, Transfer& transfer, Failure& failure);
  bool checkHeader(Job& job, const Transfer& transfer, Failure& failure) const;
  bool all(Job& job, uint8_t* memory, int64_t timeoutNanoseconds, Failure& failure);
  bool flows() const;
  bool timedOut(Failure& failure) const;
};

}  // namespace steepest::mpi
#endif
