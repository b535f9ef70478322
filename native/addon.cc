// The exports of steepest.node. JavaScript gets functions and plain numbers; everything else is in
// program/.
//
// `run` is called twice per training step, so it reads its argument with the C API; the rest uses
// node-addon-api.
// Nothing here changes once it is made, so the add-on loads into any number of worker threads.
#include <napi.h>

#include <cstdio>
#include <memory>
#include <new>
#include <utility>

#include "arguments.h"
#include "cpu/isas.h"
#include "cpu/pages.h"
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

/** What `run` takes instead of a phase to let go of the program. */
constexpr int32_t kRelease = -1024;

/**
 * Lets go of a program and of the arrays that it holds, at once: a finalizer has to wait for the
 * event loop.
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
  return napi_create_int32(env, status, &result) == napi_ok ? result : nullptr;
}

/** Throws what native.ts turns into a SteepestError. */
void throwRefusal(Napi::Env env, const Refusal& refusal) {
  char message[sizeof refusal.expected + sizeof refusal.given + 32];
  std::snprintf(message, sizeof message, "expected %s, given %s", refusal.expected, refusal.given);
  Napi::Error error = Napi::Error::New(env, message);
  error.Set("code", Napi::String::New(env, "ERR_PROGRAM"));
  error.Set("expected", Napi::String::New(env, refusal.expected));
  error.Set("given", Napi::String::New(env, refusal.given));
  if (!env.IsExceptionPending()) error.ThrowAsJavaScriptException();
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
napi_value makeRunner(const Napi::CallbackInfo& info, std::unique_ptr<Program> program, const BindArguments& args) {
  const Napi::Env env = info.Env();
  Bound* bound = new (std::nothrow) Bound();
  if (bound == nullptr) {
    napi_throw_error(env, "ERR_MEMORY", "no memory for a program");
    return nullptr;
  }
  bound->program = std::move(program);
  napi_value runner = nullptr;
  const bool made = keepMemory(env, args, info[3], &bound->memory) == napi_ok &&
                    napi_create_function(env, "run", NAPI_AUTO_LENGTH, run, bound, &runner) == napi_ok &&
                    napi_add_finalizer(env, runner, bound, finalizeBound, nullptr, nullptr) == napi_ok;
  if (made) return runner;
  finalizeBound(env, bound, nullptr);
  if (!env.IsExceptionPending()) napi_throw_error(env, "ERR_PROGRAM", "Node-API refused to make a function");
  return nullptr;
}

/** Binds what JavaScript passed; null with a pending exception if it does not fit. */
std::unique_ptr<Program> bindArguments(const Napi::CallbackInfo& info, Memory memory, BindArguments& args) {
  const Napi::Env env = info.Env();
  Refusal refusal = {};
  std::unique_ptr<Program> program;
  const bool read = readArguments(info, memory, args, refusal);
  if (env.IsExceptionPending()) return nullptr;
  if (read) program.reset(Program::bind(*args.kernels, args.source(), args.registers, refusal));
  if (program == nullptr) throwRefusal(env, refusal);
  return program;
}

/** bind(isa, encoded, buffers, registers): a function that runs one phase. */
Napi::Value bind(const Napi::CallbackInfo& info) {
  BindArguments args;
  std::unique_ptr<Program> program = bindArguments(info, Memory::Shared, args);
  if (program == nullptr) return info.Env().Undefined();
  return Napi::Value(info.Env(), makeRunner(info, std::move(program), args));
}

/** runOnce(isa, encoded, buffers, registers, phase): Status bits. */
Napi::Value runOnce(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  int32_t phase = -1;
  if (napi_get_value_int32(env, info[4], &phase) != napi_ok || phase < 0 || phase >= kPhaseLimit) {
    napi_throw_range_error(env, "ERR_PROGRAM", "runOnce takes a phase of the contract");
    return env.Undefined();
  }
  BindArguments args;
  const std::unique_ptr<Program> program = bindArguments(info, Memory::Any, args);
  return program == nullptr ? env.Undefined() : Napi::Number::New(env, program->run(phase));
}

/** fmaLoop(isa, rounds): floating-point operations done; the caller takes the time. */
Napi::Value fmaLoop(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  Refusal refusal = {};
  const KernelTable* kernels = nullptr;
  double rounds = 0;
  if (!readIsa(env, info[0], &kernels, refusal)) {
    throwRefusal(env, refusal);
    return env.Undefined();
  }
  constexpr double mostRounds = 1e9;  // Some seconds: a thread cannot be ended while it computes.
  if (napi_get_value_double(env, info[1], &rounds) != napi_ok || !(rounds >= 0 && rounds <= mostRounds)) {
    napi_throw_range_error(env, "ERR_PROGRAM", "fmaLoop takes a number of rounds");
    return env.Undefined();
  }
  volatile float sink = 0;
  return Napi::Number::New(env, kernels->fmaLoop(static_cast<int64_t>(rounds), 0.0f, &sink));
}

/** pastPage(array): bytes from the beginning of a page of memory to that of a typed array. */
Napi::Value pastPage(const Napi::CallbackInfo& info) {
  const Buffer bytes = readBytes(info.Env(), info[0]);
  return Napi::Number::New(info.Env(), static_cast<double>(reinterpret_cast<uintptr_t>(bytes.data) % kArenaPageBytes));
}

/**
 * discard(array): gives the pages that lie wholly in it back to the system, where it can; they read
 * as zeros.
 */
Napi::Value discard(const Napi::CallbackInfo& info) {
  const Buffer bytes = readBytes(info.Env(), info[0]);
  return Napi::Boolean::New(info.Env(), discardPages(bytes.data, static_cast<size_t>(bytes.byteLength)));
}

/**
 * account(bytes): tells the garbage collector of memory that JavaScript objects hold and it does
 * not count.
 */
Napi::Value account(const Napi::CallbackInfo& info) {
  int64_t change = 0;
  int64_t total = 0;
  if (napi_get_value_int64(info.Env(), info[0], &change) == napi_ok) {
    napi_adjust_external_memory(info.Env(), change, &total);
  }
  return Napi::Number::New(info.Env(), static_cast<double>(total));
}

/** isas(): names of the instruction sets that can run here, best first. */
Napi::Value isas(const Napi::CallbackInfo& info) {
  const IsaList& list = availableIsas();
  Napi::Array names = Napi::Array::New(info.Env(), static_cast<size_t>(list.count));
  for (int i = 0; i < list.count; ++i) {
    names.Set(static_cast<uint32_t>(i), Napi::String::New(info.Env(), list.tables[i]->isa));
  }
  return names;
}

Napi::Object init(Napi::Env env, Napi::Object exports) {
  exports.Set("account", Napi::Function::New(env, account, "account"));
  exports.Set("discard", Napi::Function::New(env, discard, "discard"));
  exports.Set("pastPage", Napi::Function::New(env, pastPage, "pastPage"));
  exports.Set("isas", Napi::Function::New(env, isas, "isas"));
  exports.Set("bind", Napi::Function::New(env, bind, "bind"));
  exports.Set("fmaLoop", Napi::Function::New(env, fmaLoop, "fmaLoop"));
  exports.Set("runOnce", Napi::Function::New(env, runOnce, "runOnce"));
  return exports;
}

}  // namespace
}  // namespace steepest

static Napi::Object initSteepest(Napi::Env env, Napi::Object exports) { return steepest::init(env, exports); }
NODE_API_MODULE(steepest, initSteepest)
