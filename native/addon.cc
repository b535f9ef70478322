// The exports of steepest.node. JavaScript gets functions and plain numbers; everything else is in
// program/.
//
// node-addon-api registers the module and gives the types. Calls that need memory are those of the
// C API: each status is checked, and a failure becomes a JavaScript exception with a code.
// (node-addon-api's own errors have none, and it ends the process where making one fails.)
// Nothing here changes once it is made, so the add-on loads into any number of worker threads.
#include <napi.h>

#include <cstdio>
#include <memory>
#include <new>
#include <utility>

#include "arguments.h"
#include "cpu/isas.h"
#include "cpu/pages.h"
#include "cpu/priority.h"
#include "mpi/exports.h"
#include "product.h"
#include "program/program.h"

namespace steepest {
namespace {

/**
 * A bound program and the arrays it points into, which stay alive as long as the function that runs
 * it.
 */
struct Bound {
  std::unique_ptr<Program> program;
  napi_ref memory = nullptr;
};

void finalizeBound(napi_env env, void* data, void*) {
  Bound* bound = static_cast<Bound*>(data);
  if (bound->memory != nullptr) napi_delete_reference(env, bound->memory);
  delete bound;
}

/** What `run` takes instead of a phase to release the program. */
constexpr int32_t kRelease = -1024;

/**
 * Releases a program and the arrays that it holds, immediately. A finalizer would have to wait for
 * the event loop.
 */
napi_value release(napi_env env, Bound* bound) {
  bound->program.reset();
  if (bound->memory != nullptr) napi_delete_reference(env, bound->memory);
  bound->memory = nullptr;
  return nullptr;
}

/** run(phase): Status bits. run(kRelease) ends it: what runs afterwards throws. */
napi_value run(napi_env env, napi_callback_info info) {
  size_t argc = 1;
  napi_value phase;
  void* data = nullptr;
  int32_t number = -1;
  if (napi_get_cb_info(env, info, &argc, &phase, nullptr, &data) != napi_ok || argc < 1 ||
      napi_get_value_int32(env, phase, &number) != napi_ok || number >= kPhaseLimit ||
      (number < 0 && number != kRelease)) {
    napi_throw_range_error(env, "ERR_PROGRAM", "run takes a phase of the contract");
    return nullptr;
  }
  Bound* bound = static_cast<Bound*>(data);
  if (number == kRelease) return release(env, bound);
  if (bound->program == nullptr) {
    napi_throw_range_error(env, "ERR_PROGRAM", "run was called after the program was let go");
    return nullptr;
  }
  const int status = bound->program->run(number);
  napi_value result;
  if (napi_create_int32(env, status, &result) == napi_ok) return result;
  napi_throw_error(env, "ERR_MEMORY", "no memory for a number");
  return nullptr;
}

/** The arguments of a call. Those that JavaScript did not pass are undefined. */
template <size_t count> struct Arguments {
  napi_value values[count] = {};

  bool read(napi_env env, napi_callback_info info) {
    size_t given = count;
    if (napi_get_cb_info(env, info, &given, values, nullptr, nullptr) == napi_ok) return true;
    napi_throw_error(env, "ERR_PROGRAM", "Node-API refused the arguments of a call");
    return false;
  }
};

bool isExceptionPending(Napi::Env env) { return env.IsExceptionPending(); }

napi_status setText(napi_env env, napi_value object, const char* name, const char* text) {
  napi_value value;
  const napi_status status = napi_create_string_utf8(env, text, NAPI_AUTO_LENGTH, &value);
  return status == napi_ok ? napi_set_named_property(env, object, name, value) : status;
}

/** An error with the two halves of its message. */
napi_status makeError(napi_env env, const char* code, const char* message, const Refusal& refusal, napi_value* error) {
  napi_value text;
  napi_status status = napi_create_string_utf8(env, message, NAPI_AUTO_LENGTH, &text);
  if (status == napi_ok) status = napi_create_error(env, nullptr, text, error);
  if (status == napi_ok) status = setText(env, *error, "code", code);
  if (status == napi_ok) status = setText(env, *error, "expected", refusal.expected);
  return status == napi_ok ? setText(env, *error, "given", refusal.given) : status;
}

/** Throws what native.ts turns into a SteepestError, unless an exception is pending already. */
void throwRefusal(napi_env env, const Refusal& refusal) {
  if (isExceptionPending(env)) return;
  const char* code = refusal.lacksMemory ? "ERR_MEMORY" : "ERR_PROGRAM";
  char message[sizeof refusal.expected + sizeof refusal.given + 32];
  std::snprintf(message, sizeof message, "expected %s, given %s", refusal.expected, refusal.given);
  napi_value error;
  if (makeError(env, code, message, refusal, &error) == napi_ok && napi_throw(env, error) == napi_ok) return;
  if (!isExceptionPending(env)) napi_throw_error(env, code, message);
}

/** A number for JavaScript, or none with a pending exception. */
napi_value numberOf(napi_env env, double number) {
  napi_value value;
  if (napi_create_double(env, number, &value) == napi_ok) return value;
  if (!isExceptionPending(env)) napi_throw_error(env, "ERR_MEMORY", "no memory for a number");
  return nullptr;
}

/** The buffers and registers of a call, in an array of our own: what keeps their memory alive. */
napi_status keepMemory(napi_env env, const BindArguments& args, napi_value registers, napi_ref* memory) {
  napi_value keep;
  napi_status status = napi_create_array(env, &keep);
  for (uint32_t i = 0; status == napi_ok && i < args.bufferCount; ++i) {
    status = napi_set_element(env, keep, i, args.arrays[i]);
  }
  if (status == napi_ok) status = napi_set_element(env, keep, args.bufferCount, registers);
  return status == napi_ok ? napi_create_reference(env, keep, 1, memory) : status;
}

/**
 * The function that runs a bound program; its data cannot be exchanged or forged from JavaScript.
 */
napi_value makeRunner(napi_env env, std::unique_ptr<Program> program, const BindArguments& args, napi_value registers) {
  Bound* bound = new (std::nothrow) Bound();
  if (bound == nullptr) {
    napi_throw_error(env, "ERR_MEMORY", "no memory for a program");
    return nullptr;
  }
  bound->program = std::move(program);
  napi_value runner = nullptr;
  const bool made = keepMemory(env, args, registers, &bound->memory) == napi_ok &&
                    napi_create_function(env, "run", NAPI_AUTO_LENGTH, run, bound, &runner) == napi_ok &&
                    napi_add_finalizer(env, runner, bound, finalizeBound, nullptr, nullptr) == napi_ok;
  if (made) return runner;
  finalizeBound(env, bound, nullptr);
  if (!isExceptionPending(env)) napi_throw_error(env, "ERR_MEMORY", "Node-API refused to make a function");
  return nullptr;
}

/** Binds what JavaScript passed; null with a pending exception if it does not fit. */
std::unique_ptr<Program> bindArguments(napi_env env, const napi_value* values, Memory memory, BindArguments& args) {
  Refusal refusal = {};
  std::unique_ptr<Program> program;
  if (readArguments(env, values, memory, args, refusal) && !isExceptionPending(env)) {
    program.reset(Program::bind(*args.kernels, args.source(), args.registers, refusal));
  }
  if (program == nullptr) throwRefusal(env, refusal);
  return program;
}

/** bind(isa, encoded, buffers, registers): a function that runs one phase. */
napi_value bind(napi_env env, napi_callback_info info) {
  Arguments<kBindArguments> given;
  if (!given.read(env, info)) return nullptr;
  BindArguments args;
  std::unique_ptr<Program> program = bindArguments(env, given.values, Memory::Shared, args);
  return program == nullptr ? nullptr : makeRunner(env, std::move(program), args, given.values[3]);
}

/** runOnce(isa, encoded, buffers, registers, phase): Status bits. */
napi_value runOnce(napi_env env, napi_callback_info info) {
  Arguments<kBindArguments + 1> given;
  if (!given.read(env, info)) return nullptr;
  int32_t phase = -1;
  const napi_value last = given.values[kBindArguments];
  if (napi_get_value_int32(env, last, &phase) != napi_ok || phase < 0 || phase >= kPhaseLimit) {
    napi_throw_range_error(env, "ERR_PROGRAM", "runOnce takes a phase of the contract");
    return nullptr;
  }
  BindArguments args;
  const std::unique_ptr<Program> program = bindArguments(env, given.values, Memory::Any, args);
  return program == nullptr ? nullptr : numberOf(env, program->run(phase));
}

/** fmaLoop(isa, rounds): floating-point operations done; the caller takes the time. */
napi_value fmaLoop(napi_env env, napi_callback_info info) {
  Arguments<2> given;
  if (!given.read(env, info)) return nullptr;
  Refusal refusal = {};
  const KernelTable* kernels = nullptr;
  double rounds = 0;
  if (!readIsa(env, given.values[0], &kernels, refusal)) {
    throwRefusal(env, refusal);
    return nullptr;
  }
  constexpr double mostRounds = 1e9;  // Some seconds: a thread cannot be ended while it computes.
  if (napi_get_value_double(env, given.values[1], &rounds) != napi_ok || !(rounds >= 0 && rounds <= mostRounds)) {
    napi_throw_range_error(env, "ERR_PROGRAM", "fmaLoop takes a number of rounds");
    return nullptr;
  }
  volatile float sink = 0;
  return numberOf(env, kernels->fmaLoop(static_cast<int64_t>(rounds), 0.0f, &sink));
}

/** pastPage(array): bytes from the beginning of a page of memory to that of a typed array. */
napi_value pastPage(napi_env env, napi_callback_info info) {
  Arguments<1> given;
  if (!given.read(env, info)) return nullptr;
  const Buffer bytes = readBytes(env, given.values[0]);
  return numberOf(env, static_cast<double>(reinterpret_cast<uintptr_t>(bytes.data) % kArenaPageBytes));
}

using AdvisePages = bool (*)(void* data, size_t bytes);

/** Advises the system about the memory of an array; returns whether it has taken the advice. */
napi_value advised(napi_env env, napi_callback_info info, AdvisePages advise) {
  Arguments<1> given;
  if (!given.read(env, info)) return nullptr;
  const Buffer bytes = readBytes(env, given.values[0]);
  napi_value done;
  const bool taken = advise(bytes.data, static_cast<size_t>(bytes.byteLength));
  if (napi_get_boolean(env, taken, &done) == napi_ok) return done;
  napi_throw_error(env, "ERR_MEMORY", "no memory for an answer");
  return nullptr;
}

/**
 * discard(array): returns the pages that lie wholly in it to the system, where that is possible.
 * They read as zeros afterwards.
 */
napi_value discard(napi_env env, napi_callback_info info) { return advised(env, info, discardPages); }

/** preferHuge(array): asks for huge pages in memory that nothing is written to yet. */
napi_value preferHuge(napi_env env, napi_callback_info info) { return advised(env, info, preferHugePages); }

/**
 * account(bytes): informs the garbage collector of memory that JavaScript objects hold and that it
 * does not count itself.
 */
napi_value account(napi_env env, napi_callback_info info) {
  Arguments<1> given;
  if (!given.read(env, info)) return nullptr;
  int64_t change = 0;
  int64_t total = 0;
  if (napi_get_value_int64(env, given.values[0], &change) == napi_ok) {
    napi_adjust_external_memory(env, change, &total);
  }
  return numberOf(env, static_cast<double>(total));
}

/** isas(): names of the instruction sets that can run here, best first. */
napi_value isas(napi_env env, napi_callback_info) {
  const IsaList& list = availableIsas();
  napi_value names;
  napi_status status = napi_create_array(env, &names);
  for (int i = 0; status == napi_ok && i < list.count; ++i) {
    napi_value name;
    status = napi_create_string_utf8(env, list.tables[i]->isa, NAPI_AUTO_LENGTH, &name);
    if (status == napi_ok) status = napi_set_element(env, names, static_cast<uint32_t>(i), name);
  }
  if (status == napi_ok) return names;
  if (!isExceptionPending(env)) napi_throw_error(env, "ERR_MEMORY", "no memory for names");
  return nullptr;
}

/** giveWay(thread): lets a thread (0: this one) compute only while no other one wants the core; false if it cannot. */
napi_value giveWayTo(napi_env env, napi_callback_info info) {
  Arguments<1> given;
  if (!given.read(env, info)) return nullptr;
  int32_t thread = 0;
  const bool isRead = napi_get_value_int32(env, given.values[0], &thread) == napi_ok;
  napi_value done;
  if (napi_get_boolean(env, isRead && giveWay(thread), &done) == napi_ok) return done;
  napi_throw_error(env, "ERR_MEMORY", "no memory for an answer");
  return nullptr;
}

struct Export {
  const char* name;
  napi_callback function;
};

constexpr Export kExports[] = {{"account", account}, {"discard", discard}, {"preferHuge", preferHuge},
                               {"pastPage", pastPage}, {"isas", isas}, {"bind", bind}, {"fmaLoop", fmaLoop},
                               {"runOnce", runOnce}, {"product", product}, {"giveWay", giveWayTo},
                               {"mpiLoad", mpi::mpiLoad}, {"mpiInit", mpi::mpiInit}, {"mpiFinalize", mpi::mpiFinalize},
                               {"mpiAbort", mpi::mpiAbort}, {"mpiPrepare", mpi::mpiPrepare}};

Napi::Object init(Napi::Env env, Napi::Object exports) {
  if (initProduct(env) != napi_ok) {
    if (!isExceptionPending(env)) napi_throw_error(env, "ERR_MEMORY", "no memory for matrix products");
    return Napi::Object();
  }
  for (const Export& each : kExports) {
    napi_value function;
    napi_status status = napi_create_function(env, each.name, NAPI_AUTO_LENGTH, each.function, nullptr, &function);
    if (status == napi_ok) status = napi_set_named_property(env, exports, each.name, function);
    if (status == napi_ok) continue;
    if (!isExceptionPending(env)) napi_throw_error(env, "ERR_MEMORY", "Node-API refused to make a function");
    return Napi::Object();
  }
  return exports;
}

}  // namespace
}  // namespace steepest

NAPI_MODULE_INIT() { return Napi::RegisterModule(env, exports, steepest::init); }
