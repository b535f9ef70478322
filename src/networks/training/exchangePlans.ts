import type { ExchangePlan, PeerRanges } from '../../core/clusterOption.js';
import type { MemoryPlan } from '../../program/memory.js';
import type { ShardPlan, Sharing } from '../compile/shards.js';
import { PEER_LINE_BYTES, PEER_LINE_USED, type PeersTask } from './clusterPeers.js';
import type { RankProgram } from './tasks.js';

/** Numbers of a program's exchanges, by the phase that they follow. */
type Numbers = RankProgram['exchanges'];

/** Everything that a process of a cluster exchanges during a fit. */
export interface FitExchanges {
  peers: PeersTask;
  /** All exchanges, by number. */
  plans: readonly ExchangePlan[];
  train: Numbers;
  validate: Numbers;
}

/**
 * Numbers the exchanges of a fit's programs, and adds to each of them a line of words from every rank
 * to every other. The arenas of the ranks need not be alike: all that has to agree is how many bytes
 * go from one to another, and in which order.
 * @returns undefined for a process that trains on its own
 */
export function planExchanges(
  memory: MemoryPlan,
  shards: ShardPlan | undefined,
  train: Sharing,
  validate: Sharing | undefined,
): FitExchanges | undefined {
  if (shards === undefined || shards.processes === 1) return undefined;
  const { process: rank, processes: size } = shards;
  // A line fills the cache line at which it begins.
  const bytes = size * PEER_LINE_BYTES;
  const lines = memory.vector('peers', 'control', bytes / 4, 'i32').byteOffset;
  const others = Array.from({ length: size }, (_, peer) => peer).filter((peer) => peer !== rank);
  const plans: ExchangePlan[] = [];
  const add = (plan: ExchangePlan): number => plans.push(plan) - 1;
  const lineOf = (of: number): readonly number[] => [lines + of * PEER_LINE_BYTES, PEER_LINE_USED];
  const withLines = ({ sends, receives }: ExchangePlan): ExchangePlan => ({
    sends: others.map((peer) => withRanges(sends, peer, lineOf(rank))),
    receives: others.map((peer) => withRanges(receives, peer, lineOf(peer))),
  });
  const numbered = (sharing: Sharing | undefined): Numbers =>
    Object.fromEntries(
      (sharing?.exchanges ?? []).map((exchange) => [exchange.after, add(withLines(exchange))]),
    );
  const agree = add(withLines({ sends: [], receives: [] }));
  const state = add(train.state);
  return {
    peers: { rank, size, lines, agree, state },
    plans,
    train: numbered(train),
    validate: numbered(validate),
  };
}

/** The ranges for a peer, the line first. */
function withRanges(list: readonly PeerRanges[], peer: number, line: readonly number[]): PeerRanges {
  const found = list.find((one) => one.peer === peer);
  return { peer, ranges: [...line, ...(found?.ranges ?? [])] };
}
