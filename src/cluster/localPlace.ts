/** What the launcher of tests says to a rank (`test/support/cluster/launch.ts`). */
export interface LocalPlace {
  rank: number;
  size: number;
  /** Beginning of the paths at which the ranks listen. */
  address: string;
}

export function localPlaceOf(env: Readonly<Record<string, string | undefined>>): LocalPlace | undefined {
  const { STEEPEST_CLUSTER_ADDRESS: address } = env;
  if (address === undefined) return undefined;
  return { rank: Number(env.STEEPEST_CLUSTER_RANK), size: Number(env.STEEPEST_CLUSTER_SIZE), address };
}
