/** What a server is started with. */
export interface ServeOptions {
  /** Path of the model's file. */
  model: string;
  host: string;
  /** 0 for any free port. */
  port: number;
  /** Bytes of the largest body. */
  maxBodyBytes: number;
  /** Most requests that wait or are computed. */
  maxQueue: number;
  /** Most rows of a batch. */
  maxBatch: number;
  /** How long a request may take to arrive, and then to be answered. */
  timeoutMs: number;
  /** Whether a newer file is loaded by itself. */
  watch: boolean;
  /** Lines of the log as JSON. */
  json: boolean;
}

/** Numbers that the command has no options for; tests make them small. */
export interface ServeTimes {
  /** How often the file's size and time are looked at, besides what the system reports. */
  pollMs: number;
  /** How long a file has to stay as it is before it is read. */
  settleMs: number;
  /** How long an idle connection is kept: longer than proxies keep theirs, usually for 60 s. */
  keepAliveMs: number;
  /** How long the rest of a refused body is read, so that the client sees the answer. */
  lingerMs: number;
  /** Most open connections. */
  maxConnections: number;
}

export const SERVE_TIMES: ServeTimes = {
  pollMs: 1000,
  settleMs: 100,
  keepAliveMs: 75_000,
  lingerMs: 500,
  maxConnections: 2000,
};
