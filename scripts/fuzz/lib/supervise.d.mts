/** What is wrong with one file. */
export interface Fault {
  index: number;
  message: string;
  file: string;
}

/** What a run has found. */
export interface Run {
  reader: string;
  seed: number;
  files: number;
  /** Files by 'accepted', 'crashed' or the code of the refusal. */
  outcomes: Record<string, number>;
  slowestMs: number;
  slowest?: number;
  peakBytes: number;
  faults: Fault[];
  /** Copies of the files with faults, in their order. */
  kept: string[];
  children: number;
  seconds: number;
}

export const LIMITS: { cpuMs: number; waitMs: number; bytes: number };

export function supervise(options: {
  reader: string;
  runs?: number;
  from?: number;
  seed?: number;
  files?: readonly string[];
  keep?: string;
  onProgress?: (state: object) => void;
  limits?: Partial<typeof LIMITS>;
  mostFaults?: number;
  /** A module whose READERS are used. */
  readers?: string;
}): Promise<Run>;
