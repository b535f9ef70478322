// A page in headless Chromium, driven by the DevTools protocol over two pipes: no package needed.
// (chromedevtools.github.io/devtools-protocol)
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { program } from './check.mjs';

const FLAGS = [
  '--headless=new',
  '--remote-debugging-pipe',
  '--no-first-run',
  '--disable-gpu',
  '--disable-dev-shm-usage',
  // Containers without user namespaces have no sandbox; the page is ours.
  '--no-sandbox',
];
const ANSWER_MS = 30_000;
const PAUSE_MS = 50;

/** The browser. @throws Absent */
export const chromium = () => program('chromium', 'chromium-browser', 'google-chrome');

/** Messages over the pipes end with a zero byte. */
class Pipes {
  #next = 0;
  #waiting = new Map();

  constructor(child) {
    const [, , , out, back] = child.stdio;
    this.out = out;
    let text = '';
    back.setEncoding('utf8').on('data', (chunk) => {
      text += chunk;
      const parts = text.split('\0');
      text = parts.pop();
      for (const part of parts) this.#take(JSON.parse(part));
    });
    child.once('exit', (code) => {
      for (const { reject } of this.#waiting.values()) reject(new Error(`Chromium ended with ${code}`));
    });
    out.on('error', () => {});
  }

  #take({ id, result, error }) {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (error) waiting?.reject(new Error(error.message));
    else waiting?.resolve(result);
  }

  send(method, params, sessionId) {
    const id = ++this.#next;
    this.out.write(`${JSON.stringify({ id, method, params, sessionId })}\0`);
    return new Promise((resolve, reject) => this.#waiting.set(id, { resolve, reject }));
  }
}

/**
 * Opens a page, and closes the browser when `use` has ended.
 * @param {string} url
 * @param {(page: { evaluate: (expression: string) => Promise<any>, until: (expression: string) => Promise<void>,
 *   send: (method: string, params?: object) => Promise<any> }) => Promise<any>} use
 */
export async function withPage(url, use) {
  const profile = mkdtempSync(join(tmpdir(), 'steepest-chromium-'));
  const args = [...FLAGS, `--user-data-dir=${profile}`, 'about:blank'];
  const child = spawn(chromium(), args, { stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'] });
  try {
    const pipes = new Pipes(child);
    const { targetId } = await pipes.send('Target.createTarget', { url });
    const { sessionId } = await pipes.send('Target.attachToTarget', { targetId, flatten: true });
    const send = (method, params = {}) => pipes.send(method, params, sessionId);
    const evaluate = async (expression) => {
      const answer = await send('Runtime.evaluate', { expression, awaitPromise: true, returnByValue: true });
      if (answer.exceptionDetails)
        throw new Error(answer.exceptionDetails.exception?.description ?? expression);
      return answer.result.value;
    };
    const until = async (expression) => {
      for (const end = Date.now() + ANSWER_MS; Date.now() < end; ) {
        if (await evaluate(expression)) return;
        await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
      }
      throw new Error(`not within ${ANSWER_MS / 1000} s: ${expression}`);
    };
    const loaded = `location.href.startsWith(${JSON.stringify(url)}) && document.readyState === "complete"`;
    await until(loaded);
    return await use({ send, evaluate, until });
  } finally {
    if (child.exitCode === null && child.kill('SIGKILL')) await once(child, 'exit');
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  }
}
