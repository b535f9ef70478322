import { version } from '../../core/packageInfo.cjs';
import type { Read } from '../commandSpec.js';
import { EXIT } from '../exitCodes.js';
import { print } from '../output.js';
import type { serveSpec } from './command.js';
import { type Running, startServer } from './serve.js';

/** Exit codes of programs that a signal ends: 128 and its number. */
const KILLED = { SIGINT: 130, SIGTERM: 143 } as const;

/** `steepest serve`: answers requests until a signal comes. */
export async function runServe({ arguments: given, options }: Read<typeof serveSpec>): Promise<number> {
  const { port, host, maxBody, maxQueue, maxBatch, timeout, noWatch, json } = options;
  const server = await startServer(
    {
      model: given.model,
      port,
      host,
      maxBodyBytes: maxBody,
      maxQueue,
      maxBatch,
      timeoutMs: timeout,
      watch: !noWatch,
      json,
    },
    (line) => process.stderr.write(line),
  );
  const ended = untilSignal(server);
  const { url, type } = server;
  const beginning = { url, port: server.port, pid: process.pid, model: given.model, type, version };
  await print(json ? `${JSON.stringify(beginning)}\n` : `${given.model} (${type}) at ${url}\n`);
  await ended;
  return EXIT.done;
}

/** Ends the server at the first signal, and the process at the second. */
function untilSignal(server: Running): Promise<void> {
  return new Promise((resolve, reject) => {
    let isStopping = false;
    const onSignal = (signal: keyof typeof KILLED): void => {
      if (isStopping) process.exit(KILLED[signal]);
      isStopping = true;
      server.stop(signal).then(resolve, reject);
    };
    process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
    // On Windows this is the end of the terminal.
    if (process.platform !== 'win32') process.on('SIGHUP', () => void server.reload());
  });
}
