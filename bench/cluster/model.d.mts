export interface Network {
  latency: number;
  bytesPerSecond: number;
  /** Measured seconds of messages of so many bytes. */
  transfer?: ((message: number) => number) | undefined;
  handOver: number;
}
export interface Traffic {
  bytes: number;
  message: number;
}
export interface Step {
  computation: number;
  parameters: number;
  shards: number;
  ranks: number;
  network: Network;
  cores?: number;
  smallExchanges?: number;
}
export const ETHERNET_SHARE: number;
export function mostShards(ranks: number, shards: number): number;
export function aligned(first: number, end: number): number;
export function traffic(options: { parameters: number; ranks: number; shards: number }): [Traffic, Traffic];
export function exchangeSeconds(exchange: Traffic, network: Network): number;
export function stepSeconds(step: Step): number;
export function epochEndSeconds(options: {
  parameters: number;
  ranks: number;
  arrays: number;
  network: Network;
}): number;
