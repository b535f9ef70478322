import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { version } from '../../core/packageInfo.cjs';
import { clearTimeout, setTimeout } from '../../core/timers.js';
import { Batcher } from './batch/batcher.js';
import { describeServer } from './describe.js';
import { BodyRoom, checkHeaders, parseBody } from './http/body.js';
import { Refusal } from './http/refusal.js';
import { checkRoute, type Route, routeName } from './http/routes.js';
import { type Reply, send } from './http/send.js';
import { Sockets } from './http/sockets.js';
import type { Log } from './log.js';
import { METRICS_TYPE } from './metrics/prometheus.js';
import { ServerMetrics } from './metrics/serverMetrics.js';
import type { LoadedModel } from './model/loadServed.js';
import type { ServeOptions, ServeTimes } from './options.js';
import { readPredictRequest, readQuery } from './predictRequest.js';

const JSON_TYPE = 'application/json';

/** All bodies that are being read together: this many of the largest, or this many bytes. */
const BODIES_TOGETHER = 8;
const LEAST_TOGETHER = 2 ** 26;

/** Node.js looks for late requests this often: at a tenth of the limit, at most every second. */
const CHECKS_PER_TIMEOUT = 10;
const LONGEST_CHECK_MS = 1000;

const MOST_HEADER_BYTES = 2 ** 14;
const OK = 200;
const UNAVAILABLE = 503;
const FAULT = 500;

const json = (status: number, value: object): Reply => ({
  status,
  type: JSON_TYPE,
  body: `${JSON.stringify(value)}\n`,
});

const FAULT_ANSWER = new Refusal({
  status: FAULT,
  code: 'ERR_INTERNAL',
  expected: 'an answer',
  given: 'a fault of the server',
  hint: 'Its log on stderr says more.',
});

/** An HTTP server of one model. */
export class ModelServer {
  readonly metrics: ServerMetrics;
  private readonly http: Server;
  private readonly batcher: Batcher;
  private readonly bodies: BodyRoom;
  private readonly sockets: Sockets;
  private isStopping = false;

  constructor(
    private current: LoadedModel,
    private readonly options: ServeOptions,
    private readonly times: ServeTimes,
    private readonly log: Log,
  ) {
    const { maxBodyBytes, timeoutMs } = options;
    this.batcher = new Batcher(options, (batch) => this.metrics.batch(batch));
    this.batcher.expect(current.served, current.msPerRow);
    this.bodies = new BodyRoom(maxBodyBytes, Math.max(LEAST_TOGETHER, BODIES_TOGETHER * maxBodyBytes));
    this.sockets = new Sockets(times.lingerMs, (status) => this.metrics.answered('other', status, 0));
    this.http = createServer({
      maxHeaderSize: MOST_HEADER_BYTES,
      headersTimeout: timeoutMs,
      requestTimeout: timeoutMs,
      keepAliveTimeout: times.keepAliveMs,
      connectionsCheckingInterval: Math.ceil(Math.min(LONGEST_CHECK_MS, timeoutMs / CHECKS_PER_TIMEOUT)),
      noDelay: true,
    });
    this.listen();
    this.metrics = new ServerMetrics({
      queue: () => this.batcher.length,
      bodyBytes: () => this.bodies.bytes,
      connections: () => this.connections,
      model: () => ({
        type: this.current.served.info.type,
        digest: this.current.digest,
        loadedAt: this.current.loadedAt,
      }),
    });
  }

  /** Open connections. */
  connections = 0;

  private listen(): void {
    const { http, options, times } = this;
    http.maxConnections = times.maxConnections;
    // A client that neither reads its answer nor sends anything.
    http.timeout = 2 * options.timeoutMs;
    http.on('timeout', (socket: Socket) => {
      if (!this.sockets.isWaiting(socket)) socket.destroy();
    });
    http.on('connection', (socket: Socket) => {
      this.connections++;
      socket.once('close', () => {
        this.connections--;
      });
    });
    // Connections without a request have to give way to new ones.
    http.on('drop', () => http.closeIdleConnections());
    http.on('clientError', (error: NodeJS.ErrnoException, socket) => this.sockets.refuse(error, socket));
    http.on('request', (request, response) => void this.handle(request, response));
    // Whether a body is wanted is said before it is sent.
    http.on('checkContinue', (request, response) => void this.handle(request, response, true));
  }

  /** Begins to accept connections. @returns where */
  async start(): Promise<AddressInfo> {
    const { host, port } = this.options;
    await new Promise<void>((resolve, reject) => {
      this.http.once('error', reject);
      this.http.listen({ host, port }, () => {
        this.http.removeListener('error', reject);
        resolve();
      });
    });
    return this.http.address() as AddressInfo;
  }

  /** Later requests are answered by this model; those before, by the one that they came to. */
  use(model: LoadedModel): void {
    this.current = model;
    this.batcher.expect(model.served, model.msPerRow);
  }

  /** Accepts no more connections, answers what has come, and ends when all is answered. */
  async stop(): Promise<void> {
    this.isStopping = true;
    const late = setTimeout(() => this.http.closeAllConnections(), this.options.timeoutMs);
    await new Promise<void>((resolve) => {
      this.http.close(() => resolve());
      this.http.closeIdleConnections();
    });
    clearTimeout(late);
    this.metrics.stop();
  }

  private async handle(request: IncomingMessage, response: ServerResponse, asks = false): Promise<void> {
    const begun = performance.now();
    const { url = '/', method = 'GET' } = request;
    const mark = url.indexOf('?');
    const path = mark < 0 ? url : url.slice(0, mark);
    this.sockets.add(request, response);
    response.once('close', () => {
      const status = response.headersSent ? response.statusCode : CLIENT_GONE;
      this.metrics.answered(routeName(path), status, performance.now() - begun);
    });
    let reply: Reply | undefined;
    try {
      const route = checkRoute(method, path);
      const query = mark < 0 ? '' : url.slice(mark + 1);
      reply = route === '/predict' ? await this.predict(request, response, query, asks) : this.tell(route);
    } catch (error) {
      reply = this.refusalOf(error);
    }
    if (reply === undefined) return;
    send(request, response, reply, { closes: this.isStopping, lingerMs: this.times.lingerMs });
  }

  private refusalOf(error: unknown): Reply {
    if (!(error instanceof Refusal)) this.log.fault(error);
    const refusal = error instanceof Refusal ? error : FAULT_ANSWER;
    return { status: refusal.status, type: JSON_TYPE, body: refusal.toJson(), headers: refusal.headers };
  }

  private tell(route: Exclude<Route, '/predict'>): Reply {
    const ready = !this.isStopping;
    switch (route) {
      case '/':
      case '/model':
        return json(OK, describeServer(this.current, this.options, version));
      case '/health/live':
        return json(OK, { live: true });
      case '/health':
      case '/health/ready':
        return json(ready ? OK : UNAVAILABLE, { live: true, ready });
      case '/metrics':
        return { status: OK, type: METRICS_TYPE, body: String(this.metrics) };
    }
  }

  /** @returns undefined if the client has gone */
  private async predict(
    request: IncomingMessage,
    response: ServerResponse,
    query: string,
    asks: boolean,
  ): Promise<Reply | undefined> {
    const asked = readQuery(query);
    checkHeaders(request, this.options.maxBodyBytes);
    this.batcher.checkRoom();
    if (asks) response.writeContinue();
    const bytes = await this.bodies.read(request);
    if (bytes === undefined) return undefined;
    const begun = performance.now();
    const model = this.current;
    const { served } = model;
    const given = readPredictRequest(parseBody(bytes), served, asked);
    const body = await new Promise<string>((resolve, reject) => {
      this.batcher.add({
        ...given,
        served,
        begun,
        deadline: begun + this.options.timeoutMs,
        isGone: () => response.destroyed,
        resolve,
        reject,
      });
    });
    return { status: OK, type: JSON_TYPE, body, headers: { 'X-Model': model.digest.slice(0, SHOWN) } };
  }
}

/** Digits of the model's digest in the header of an answer. */
const SHOWN = 12;

/** In metrics only, as nginx counts them: the client has closed before an answer. */
const CLIENT_GONE = 499;
