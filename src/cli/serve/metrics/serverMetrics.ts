import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { BatchReport } from '../batch/batcher.js';
import { Counter, Gauge, Histogram, type Metric } from './prometheus.js';

/** What the metrics ask the server for. */
export interface Gauged {
  queue(): number;
  bodyBytes(): number;
  connections(): number;
  model(): { type: string; digest: string; loadedAt: Date };
}

const SECONDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const SIZES = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024];
const MS_PER_S = 1000;
const NS_PER_S = 1e9;
const US_PER_S = 1e6;
/** How often the delay of the event loop is measured. */
const LAG_EVERY_MS = 20;
const P99 = 99;

/** The metrics of a server. */
export class ServerMetrics {
  private readonly lag = monitorEventLoopDelay({ resolution: LAG_EVERY_MS });
  private readonly requests = new Counter('steepest_requests_total', 'Answers by route and status.');
  private readonly duration = new Histogram(
    'steepest_predict_request_seconds',
    'Time from the headers of a request to /predict to the end of its answer.',
    SECONDS,
  );
  private readonly prediction = new Histogram(
    'steepest_prediction_seconds',
    'Time of one prediction, of a whole batch.',
    SECONDS,
  );
  private readonly batchRequests = new Histogram('steepest_batch_requests', 'Requests per batch.', SIZES);
  private readonly batchRows = new Histogram('steepest_batch_rows', 'Rows per batch.', SIZES);
  private readonly batches = new Counter(
    'steepest_batches_total',
    'Batches by where they were computed: sync on the main thread, async beside it.',
  );
  private readonly reloads = new Counter('steepest_model_reloads_total', 'Reloads of the model by result.');
  private readonly all: readonly Metric[];

  constructor(gauged: Gauged) {
    this.lag.enable();
    for (const result of ['loaded', 'failed']) this.reloads.add({ result }, 0);
    this.all = [
      this.requests,
      this.duration,
      this.prediction,
      this.batchRequests,
      this.batchRows,
      this.batches,
      this.reloads,
      ...ofServer(gauged),
      ...ofProcess(),
      new Gauge(
        'nodejs_eventloop_lag_p99_seconds',
        'Delay of the event loop since the last time it was asked for.',
        () => this.readLag(),
      ),
    ];
  }

  /** One answer. @param route a path that the server has, or 'other' */
  answered(route: string, status: number, ms: number): void {
    this.requests.add({ route, status: String(status) });
    if (route === '/predict') this.duration.observe(ms / MS_PER_S);
  }

  batch({ requests, rows, way, ms }: BatchReport): void {
    this.batches.add({ way });
    this.batchRequests.observe(requests);
    this.batchRows.observe(rows);
    this.prediction.observe(ms / MS_PER_S);
  }

  reloaded(result: 'loaded' | 'failed'): void {
    this.reloads.add({ result });
  }

  /** Ends the measurement of the event loop. */
  stop(): void {
    this.lag.disable();
  }

  toString(): string {
    return this.all.join('');
  }

  private readLag(): number {
    const ns = this.lag.percentile(P99) - LAG_EVERY_MS * US_PER_S;
    this.lag.reset();
    return Math.max(0, Number.isFinite(ns) ? ns : 0) / NS_PER_S;
  }
}

const ofServer = (gauged: Gauged): Metric[] => [
  new Gauge('steepest_queue_requests', 'Requests that wait or are computed.', () => gauged.queue()),
  new Gauge('steepest_body_bytes', 'Bytes of bodies that are being read.', () => gauged.bodyBytes()),
  new Gauge('steepest_connections', 'Open connections.', () => gauged.connections()),
  new Gauge('steepest_model_info', 'The model that answers.', () => {
    const { type, digest } = gauged.model();
    return [[{ type, digest }, 1]];
  }),
  new Gauge(
    'steepest_model_loaded_timestamp_seconds',
    'When that model was loaded.',
    () => gauged.model().loadedAt.getTime() / MS_PER_S,
  ),
];

const ofProcess = (): Metric[] => [
  new Gauge('process_resident_memory_bytes', 'Resident memory.', () => process.memoryUsage.rss()),
  new Gauge('nodejs_heap_size_used_bytes', 'Used heap.', () => process.memoryUsage().heapUsed),
  new Gauge('nodejs_external_memory_bytes', 'Memory of buffers.', () => process.memoryUsage().external),
  new Gauge(
    'process_cpu_seconds_total',
    'CPU time of the process.',
    () => {
      const { user, system } = process.cpuUsage();
      return (user + system) / US_PER_S;
    },
    'counter',
  ),
  new Gauge(
    'process_start_time_seconds',
    'When the process began.',
    () => (Date.now() - process.uptime() * MS_PER_S) / MS_PER_S,
  ),
];
