import { type Cluster, type ClusterInternals, checkCluster } from '../../../core/clusterOption.js';
import { SteepestError } from '../../../core/errors.js';
import { isBatchStream } from '../../../data/batches.js';
import { ALONE } from '../../../program/exchange.js';
import { checkShards, type ShardPlan } from '../../compile/shards.js';

/** Options of a fit that concern its processes. */
interface RankOptions {
  cluster?: Cluster;
  shards?: number;
  validationData?: unknown;
}

/** The same, checked. */
export interface RankChoices {
  cluster: ClusterInternals | undefined;
  /** Shards of every mini-batch, and those of this process; undefined for none. */
  shards: ShardPlan | undefined;
}

/** Why a cluster takes no streams, and what to do. */
export const ROWS_OF_CLUSTER =
  'A stream is read by one process: read its rows into arrays on every rank, or leave cluster out.';

/** Shards of a mini-batch over a cluster, unless the user says otherwise: as many as ranks of a small one. */
const USUAL_SHARDS = 8;

/** @throws SteepestError `ERR_ARGUMENT` for what a cluster cannot do */
export function resolveRanks(options: RankOptions): RankChoices {
  const cluster = checkCluster('cluster', options.cluster);
  const shards = checkShards(options.shards) ?? (cluster && USUAL_SHARDS);
  if (shards === undefined) return { cluster, shards };
  if (cluster === undefined) return { cluster, shards: { shards, ...ALONE } };
  if (cluster.size > shards) {
    throw new SteepestError('ERR_ARGUMENT', {
      expected: `shards to be at least the number of ranks, ${cluster.size}`,
      given: String(shards),
      hint: `Write shards: ${2 ** Math.ceil(Math.log2(cluster.size))}, or start fewer ranks.`,
    });
  }
  if (isBatchStream(options.validationData)) {
    throw new SteepestError('ERR_ARGUMENT', {
      expected: 'validationData of a cluster to be arrays',
      given: 'a stream',
      hint: ROWS_OF_CLUSTER,
    });
  }
  return { cluster, shards: { shards, process: cluster.rank, processes: cluster.size } };
}
