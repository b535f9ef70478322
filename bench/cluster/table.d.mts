export interface Row {
  title: string;
  hosts: number;
  latencyUs: number;
  megabits: number;
  measured: number;
  predicted: number;
  /** Predicted from what plain connections take. */
  byPlain: number;
}
export interface Results {
  processor: string;
  cores: number;
  /** What carried messages, where rows were measured. */
  library?: string;
  shards: number;
  /** Seconds of an exchange without a byte, by number of hosts. */
  handOvers: Readonly<Record<string, number>>;
  networks: readonly {
    name: string;
    title: string;
    parameters: number;
    coreSeconds?: number;
    hostSeconds: number;
  }[];
  rows: readonly Row[];
}
export function tables(results: Results): string;
export function readResults(): Results;
export function writeResults(results: Results): void;
export function writeTables(): void;
