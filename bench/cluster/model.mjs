// How long a training step takes on the ranks of a cluster, from what one process and the network
// take. docs/cluster.md explains it and has a table of it.
//
//   step = computation + two exchanges
//
// Computation. A mini-batch has S shards, and a rank computes a run of them; the step waits for the
// rank that has the most. Ranks that share a core take turns.
//
// Exchanges. In the first, every rank sends the sums of its shards, for each rank the slice of the
// parameters that this one updates; a rank sends one sum for each aligned subtree of its shards. In
// the second, it sends its updated slice to all. An exchange takes what it takes without a byte
// (the hand-over between threads, and a latency), and its bytes on the busiest wire. A message
// beyond 8 MiB waits for three more latencies: for the header of the message that travels the other
// way, for the library's question whether the receiver is ready, and for the answer.
//
// The end of an epoch is a third exchange, of the optimizer's arrays.

/** Messages above it wait for the receiver (kMostUnaskedBytes in native/mpi/message.h). */
const UNASKED_BYTES = 2 ** 23;
const BYTES_PER_PARAMETER = 4;
/** Of Ethernet's 1,538 bytes per frame, 1,448 are a program's. */
export const ETHERNET_SHARE = 1448 / 1538;

const firstShard = (rank, ranks, shards) => Math.floor((shards * rank) / ranks);

/** Shards of the rank that has the most. */
export function mostShards(ranks, shards) {
  let most = 0;
  for (let rank = 0; rank < ranks; rank++) {
    most = Math.max(most, firstShard(rank + 1, ranks, shards) - firstShard(rank, ranks, shards));
  }
  return most;
}

/** How many sums the shards from `first` to before `end` leave: one for each aligned subtree. */
export function aligned(first, end) {
  let count = 0;
  for (let at = first; at < end; count++) {
    // The largest power of two that divides the position, as far as the end lets it.
    let size = at === 0 ? 2 ** 30 : at & -at;
    while (at + size > end) size /= 2;
    at += size;
  }
  return count;
}

/**
 * Bytes of the two exchanges of a step on the wire that carries the most, and of the largest message.
 * @param {{ parameters: number, ranks: number, shards: number }} options
 */
export function traffic({ parameters, ranks, shards }) {
  const slice = (BYTES_PER_PARAMETER * parameters) / ranks;
  const sums = Array.from({ length: ranks }, (_, rank) =>
    aligned(firstShard(rank, ranks, shards), firstShard(rank + 1, ranks, shards)),
  );
  const all = sums.reduce((total, count) => total + count, 0);
  const outward = Math.max(...sums) * slice * (ranks - 1);
  const inward = (all - Math.min(...sums)) * slice;
  return [
    { bytes: Math.max(outward, inward), message: Math.max(...sums) * slice },
    { bytes: slice * (ranks - 1), message: slice },
  ];
}

/**
 * Seconds of an exchange.
 * @param {{ bytes: number, message: number }} exchange of {@link traffic}
 * @param {{ latency: number, bytesPerSecond: number, transfer?: Function, handOver: number }} network
 *   seconds one way; of one host's wire, or measured seconds for messages of so many bytes; seconds
 *   of an exchange without a byte and without latency
 */
export function exchangeSeconds({ bytes, message }, { latency, bytesPerSecond, transfer, handOver }) {
  const crossings = message > UNASKED_BYTES ? 4 : 1;
  return handOver + crossings * latency + (transfer?.(message) ?? bytes / bytesPerSecond);
}

/**
 * Seconds of a training step.
 * @param {{ computation: number, parameters: number, shards: number, ranks: number, network: object,
 *   cores?: number, smallExchanges?: number }} options `computation`: seconds of a step of one
 *   process with these shards; `cores`: that the ranks share, if they have fewer than one each;
 *   `smallExchanges`: further ones of a step, whose bytes do not count, as batchNorm needs
 */
export function stepSeconds({
  computation,
  parameters,
  shards,
  ranks,
  network,
  cores = ranks,
  smallExchanges = 0,
}) {
  if (ranks === 1) return computation;
  const share = mostShards(ranks, shards) / shards;
  const turns = Math.max(1, ranks / cores);
  const small = smallExchanges * exchangeSeconds({ bytes: 0, message: 0 }, network);
  const large = traffic({ parameters, ranks, shards }).map((part) => exchangeSeconds(part, network));
  return computation * share * turns + small + large[0] + large[1];
}

/**
 * Seconds of the end of an epoch, when every rank gets the others' slices of the optimizer's arrays.
 * @param {{ parameters: number, ranks: number, arrays: number, network: object }} options `arrays`:
 *   as large as the parameters each, 2 of Adam
 */
export function epochEndSeconds({ parameters, ranks, arrays, network }) {
  if (ranks === 1) return 0;
  const slice = (arrays * BYTES_PER_PARAMETER * parameters) / ranks;
  return exchangeSeconds({ bytes: slice * (ranks - 1), message: slice }, network);
}
