// Processes of rivals, which answer with their figures.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { lastLine, peerFile } from './install.mjs';

/** No answer of a peer may take longer. */
const PATIENCE_MS = 120_000;

/** A process that answers requests in order, one JSON object a line; it starts with the first. */
export class PeerProcess {
  /**
   * @param source { command } or { absent }, the reason why there is none
   * @param {string[]} args the script and its options
   */
  constructor(source, args, env = {}) {
    this.source = source;
    this.args = args;
    this.env = env;
  }

  /** @throws Error with the reason why there is no answer */
  async ask(request) {
    if (this.source.absent !== undefined) throw new Error(this.source.absent);
    if (this.dead !== undefined) throw new Error(this.dead);
    if (this.child === undefined) this.start();
    const reply = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
    const timer = setTimeout(() => this.fail(`no answer within ${PATIENCE_MS / 1000} s`), PATIENCE_MS);
    try {
      this.child.stdin.write(`${JSON.stringify(request)}\n`);
      const answer = JSON.parse(await reply);
      if (answer.error !== undefined) throw new Error(answer.error);
      return answer;
    } finally {
      clearTimeout(timer);
    }
  }

  start() {
    const { command } = this.source;
    this.child = spawn(command, this.args, {
      env: { ...process.env, ...this.env },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    let complaints = '';
    this.child.stderr.on('data', (text) => {
      complaints = (complaints + text).slice(-2000);
    });
    this.child.stdin.on('error', () => {});
    this.child.on('error', (error) => this.fail(`${command} does not start: ${error.message}`));
    this.child.on('close', (code, signal) =>
      this.fail(lastLine(complaints) || `${command} ended with ${code ?? signal}`),
    );
    createInterface({ input: this.child.stdout }).on('line', (line) => this.resolve(line));
  }

  fail(reason) {
    this.dead ??= reason;
    this.child.kill();
    this.reject?.(new Error(this.dead));
  }

  end() {
    this.child?.stdin.end();
  }

  kill() {
    this.child?.kill();
  }
}

/** Runs a script of bench/peers with this Node.js and reads the JSON of its last line. */
export async function askNode(script, args, absent) {
  if (absent !== undefined) throw new Error(absent);
  const child = spawn(process.execPath, [peerFile(script), ...args.map(String)], { timeout: PATIENCE_MS });
  let [out, err] = ['', ''];
  child.stdout.on('data', (text) => {
    out += text;
  });
  child.stderr.on('data', (text) => {
    err += text;
  });
  const code = await new Promise((resolve, reject) => child.on('error', reject).on('close', resolve));
  const complaint = /^.*Error.*$/m.exec(err)?.[0] ?? lastLine(err);
  if (code !== 0) throw new Error(complaint || `ended with ${code ?? 'a signal: too slow'}`);
  return JSON.parse(lastLine(out));
}
