import type { Row } from '../lib/turns.mjs';

/** What bench/results/<processor>/<suite>.json holds, as far as the report reads it. */
export interface Result {
  suite: string;
  title: string;
  about: string;
  command: string;
  quick: boolean;
  machine: {
    cpu: string;
    processor: { id: string; name: string; caches?: Record<string, string> };
    cores: number;
    os: string;
    kernels: string;
    node: string;
    steepest: string;
    workers: number;
    date: string;
    versions: Record<string, string>;
  };
  rows: readonly Row[];
}

/** All results of one processor. */
export interface Processor {
  id: string;
  name: string;
  results: readonly Result[];
}
