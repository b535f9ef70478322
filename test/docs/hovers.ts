import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';

const tsc = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin/tsc');

interface Message {
  id?: number;
  method?: string;
  params?: unknown;
  result?: unknown;
}

/** The compiler's language server, which answers editors, in messages of the protocol LSP. */
class Server {
  private readonly child = spawn(process.execPath, [tsc, '--lsp', '--stdio'], {
    // It says there that it ends.
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  private readonly waiting = new Map<number, (result: unknown) => void>();
  private received: Buffer = Buffer.alloc(0);
  private last = 0;

  constructor() {
    this.child.stdout.on('data', (bytes: Buffer) => {
      this.received = Buffer.concat([this.received, bytes]);
      for (let text = this.next(); text !== undefined; text = this.next())
        this.take(JSON.parse(text) as Message);
    });
  }

  /** The next message, if all of it is there. */
  private next(): string | undefined {
    const begin = this.received.indexOf('\r\n\r\n') + 4;
    if (begin < 4) return undefined;
    const [, length] = /Content-Length: (\d+)/.exec(this.received.toString('latin1', 0, begin)) ?? [];
    const end = begin + Number(length);
    if (this.received.length < end) return undefined;
    const text = this.received.toString('utf8', begin, end);
    this.received = this.received.subarray(end);
    return text;
  }

  private take({ id, method, params, result }: Message): void {
    if (id === undefined) return;
    if (method === undefined) {
      this.waiting.get(id)?.(result);
      this.waiting.delete(id);
    }
    // It asks too, for settings: there are none.
    else this.send({ id, result: (params as { items?: unknown[] }).items?.map(() => null) ?? null });
  }

  send(message: Message): void {
    const text = JSON.stringify({ jsonrpc: '2.0', ...message });
    this.child.stdin.write(`Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`);
  }

  ask(method: string, params: unknown): Promise<unknown> {
    const id = ++this.last;
    return new Promise((resolve) => {
      this.waiting.set(id, resolve);
      this.send({ id, method, params });
    });
  }

  async end(): Promise<void> {
    await this.ask('shutdown', null);
    this.send({ method: 'exit' });
    await new Promise((resolve) => this.child.once('close', resolve));
  }
}

/**
 * What an editor shows of the last name of each line of a program when the pointer rests on it, in
 * Markdown.
 * @param folder where the program would be; its imports are resolved from there
 */
export async function hovers(folder: string, lines: readonly string[]): Promise<string[]> {
  const server = new Server();
  const uri = pathToFileURL(join(folder, 'hovers.ts')).href;
  await server.ask('initialize', {
    processId: process.pid,
    rootUri: pathToFileURL(folder).href,
    capabilities: { textDocument: { hover: { contentFormat: ['markdown'] } } },
  });
  server.send({ method: 'initialized', params: {} });
  const document = { uri, languageId: 'typescript', version: 1, text: lines.join('\n') };
  server.send({ method: 'textDocument/didOpen', params: { textDocument: document } });
  const answers = await Promise.all(
    lines.map((text, line) => {
      const position = { line, character: text.search(/\w+;?$/) };
      return server.ask('textDocument/hover', { textDocument: { uri }, position });
    }),
  );
  await server.end();
  return answers.map((answer) => (answer as { contents?: { value: string } } | null)?.contents?.value ?? '');
}
