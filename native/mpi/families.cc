// The call tables of three binary interfaces. Their functions have the same names; handles, constants
// and the thread levels differ, so each table has types of its own.
#include "mpi.h"

#if STEEPEST_MPI
#include <dlfcn.h>

#include <cstring>
#include <new>

namespace steepest::mpi {
namespace {

/** Open MPI (libmpi.so.40): handles are addresses of objects in the library. */
struct OpenMpi {
  using Handle = void*;
  static constexpr const char* kName = "Open MPI";
  static constexpr int kFunneled = 1;
  static constexpr uintptr_t kIgnoreStatus = 0;

  Handle world;
  Handle byte;
  Handle returnErrors;

  const char* find(void* library) {
    world = dlsym(library, "ompi_mpi_comm_world");
    byte = dlsym(library, "ompi_mpi_byte");
    returnErrors = dlsym(library, "ompi_mpi_errors_return");
    return world != nullptr && byte != nullptr && returnErrors != nullptr ? nullptr : "ompi_mpi_*";
  }
  static uintptr_t word(Handle handle) { return reinterpret_cast<uintptr_t>(handle); }
  static Handle handle(uintptr_t word) { return reinterpret_cast<Handle>(word); }
};

/** MPICH and its relatives, Intel MPI among them (libmpi.so.12): handles are 32-bit numbers. */
struct Mpich {
  using Handle = int;
  static constexpr const char* kName = "MPICH";
  static constexpr int kFunneled = 1;
  static constexpr uintptr_t kIgnoreStatus = 1;

  Handle world = 0x44000000;
  Handle byte = 0x4c00010d;
  Handle returnErrors = 0x54000001;

  static const char* find(void*) { return nullptr; }
  static uintptr_t word(Handle handle) { return static_cast<uint32_t>(handle); }
  static Handle handle(uintptr_t word) { return static_cast<Handle>(static_cast<uint32_t>(word)); }
};

/** The binary interface of the standard, since MPI 5.0 (libmpi_abi.so.1): pointers with constant values. */
struct StandardAbi {
  using Handle = void*;
  static constexpr const char* kName = "MPI ABI";
  static constexpr int kFunneled = 1024;
  static constexpr uintptr_t kIgnoreStatus = 0;

  Handle world = handle(0x101);
  Handle byte = handle(0x247);
  Handle returnErrors = handle(0x143);

  static const char* find(void*) { return nullptr; }
  static uintptr_t word(Handle handle) { return reinterpret_cast<uintptr_t>(handle); }
  static Handle handle(uintptr_t word) { return reinterpret_cast<Handle>(word); }
};

/** A family's functions, with its types of handles. Statuses are never asked for, so their type does not matter. */
template <class Family> struct Calls {
  using Handle = typename Family::Handle;

  int (*initThread)(int*, char***, int, int*);
  int (*getLibraryVersion)(char*, int*);
  int (*initialized)(int*);
  int (*commRank)(Handle, int*);
  int (*commSize)(Handle, int*);
  int (*commSetErrhandler)(Handle, Handle);
  int (*isend)(const void*, int, Handle, int, int, Handle, Handle*);
  int (*irecv)(void*, int, Handle, int, int, Handle, Handle*);
  int (*test)(Handle*, int*, void*);
  int (*errorString)(int, char*, int*);
  int (*abort)(Handle, int);
  int (*finalize)();

  /** @return the name of a function that is not there, or null */
  const char* find(void* library) {
    const bool found = take(library, "MPI_Init_thread", &initThread) &&
                       take(library, "MPI_Get_library_version", &getLibraryVersion) &&
                       take(library, "MPI_Initialized", &initialized) &&
                       take(library, "MPI_Comm_rank", &commRank) && take(library, "MPI_Comm_size", &commSize) &&
                       take(library, "MPI_Comm_set_errhandler", &commSetErrhandler) &&
                       take(library, "MPI_Isend", &isend) && take(library, "MPI_Irecv", &irecv) &&
                       take(library, "MPI_Test", &test) && take(library, "MPI_Error_string", &errorString) &&
                       take(library, "MPI_Abort", &abort) && take(library, "MPI_Finalize", &finalize);
    return found ? nullptr : lacking;
  }

 private:
  const char* lacking = nullptr;

  template <class Function> bool take(void* library, const char* name, Function* function) {
    void* symbol = dlsym(library, name);
    static_assert(sizeof symbol == sizeof *function);
    std::memcpy(function, &symbol, sizeof symbol);
    if (symbol == nullptr) lacking = name;
    return symbol != nullptr;
  }
};

template <class Family> class Library final : public Mpi {
 public:
  const char* find(void* library) {
    const char* lacking = handles.find(library);
    return lacking != nullptr ? lacking : calls.find(library);
  }

  const char* family() const override { return Family::kName; }
  int libraryVersion(char* text, int* length) override { return calls.getLibraryVersion(text, length); }
  int hasStarted(bool* started) override {
    int flag = 0;
    const int code = calls.initialized(&flag);
    *started = flag != 0;
    return code;
  }
  int init(bool* serves) override {
    int provided = 0;
    const int code = calls.initThread(nullptr, nullptr, Family::kFunneled, &provided);
    *serves = provided >= Family::kFunneled;
    return code != 0 ? code : calls.commSetErrhandler(handles.world, handles.returnErrors);
  }
  int rank(int* rank) override { return calls.commRank(handles.world, rank); }
  int size(int* size) override { return calls.commSize(handles.world, size); }
  int send(const void* data, int bytes, int to, int tag, Request& request) override {
    typename Family::Handle handle = Family::handle(0);
    const int code = calls.isend(data, bytes, handles.byte, to, tag, handles.world, &handle);
    request.handle = Family::word(handle);
    return code;
  }
  int receive(void* data, int bytes, int from, int tag, Request& request) override {
    typename Family::Handle handle = Family::handle(0);
    const int code = calls.irecv(data, bytes, handles.byte, from, tag, handles.world, &handle);
    request.handle = Family::word(handle);
    return code;
  }
  int test(Request& request, bool* done) override {
    typename Family::Handle handle = Family::handle(request.handle);
    int flag = 0;
    const int code = calls.test(&handle, &flag, reinterpret_cast<void*>(Family::kIgnoreStatus));
    request.handle = Family::word(handle);
    *done = flag != 0;
    return code;
  }
  int errorString(int code, char* text, int* length) override { return calls.errorString(code, text, length); }
  int abort(int code) override { return calls.abort(handles.world, code); }
  int finalize() override { return calls.finalize(); }

 private:
  Family handles = {};
  Calls<Family> calls = {};
};

template <class Family> std::unique_ptr<Mpi> make(void* library, const char* name, Failure& failure) {
  std::unique_ptr<Library<Family>> made(new (std::nothrow) Library<Family>());
  const char* lacking = made == nullptr ? nullptr : made->find(library);
  if (made != nullptr && lacking == nullptr) return made;
  if (made == nullptr) failure.noMemory("the calls of MPI");
  else failure.because("foreign", "an MPI library", "%s, which has no %s", name, lacking);
  return nullptr;
}

/** Whether the library has the interface of the standard. One that has another says −1. */
bool hasStandardAbi(void* library) {
  int (*getVersion)(int*, int*) = nullptr;
  void* symbol = dlsym(library, "MPI_Abi_get_version");
  if (symbol == nullptr) return false;
  std::memcpy(&getVersion, &symbol, sizeof symbol);
  int major = -1;
  int minor = -1;
  return getVersion(&major, &minor) == 0 && major > 0;
}

}  // namespace

std::unique_ptr<Mpi> callsOf(void* library, const char* name, Failure& failure) {
  if (hasStandardAbi(library)) return make<StandardAbi>(library, name, failure);
  if (dlsym(library, "ompi_mpi_comm_world") != nullptr) return make<OpenMpi>(library, name, failure);
  return make<Mpich>(library, name, failure);
}

}  // namespace steepest::mpi
#endif
