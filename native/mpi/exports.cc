#include "exports.h"

#include <atomic>
#include <cstdio>
#include <new>
#include <utility>

#include "exchange.h"
#include "failure.h"
#include "signals.h"

#if STEEPEST_MPI
#include <dlfcn.h>
#endif

namespace steepest::mpi {
namespace {

constexpr const char* kCode = "ERR_CLUSTER";

napi_status setText(napi_env env, napi_value object, const char* name, const char* text) {
  napi_value value;
  const napi_status status = napi_create_string_utf8(env, text, NAPI_AUTO_LENGTH, &value);
  return status == napi_ok ? napi_set_named_property(env, object, name, value) : status;
}

napi_status setNumber(napi_env env, napi_value object, const char* name, double number) {
  napi_value value;
  const napi_status status = napi_create_double(env, number, &value);
  return status == napi_ok ? napi_set_named_property(env, object, name, value) : status;
}

napi_status setPeers(napi_env env, napi_value object, const Peers& peers) {
  napi_value list;
  napi_status status = napi_create_array(env, &list);
  for (int i = 0; status == napi_ok && i < peers.count; ++i) {
    napi_value peer;
    status = napi_create_int32(env, peers.ranks[i], &peer);
    if (status == napi_ok) status = napi_set_element(env, list, static_cast<uint32_t>(i), peer);
  }
  return status == napi_ok ? napi_set_named_property(env, object, "peers", list) : status;
}

/** Throws what src/cluster/mpi.ts turns into an error of its own; returns null. */
napi_value raise(napi_env env, const Failure& failure) {
  char message[sizeof failure.expected + sizeof failure.given + 32];
  std::snprintf(message, sizeof message, "expected %s, given %s", failure.expected, failure.given);
  napi_value text;
  napi_value error;
  napi_status status = napi_create_string_utf8(env, message, NAPI_AUTO_LENGTH, &text);
  if (status == napi_ok) status = napi_create_error(env, nullptr, text, &error);
  if (status == napi_ok) status = setText(env, error, "code", kCode);
  if (status == napi_ok) status = setText(env, error, "kind", failure.kind);
  if (status == napi_ok) status = setText(env, error, "expected", failure.expected);
  if (status == napi_ok) status = setText(env, error, "given", failure.given);
  if (status == napi_ok) status = setText(env, error, "call", failure.call);
  if (status == napi_ok) status = setNumber(env, error, "bytes", static_cast<double>(failure.bytes));
  if (status == napi_ok) status = setNumber(env, error, "ownBytes", static_cast<double>(failure.ownBytes));
  if (status == napi_ok) status = setPeers(env, error, failure.peers);
  if (status == napi_ok) status = napi_throw(env, error);
  bool isPending = false;
  if (status != napi_ok && (napi_is_exception_pending(env, &isPending) != napi_ok || !isPending)) {
    napi_throw_error(env, kCode, message);
  }
  return nullptr;
}

napi_value raise(napi_env env, const char* kind, const char* expected, const char* given) {
  Failure failure;
  failure.because(kind, expected, "%s", given);
  return raise(env, failure);
}

#if STEEPEST_MPI

/** File names of libraries: PATH_MAX of Linux. */
constexpr size_t kMostNameBytes = 4096;
/** What `run` takes instead of a time-out to release its exchange. */
constexpr int64_t kRelease = -1;
constexpr int64_t kNanosecondsPerMillisecond = 1000000;
constexpr int64_t kMostTimeoutMs = int64_t{1} << 40;
/**
 * MPI of this process: once for all threads, because MPI can be started once. Pointers, because nothing may be
 * destroyed when the process ends while the library is at work.
 */
struct Process {
  std::atomic<napi_env> owner;
  /** The owner ended without mpiFinalize: MPI's thread is gone. */
  std::atomic<bool> isLost;
  Mpi* loaded;
  Job* job;
};
Process process = {};

void loseOwner(void* env) {
  if (process.owner.load() == env) process.isLost.store(true);
}

/** Takes the calling thread for that of MPI, or finds that it is. */
bool isOwner(napi_env env, Failure& failure) {
  napi_env owner = nullptr;
  if (process.owner.compare_exchange_strong(owner, env)) {
    if (napi_add_env_cleanup_hook(env, loseOwner, env) != napi_ok) return failure.noMemory("a hook");
    return true;
  }
  if (owner == env && !process.isLost.load()) return true;
  const char* given = process.isLost.load() ? "one whose thread of MPI has ended" : "a second thread";
  return failure.because("thread", "all calls of MPI on one thread of the process", "%s", given);
}

/** The arguments of a call; those that JavaScript did not pass are undefined. */
template <size_t count> struct Arguments {
  napi_value values[count] = {};

  bool read(napi_env env, napi_callback_info info) {
    size_t given = count;
    return napi_get_cb_info(env, info, &given, values, nullptr, nullptr) == napi_ok;
  }
};

bool readInteger(napi_env env, napi_value value, int64_t least, int64_t most, int64_t* number) {
  return napi_get_value_int64(env, value, number) == napi_ok && *number >= least && *number <= most;
}

/** A typed array's bytes; false for anything else. */
bool readArray(napi_env env, napi_value value, napi_typedarray_type wanted, void** data, size_t* length) {
  bool isArray = false;
  napi_typedarray_type type = napi_int8_array;
  return napi_is_typedarray(env, value, &isArray) == napi_ok && isArray &&
         napi_get_typedarray_info(env, value, &type, length, data, nullptr, nullptr) == napi_ok && type == wanted;
}

napi_value wrongArguments(napi_env env, const char* expected) { return raise(env, "plan", expected, "other arguments"); }

/**
 * Keeps this file in memory. Node.js takes an add-on out of it when the last thread that has loaded it ends, but MPI
 * stays, and cannot be started again.
 */
void stayLoaded() {
  Dl_info info = {};
  if (dladdr(&process, &info) == 0 || info.dli_fname == nullptr) return;
  // Held on purpose.
  static_cast<void>(dlopen(info.dli_fname, RTLD_NOW | RTLD_NOLOAD | RTLD_NODELETE));
}

/** Opens a library; its plug-ins look for their functions among those of the whole process. */
std::unique_ptr<Mpi> open(const char* name, Failure& failure) {
  void* library = dlopen(name, RTLD_NOW | RTLD_GLOBAL);
  if (library != nullptr) return callsOf(library, name, failure);
  const char* reason = dlerror();
  failure.because("missing", "an MPI library", "%s", reason != nullptr ? reason : name);
  return nullptr;
}

/** An address in Node.js. */
const void* host() { return reinterpret_cast<const void*>(&napi_create_function); }

napi_value pairOf(napi_env env, const char* first, napi_value a, const char* second, napi_value b) {
  napi_value object;
  if (napi_create_object(env, &object) == napi_ok && napi_set_named_property(env, object, first, a) == napi_ok &&
      napi_set_named_property(env, object, second, b) == napi_ok) {
    return object;
  }
  return raise(env, "memory", "memory for an answer", "none");
}

/** An exchange and the array that it works on, alive as long as the function that runs it. */
struct Prepared {
  std::unique_ptr<Exchange> exchange;
  napi_ref memory = nullptr;
};

void release(napi_env env, Prepared* prepared) {
  // After a failure the library may still read and write what it was given: it stays until the process ends.
  if (process.job != nullptr && process.job->isBroken) {
    static_cast<void>(prepared->exchange.release());
    prepared->memory = nullptr;
    return;
  }
  prepared->exchange.reset();
  if (prepared->memory != nullptr) napi_delete_reference(env, prepared->memory);
  prepared->memory = nullptr;
}

void finalizePrepared(napi_env env, void* data, void*) {
  Prepared* prepared = static_cast<Prepared*>(data);
  release(env, prepared);
  delete prepared;
}

/** run(timeoutMs), or run(kRelease). */
napi_value run(napi_env env, napi_callback_info info) {
  size_t argc = 1;
  napi_value argument;
  void* data = nullptr;
  int64_t timeoutMs = 0;
  if (napi_get_cb_info(env, info, &argc, &argument, nullptr, &data) != napi_ok || argc < 1 ||
      !readInteger(env, argument, kRelease, kMostTimeoutMs, &timeoutMs)) {
    return wrongArguments(env, "run(timeoutMs)");
  }
  Prepared* prepared = static_cast<Prepared*>(data);
  Failure failure;
  if (!isOwner(env, failure)) return raise(env, failure);
  if (timeoutMs == kRelease) {
    release(env, prepared);
    return nullptr;
  }
  if (prepared->exchange == nullptr || process.job == nullptr) {
    return raise(env, "ended", "an exchange that is not released, before the end of MPI", "another one");
  }
  napi_value array;
  void* memory = nullptr;
  size_t length = 0;
  // Read anew each time: an ArrayBuffer may have been detached.
  if (napi_get_reference_value(env, prepared->memory, &array) != napi_ok ||
      !readArray(env, array, napi_uint8_array, &memory, &length) ||
      static_cast<int64_t>(length) < prepared->exchange->memoryBytes()) {
    return raise(env, "plan", "the memory that the exchange was prepared for", "a shorter one");
  }
  const int64_t timeout = timeoutMs * kNanosecondsPerMillisecond;
  if (prepared->exchange->run(*process.job, static_cast<uint8_t*>(memory), timeout, failure)) return nullptr;
  return raise(env, failure);
}

napi_value makeRunner(napi_env env, std::unique_ptr<Exchange> exchange, napi_value memory) {
  Prepared* prepared = new (std::nothrow) Prepared();
  napi_value runner = nullptr;
  if (prepared == nullptr) return raise(env, "memory", "memory for an exchange", "none");
  prepared->exchange = std::move(exchange);
  if (napi_create_reference(env, memory, 1, &prepared->memory) == napi_ok &&
      napi_create_function(env, "run", NAPI_AUTO_LENGTH, run, prepared, &runner) == napi_ok &&
      napi_add_finalizer(env, runner, prepared, finalizePrepared, nullptr, nullptr) == napi_ok) {
    return runner;
  }
  finalizePrepared(env, prepared, nullptr);
  return raise(env, "memory", "a function of Node-API", "none");
}

/** Starts the loaded library; the job is made from what it says. */
bool init(Failure& failure) {
  std::unique_ptr<Mpi> mpi(process.loaded);
  process.loaded = nullptr;
  bool serves = false;
  int rank = -1;
  int size = 0;
  int code = mpi->init(&serves);
  if (code == 0) code = mpi->rank(&rank);
  if (code == 0) code = mpi->size(&size);
  if (code != 0) return failure.because("mpi", "MPI_Init_thread to succeed", "error %d", code);
  if (!serves) return failure.because("mpi", "an MPI library that a program with threads may use", "one without threads");
  process.job = Job::make(std::move(mpi), rank, size, failure).release();
  return process.job != nullptr;
}

}  // namespace

napi_value mpiLoad(napi_env env, napi_callback_info info) {
  Arguments<1> given;
  char name[kMostNameBytes] = {};
  size_t length = 0;
  if (!given.read(env, info) || napi_get_value_string_utf8(env, given.values[0], name, sizeof name, &length) != napi_ok) {
    return wrongArguments(env, "mpiLoad(name)");
  }
  Failure failure;
  if (!isOwner(env, failure)) return raise(env, failure);
  if (process.job != nullptr) return raise(env, "thread", "one start of MPI", "a second one");
  stayLoaded();
  const SavedSignals signals(host());
  std::unique_ptr<Mpi> mpi = open(name, failure);
  if (mpi == nullptr) return raise(env, failure);
  const std::unique_ptr<char[]> version(new (std::nothrow) char[kMostVersionBytes + 1]());
  int versionLength = 0;
  if (version == nullptr || mpi->libraryVersion(version.get(), &versionLength) != 0) {
    return raise(env, "foreign", "an MPI library that says its version", name);
  }
  bool started = false;
  if (mpi->hasStarted(&started) != 0 || started) {
    return raise(env, "foreign", "an MPI library that this process has not started before", name);
  }
  napi_value family;
  napi_value text;
  if (napi_create_string_utf8(env, mpi->family(), NAPI_AUTO_LENGTH, &family) != napi_ok ||
      napi_create_string_utf8(env, version.get(), NAPI_AUTO_LENGTH, &text) != napi_ok) {
    return raise(env, "memory", "memory for an answer", "none");
  }
  delete process.loaded;
  process.loaded = mpi.release();
  return pairOf(env, "family", family, "version", text);
}

napi_value mpiInit(napi_env env, napi_callback_info info) {
  Arguments<1> given;
  void* word = nullptr;
  size_t words = 0;
  napi_ref kept = nullptr;
  // The reference lasts as long as the thread: so does the job.
  if (!given.read(env, info) || !readArray(env, given.values[0], napi_int32_array, &word, &words) || words != 1 ||
      napi_create_reference(env, given.values[0], 1, &kept) != napi_ok) {
    return wrongArguments(env, "mpiInit(abortWord)");
  }
  Failure failure;
  if (!isOwner(env, failure)) return raise(env, failure);
  if (process.loaded == nullptr) return raise(env, "ended", "a library that mpiLoad has opened", "none");
  const SavedSignals signals(host());
  if (!init(failure)) return raise(env, failure);
  process.job->abortWord = static_cast<const int32_t*>(word);
  napi_value rank;
  napi_value size;
  if (napi_create_int32(env, process.job->rank, &rank) != napi_ok ||
      napi_create_int32(env, process.job->size, &size) != napi_ok) {
    return raise(env, "memory", "memory for an answer", "none");
  }
  return pairOf(env, "rank", rank, "size", size);
}

napi_value mpiFinalize(napi_env env, napi_callback_info) {
  Failure failure;
  if (!isOwner(env, failure)) return raise(env, failure);
  if (process.job == nullptr || process.job->isBroken) return nullptr;
  const SavedSignals signals(host());
  const int code = process.job->mpi->finalize();
  delete process.job;
  process.job = nullptr;
  if (code == 0) return nullptr;
  failure.because("mpi", "MPI_Finalize to succeed", "error %d", code);
  return raise(env, failure);
}

napi_value mpiAbort(napi_env env, napi_callback_info info) {
  Arguments<1> given;
  int64_t code = 1;
  Failure failure;
  if (!given.read(env, info) || !readInteger(env, given.values[0], 0, INT32_MAX, &code)) {
    return wrongArguments(env, "mpiAbort(code)");
  }
  if (!isOwner(env, failure)) return raise(env, failure);
  if (process.job != nullptr) process.job->end(static_cast<int>(code));
  return nullptr;
}

napi_value mpiPrepare(napi_env env, napi_callback_info info) {
  Arguments<7> given;
  void* memory = nullptr;
  void* words = nullptr;
  size_t memoryBytes = 0;
  size_t wordCount = 0;
  size_t labelLength = 0;
  char label[Header::kLabelBytes] = {};
  Plan plan = {};
  if (!given.read(env, info) || !readArray(env, given.values[0], napi_uint8_array, &memory, &memoryBytes) ||
      !readArray(env, given.values[1], napi_float64_array, &words, &wordCount) ||
      !readInteger(env, given.values[2], 0, INT32_MAX, &plan.sends) ||
      !readInteger(env, given.values[3], 0, INT32_MAX, &plan.receives) ||
      napi_get_value_string_utf8(env, given.values[4], label, sizeof label, &labelLength) != napi_ok ||
      napi_get_value_int64(env, given.values[5], &plan.pieceBytes.most) != napi_ok ||
      napi_get_value_int64(env, given.values[6], &plan.pieceBytes.unasked) != napi_ok) {
    return wrongArguments(env, "mpiPrepare(memory, plan, sends, receives, label, pieceBytes, unaskedBytes)");
  }
  Failure failure;
  if (!isOwner(env, failure)) return raise(env, failure);
  if (process.job == nullptr) return raise(env, "ended", "an exchange before the end of MPI", "one after it");
  plan.words = static_cast<const double*>(words);
  plan.wordCount = static_cast<int64_t>(wordCount);
  plan.label = label;
  plan.memoryBytes = static_cast<int64_t>(memoryBytes);
  std::unique_ptr<Exchange> exchange = Exchange::make(*process.job, plan, failure);
  return exchange == nullptr ? raise(env, failure) : makeRunner(env, std::move(exchange), given.values[0]);
}

#else

napi_value unavailable(napi_env env) { return raise(env, "system", "Linux or macOS", "another system"); }

}  // namespace

napi_value mpiLoad(napi_env env, napi_callback_info) { return unavailable(env); }
napi_value mpiInit(napi_env env, napi_callback_info) { return unavailable(env); }
napi_value mpiFinalize(napi_env env, napi_callback_info) { return unavailable(env); }
napi_value mpiAbort(napi_env env, napi_callback_info) { return unavailable(env); }
napi_value mpiPrepare(napi_env env, napi_callback_info) { return unavailable(env); }

#endif

}  // namespace steepest::mpi
