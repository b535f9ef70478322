import { SteepestError } from '../../core/errors.js';
import { messageOf } from '../../core/show.js';
import { shutdown } from '../../parallel/threads.js';
import { Log } from './log.js';
import { readModel, servedFrom, signatureOf } from './model/loadServed.js';
import { SERVE_TIMES, type ServeOptions, type ServeTimes } from './options.js';
import { Reloader } from './reload.js';
import { ModelServer } from './server.js';

/** What a running server can be told. */
export interface Running {
  url: string;
  port: number;
  /** The class of the model. */
  type: string;
  reload(): Promise<void>;
  /** Answers what has come, then ends. @param why for the log */
  stop(why?: string): Promise<void>;
}

const LOOPBACK = /^(?:localhost|127(?:\.\d+){3}|::1|\[::1\])$/;

/**
 * Loads a model and answers requests for it.
 * @param write writes lines of the log
 * @throws SteepestError `ERR_MODEL_FILE` and others for a model that cannot answer; `ERR_ARGUMENT` for
 *   an address that cannot be listened on
 */
export async function startServer(
  options: ServeOptions,
  write: (line: string) => void,
  times: ServeTimes = SERVE_TIMES,
): Promise<Running> {
  const { model: path, host, watch, json } = options;
  const log = new Log(json, write);
  // Before the bytes: a file that changes meanwhile is loaded again.
  const signature = await signatureOf(path).catch(() => '');
  const { bytes, digest } = await readModel(path);
  const model = await servedFrom(path, bytes, digest);
  const server = new ModelServer(model, options, times, log);
  const port = await listening(server, options);
  if (!LOOPBACK.test(host)) {
    const message = `anyone who reaches ${host} can ask this server: put it behind a proxy with TLS and access control`;
    log.say('warning', 'open', message);
  }
  const onLoaded = (next: typeof model): void => {
    server.use(next);
    server.metrics.reloaded('loaded');
  };
  const onFailed = (): void => server.metrics.reloaded('failed');
  const reloader = new Reloader({ path, times, log, onLoaded, onFailed }, model, signature);
  if (watch) reloader.watch();
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${port}`,
    port,
    type: model.served.info.type,
    reload: () => reloader.load(),
    async stop(why) {
      if (why !== undefined) log.say('info', 'stop', `${why}: no new connections; answers what has come`);
      reloader.stop();
      await server.stop();
      await shutdown();
    },
  };
}

async function listening(server: ModelServer, { host, port }: ServeOptions): Promise<number> {
  try {
    return (await server.start()).port;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? messageOf(error);
    throw new SteepestError(
      'ERR_ARGUMENT',
      {
        expected: `an address to listen on, ${host} at port ${port}`,
        given: code,
        hint:
          code === 'EADDRINUSE'
            ? 'Another program has this port: choose another --port, or 0 for any free one.'
            : 'Choose another --host or --port; ports below 1024 may need rights.',
      },
      { cause: error },
    );
  }
}
