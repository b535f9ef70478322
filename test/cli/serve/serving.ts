import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { SERVE_TIMES, type ServeOptions, type ServeTimes } from '#steepest/cli/serve/options.js';
import { type Running, startServer } from '#steepest/cli/serve/serve.js';

/** A server in this process, with what it has logged. */
export interface TestServer extends Running {
  file: string;
  folder: string;
  log: string[];
}

/** Something that writes its own file. */
export interface Saved {
  save(path: string): Promise<void>;
}

export const OPTIONS: Omit<ServeOptions, 'model'> = {
  host: '127.0.0.1',
  port: 0,
  maxBodyBytes: 2 ** 20,
  maxQueue: 1000,
  maxBatch: 256,
  timeoutMs: 10_000,
  watch: false,
  json: false,
};

/** Serves a model until the test is over. */
export async function serving(...given: Parameters<typeof startServing>): Promise<TestServer> {
  const { server, end } = await startServing(...given);
  onTestFinished(end);
  return server;
}

/** Serves a model until `end` is called. */
export async function startServing(
  model: Saved,
  options: Partial<ServeOptions> = {},
  times: Partial<ServeTimes> = {},
): Promise<{ server: TestServer; end: () => Promise<void> }> {
  const folder = mkdtempSync(join(tmpdir(), 'steepest-serve-'));
  const file = join(folder, 'model.safetensors');
  await model.save(file);
  const log: string[] = [];
  const given = { ...OPTIONS, model: file, ...options };
  const allTimes = { ...SERVE_TIMES, lingerMs: 50, ...times };
  const running = await startServer(given, (line) => log.push(line), allTimes);
  const end = async (): Promise<void> => {
    await running.stop();
    rmSync(folder, { recursive: true });
  };
  return { server: { ...running, file, folder, log }, end };
}

export interface Answer {
  status: number;
  headers: Headers;
  text: string;
  // biome-ignore lint/suspicious/noExplicitAny: bodies of all kinds.
  body: any;
}

/** A request by fetch. */
export async function ask(
  url: string,
  path: string,
  body?: unknown,
  init: RequestInit = {},
): Promise<Answer> {
  const json = typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body);
  const post = { method: 'POST', body: json, headers: { 'content-type': 'application/json' } } as RequestInit;
  const response = await fetch(url + path, body === undefined ? init : { ...post, ...init });
  const text = await response.text();
  const isJson = response.headers.get('content-type') === 'application/json';
  return { status: response.status, headers: response.headers, text, body: isJson ? JSON.parse(text) : text };
}

/** Sends bytes over a connection of its own, and collects what comes until the server closes it. */
export function exchange(port: number, ...chunks: (string | Uint8Array)[]): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    let text = '';
    socket.setEncoding('latin1').on('data', (chunk) => {
      text += chunk;
    });
    socket.on('error', () => {});
    socket.on('close', () => resolve(text));
    for (const chunk of chunks) socket.write(chunk);
  });
}

/** A request to /predict as bytes. */
export const post = (body: string, headers = ''): string =>
  `POST /predict HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n${headers}\r\n${body}`;

/** The statuses in what a connection has sent. */
export const statuses = (text: string): number[] =>
  [...text.matchAll(/^HTTP\/1\.1 (\d{3}) /gm)].map((match) => Number(match[1]));
