/** The entry `steepest/cluster`: one program on several processes, which a launcher starts. */

export type { Cluster } from '../core/clusterOption.js';
export { cluster } from './cluster.js';
export type { ClusterOptions } from './options.js';
