import type { CommandSpec } from '../commandSpec.js';

export const serveSpec = {
  name: 'serve',
  summary: 'answers predictions of a model over HTTP',
  details:
    'POST /predict takes rows as JSON, GET / says what the model takes, /health and /metrics are for ' +
    'what watches it. A newer file in the place of the model is loaded while the server runs. SIGTERM ' +
    'and Ctrl-C end it when all requests are answered, a second one at once; SIGHUP loads the file again.',
  arguments: [{ name: 'model', help: 'a file of this package: any estimator, pipeline or network' }],
  options: {
    port: { type: 'port', short: 'p', default: 8080, help: 'where to listen; 0 for any free port' },
    host: { type: 'text', default: '127.0.0.1', help: 'the address; 0.0.0.0 for all, see docs/serving.md' },
    maxBody: { type: 'bytes', default: 1_000_000, help: 'largest body of a request' },
    maxQueue: { type: 'count', default: 1000, help: 'most requests that wait for an answer' },
    maxBatch: { type: 'count', default: 256, help: 'most rows that are predicted together' },
    timeout: {
      type: 'duration',
      default: 10_000,
      help: 'how long a request may take to arrive, and then to be answered',
    },
    noWatch: { type: 'flag', help: 'loads a newer file on SIGHUP only' },
    json: { type: 'flag', help: 'address and log as lines of JSON' },
  },
  aliases: { listen: 'host', address: 'host', bind: 'host', maxBodySize: 'maxBody', batchSize: 'maxBatch' },
  examples: [
    { command: 'npx steepest serve model.safetensors', does: 'listens at http://127.0.0.1:8080' },
    {
      command: 'npx steepest serve model.safetensors --port 0 --json',
      does: 'at any free port, which it prints',
    },
  ],
  exitCodes: { 0: 'ended by a signal, when all was answered', 1: 'it could not begin; stderr says why' },
} as const satisfies CommandSpec;
