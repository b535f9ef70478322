// The exports of steepest.node. JavaScript gets functions and plain numbers; everything else is in program/.
//
// `run` is called twice per training step, so it reads its argument with the C API; the rest uses node-addon-api.
// Nothing here changes once it is made, so the add-on loads into any number of worker threads.
#include <napi.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>

#include "cpu/isas.h"
#include "program/program.h"

namespace steepest {
namespace {

/** A bound program and the arrays it points into, which stay alive as long as the function that runs it. */
struct Bound {
  Program* program = nullptr;
  napi_ref memory = nullptr;

  ~Bound() { delete program; }
};

void finalizeBound(napi_env env, void* data, void*) {
  Bound* bound = static_cast<Bound*>(data);
  if (bound->memory != nullptr) napi_delete_reference(env, bound->memory);
  delete bound;
}

/** run(phase): Status bits. */
napi_value run(napi_env env, napi_callback_info info) {
  size_t argc = 1;
  napi_value phase;
  void* data = nullptr;
  int32_t number = -1;
  if (napi_get_cb_info(env, info, &argc, &phase, nullptr, &data) != napi_ok || argc < 1 ||
      napi_get_value_int32(env, phase, &number) != napi_ok || number < 0 || number >= PhaseCount) {
    napi_throw_range_error(env, "ERR_PROGRAM", "run takes a phase of the contract");
    return nullptr;
  }
  const int status = static_cast<Bound*>(data)->program->run(number);
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

/** 0 for a kind of array that a later Node.js brought. */
int64_t bytesPerElement(napi_typedarray_type type) {
  switch (type) {
    case napi_int8_array:
    case napi_uint8_array:
    case napi_uint8_clamped_array:
      return 1;
    case napi_int16_array:
    case napi_uint16_array:
      return 2;
    case napi_int32_array:
    case napi_uint32_array:
    case napi_float32_array:
      return 4;
    case napi_float64_array:
    case napi_bigint64_array:
    case napi_biguint64_array:
      return 8;
    default:
      return 0;
  }
}

/** A typed array as memory. */
struct View {
  Buffer bytes;
  napi_typedarray_type type;
  napi_value buffer;
};

/** False, with the reason, for anything but a typed array. */
bool readView(napi_env env, napi_value value, const char* what, View& view, Refusal& refusal) {
  refusal.expect("%s to be a typed array over a SharedArrayBuffer of fixed length", what);
  bool isTypedArray = false;
  if (napi_is_typedarray(env, value, &isTypedArray) != napi_ok || !isTypedArray) {
    return refusal.give("something else");
  }
  void* data = nullptr;
  size_t length = 0;
  size_t offset = 0;
  if (napi_get_typedarray_info(env, value, &view.type, &length, &data, &view.buffer, &offset) != napi_ok) {
    return refusal.give("one that Node-API cannot read");
  }
  const int64_t size = bytesPerElement(view.type);
  if (size == 0) return refusal.give("an array type that Node-API 8 does not know");
  view.bytes = {static_cast<uint8_t*>(data), static_cast<int64_t>(length) * size};
  return true;
}

/**
 * Memory must stay where it is: an ArrayBuffer may be detached or shrunk under a bound program, a
 * SharedArrayBuffer may not. A growable one would hold, but views of it change their length.
 */
bool readShared(napi_env env, napi_value value, const char* what, View& view, Refusal& refusal) {
  if (!readView(env, value, what, view, refusal)) return false;
  bool isArrayBuffer = true;
  if (napi_is_arraybuffer(env, view.buffer, &isArrayBuffer) != napi_ok || isArrayBuffer) {
    return refusal.give("one over an ArrayBuffer");
  }
  napi_value growable;
  bool grows = false;
  // Node 20 has the property; where it is missing, there are no growable buffers.
  if (napi_get_named_property(env, view.buffer, "growable", &growable) != napi_ok) return refusal.give("a broken one");
  napi_valuetype type = napi_undefined;
  if (napi_typeof(env, growable, &type) == napi_ok && type == napi_boolean) napi_get_value_bool(env, growable, &grows);
  return grows ? refusal.give("one over a growable SharedArrayBuffer") : true;
}

/** Everything `bind` is given, as memory. */
struct BindArguments {
  const KernelTable* kernels = nullptr;
  std::unique_ptr<double[]> words;
  int64_t wordCount = 0;
  std::unique_ptr<Buffer[]> buffers;
  uint32_t bufferCount = 0;
  const double* registers = nullptr;
};

bool readIsa(const Napi::Value& value, BindArguments& args, Refusal& refusal) {
  refusal.expect("an instruction set that isas() names");
  if (!value.IsString()) return refusal.give("no string");
  char name[16] = {};
  size_t length = 0;
  if (napi_get_value_string_utf8(value.Env(), value, name, sizeof name, &length) != napi_ok) {
    return refusal.give("an unreadable string");
  }
  args.kernels = findIsa(name);
  return args.kernels != nullptr || refusal.give("'%s'", name);
}

/** Copies the words, so that no other thread can change them between their check and their use. */
bool readWords(const Napi::Value& value, BindArguments& args, Refusal& refusal) {
  View view;
  if (!readView(value.Env(), value, "the encoded program", view, refusal)) return false;
  refusal.expect("the encoded program in a Float64Array");
  if (view.type != napi_float64_array) return refusal.give("another typed array");
  args.wordCount = view.bytes.byteLength / static_cast<int64_t>(sizeof(double));
  args.words.reset(new (std::nothrow) double[static_cast<size_t>(args.wordCount) + 1]);
  if (args.words == nullptr) return refusal.give("one too large for memory");
  if (args.wordCount > 0) std::memcpy(args.words.get(), view.bytes.data, static_cast<size_t>(view.bytes.byteLength));
  return true;
}

/** How an array's memory is read: `readShared` if a program stays bound to it, `readView` for the length of one call. */
using ReadMemory = bool (*)(napi_env, napi_value, const char*, View&, Refusal&);

/** Reads the buffers, and keeps each in `keep` from index 0 on. */
bool readBuffers(const Napi::Value& value, ReadMemory read, Napi::Object& keep, BindArguments& args, Refusal& refusal) {
  refusal.expect("buffers in an array");
  if (!value.IsArray()) return refusal.give("something else");
  const Napi::Array list = value.As<Napi::Array>();
  args.bufferCount = list.Length();
  args.buffers.reset(new (std::nothrow) Buffer[static_cast<size_t>(args.bufferCount) + 1]);
  if (args.buffers == nullptr) return refusal.give("%u of them", args.bufferCount);
  for (uint32_t i = 0; i < args.bufferCount; ++i) {
    char name[32];
    std::snprintf(name, sizeof name, "buffer %u", i);
    const Napi::Value item = list.Get(i);
    View view;
    if (!read(value.Env(), item, name, view, refusal)) return false;
    args.buffers[i] = view.bytes;
    keep.Set(i, item);
  }
  return true;
}

bool readRegisters(const Napi::Value& value, ReadMemory read, Napi::Object& keep, BindArguments& args,
                   Refusal& refusal) {
  View view;
  if (!read(value.Env(), value, "registers", view, refusal)) return false;
  refusal.expect("registers in a Float64Array of %d", kRegisterCount);
  if (view.type != napi_float64_array) return refusal.give("another typed array");
  constexpr int64_t size = sizeof(double);
  if (view.bytes.byteLength < kRegisterCount * size) {
    return refusal.give("%lld elements", static_cast<long long>(view.bytes.byteLength / size));
  }
  args.registers = reinterpret_cast<const double*>(view.bytes.data);
  keep.Set(args.bufferCount, value);
  return true;
}

/** The function that runs a bound program; its data cannot be exchanged or forged from JavaScript. */
napi_value makeRunner(Napi::Env env, Program* program, const Napi::Object& keep) {
  Bound* bound = new (std::nothrow) Bound();
  if (bound == nullptr) {
    delete program;
    napi_throw_error(env, "ERR_MEMORY", "no memory for a program");
    return nullptr;
  }
  bound->program = program;
  napi_value runner = nullptr;
  const bool made = napi_create_reference(env, keep, 1, &bound->memory) == napi_ok &&
                    napi_create_function(env, "run", NAPI_AUTO_LENGTH, run, bound, &runner) == napi_ok &&
                    napi_add_finalizer(env, runner, bound, finalizeBound, nullptr, nullptr) == napi_ok;
  if (made) return runner;
  finalizeBound(env, bound, nullptr);
  if (!env.IsExceptionPending()) napi_throw_error(env, "ERR_PROGRAM", "Node-API refused to make a function");
  return nullptr;
}

/** Reads and binds what JavaScript passed; null with a pending exception if it does not fit. */
Program* bindArguments(const Napi::CallbackInfo& info, ReadMemory readMemory, Napi::Object& keep) {
  const Napi::Env env = info.Env();
  Refusal refusal = {};
  BindArguments args;
  const bool read = readIsa(info[0], args, refusal) && readWords(info[1], args, refusal) &&
                    readBuffers(info[2], readMemory, keep, args, refusal) &&
                    readRegisters(info[3], readMemory, keep, args, refusal);
  Program* program = nullptr;
  if (read && !env.IsExceptionPending()) {
    const ProgramSource source = {args.words.get(), args.wordCount, args.buffers.get(), args.bufferCount};
    program = Program::bind(*args.kernels, source, args.registers, refusal);
  }
  if (program == nullptr && !env.IsExceptionPending()) throwRefusal(env, refusal);
  return program;
}

/** bind(isa, encoded, buffers, registers): a function that runs one phase. */
Napi::Value bind(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  Napi::Object keep = Napi::Array::New(env);
  Program* program = bindArguments(info, readShared, keep);
  return program == nullptr ? env.Undefined() : Napi::Value(env, makeRunner(env, program, keep));
}

/** runOnce(isa, encoded, buffers, registers, phase): Status bits. No JavaScript runs between reading memory and using it. */
Napi::Value runOnce(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  int32_t phase = -1;
  if (napi_get_value_int32(env, info[4], &phase) != napi_ok || phase < 0 || phase >= PhaseCount) {
    napi_throw_range_error(env, "ERR_PROGRAM", "runOnce takes a phase of the contract");
    return env.Undefined();
  }
  Napi::Object keep = Napi::Array::New(env);
  const std::unique_ptr<Program> program(bindArguments(info, readView, keep));
  return program == nullptr ? env.Undefined() : Napi::Number::New(env, program->run(phase));
}

/** fmaLoop(isa, rounds): floating-point operations done; the caller takes the time. */
Napi::Value fmaLoop(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  Refusal refusal = {};
  BindArguments args;
  double rounds = 0;
  if (!readIsa(info[0], args, refusal)) {
    throwRefusal(env, refusal);
    return env.Undefined();
  }
  constexpr double mostRounds = 1e9;  // Some seconds: a thread cannot be ended while it computes.
  if (napi_get_value_double(env, info[1], &rounds) != napi_ok || !(rounds >= 0 && rounds <= mostRounds)) {
    napi_throw_range_error(env, "ERR_PROGRAM", "fmaLoop takes a number of rounds");
    return env.Undefined();
  }
  volatile float sink = 0;
  return Napi::Number::New(env, args.kernels->fmaLoop(static_cast<int64_t>(rounds), 0, &sink));
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
