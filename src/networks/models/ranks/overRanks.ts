import type { ClusterInternals } from '../../../core/clusterOption.js';
import type { FitResult } from '../../training/fitResult.js';
import { ClusterRanks } from './clusterRanks.js';
import { type FitRanks, ONE_RANK, type RankSubject } from './fitRanks.js';

/**
 * Runs a fit on this rank, so that it ends in the same way on all: with the same model and result, or
 * with an error.
 */
export async function overRanks(
  cluster: ClusterInternals | undefined,
  subject: RankSubject,
  train: (ranks: FitRanks) => Promise<FitResult>,
): Promise<FitResult> {
  if (cluster === undefined || cluster.size === 1) return train(ONE_RANK);
  const ranks = new ClusterRanks(cluster, subject);
  const outcome = await train(ranks).then(
    (result) => ({ result }),
    (error: unknown) => ({ error }),
  );
  return ranks.end(outcome);
}
