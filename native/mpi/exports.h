// The exports of the add-on that src/cluster/mpi.ts calls. They throw errors with `code` 'ERR_CLUSTER', `kind`
// (failure.h), what belongs to it, `expected` and `given`. They work on one thread, the first that called mpiLoad.
#pragma once
#include <napi.h>

namespace steepest::mpi {

/**
 * mpiLoad(name): { family, version } of the library that the system finds under a file name or a path. MPI is not
 * started.
 */
napi_value mpiLoad(napi_env env, napi_callback_info info);

/**
 * mpiInit(abortWord): { rank, size } in the job. Signal handlers stay as they were. An exchange that waits looks at
 * the word of an Int32Array over shared memory, and ends the job with it if it is not 0.
 */
napi_value mpiInit(napi_env env, napi_callback_info info);

/** mpiFinalize(): ends MPI; waits for all ranks. */
napi_value mpiFinalize(napi_env env, napi_callback_info info);

/** mpiAbort(code): ends the job. It may return. */
napi_value mpiAbort(napi_env env, napi_callback_info info);

/**
 * mpiPrepare(memory, plan, sends, receives, label, pieceBytes, unaskedBytes): run(timeoutMs), an exchange. `plan` is a
 * Float64Array: for each message, sends first, the peer, its number of ranges, and for each range byteOffset and
 * byteLength. The last two are the limits of a piece (PieceBytes). run(−1) releases the exchange.
 */
napi_value mpiPrepare(napi_env env, napi_callback_info info);

}  // namespace steepest::mpi
