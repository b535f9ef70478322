// MPI as this package uses it: one interface for three binary interfaces (families.cc), whose library is
// found while the program runs. Nothing is linked, and nothing is loaded without a launcher.
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>

#include "failure.h"

#if defined(__linux__) || defined(__APPLE__)
#define STEEPEST_MPI 1
#else
#define STEEPEST_MPI 0
#endif

namespace steepest::mpi {

/** What every library of the three families fits into (MPI_MAX_LIBRARY_VERSION_STRING, MPI_MAX_ERROR_STRING). */
constexpr size_t kMostVersionBytes = 8192;
constexpr size_t kMostErrorBytes = 512;

/** A message on its way. Families have pointers or 32-bit numbers here. */
struct Request {
  uintptr_t handle = 0;
};

/** One MPI library. Functions return MPI's error code, 0 if there is none. All of them on one thread. */
class Mpi {
 public:
  Mpi() = default;
  Mpi(const Mpi&) = delete;
  Mpi& operator=(const Mpi&) = delete;
  virtual ~Mpi() = default;

  /** The binary interface: 'Open MPI', 'MPICH' or 'MPI ABI'. */
  virtual const char* family() const = 0;
  /** May be called before init. */
  virtual int libraryVersion(char* text, int* length) = 0;
  /** Whether this process has started MPI before, and perhaps ended it. May be called before init. */
  virtual int hasStarted(bool* started) = 0;
  /** MPI_Init_thread(FUNNELED); errors are returned from then on. `serves`: one thread may call MPI at least. */
  virtual int init(bool* serves) = 0;
  virtual int rank(int* rank) = 0;
  virtual int size(int* size) = 0;
  virtual int send(const void* data, int bytes, int to, int tag, Request& request) = 0;
  virtual int receive(void* data, int bytes, int from, int tag, Request& request) = 0;
  /** Lets messages move on, and says whether this one is complete; only until it is. */
  virtual int test(Request& request, bool* done) = 0;
  virtual int errorString(int code, char* text, int* length) = 0;
  virtual int abort(int code) = 0;
  virtual int finalize() = 0;
};

/**
 * The calls of a loaded library, whatever family it is of.
 * @return null with the reason in `failure` if it is no MPI library
 */
std::unique_ptr<Mpi> callsOf(void* library, const char* name, Failure& failure);

}  // namespace steepest::mpi
