import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { clearTimeout, setTimeout } from '../../../core/timers.js';
import { Refusal } from './refusal.js';

/** What went wrong before there was a request: Node.js's codes of errors. */
function refusalOf(code: string | undefined): Refusal | undefined {
  switch (code) {
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return tooSlow();
    case 'HPE_HEADER_OVERFLOW':
      return new Refusal({
        status: 431,
        code: 'ERR_HEADERS_LIMIT',
        expected: 'headers of at most 16 KiB',
        given: 'more',
        hint: 'Send fewer or shorter headers.',
      });
    case 'ECONNRESET':
    case 'EPIPE':
      return undefined;
    default:
      return new Refusal({
        status: 400,
        code: 'ERR_REQUEST',
        expected: 'a request of HTTP/1.1',
        given: code ?? 'something else',
        hint: 'Use an HTTP client, and http: instead of https:.',
      });
  }
}

const tooSlow = (): Refusal =>
  new Refusal({
    status: 408,
    code: 'ERR_TIMEOUT',
    expected: 'a whole request within the limit of --timeout',
    given: 'a part of one',
    hint: 'Send it at once, or start the server with a larger --timeout.',
  });

const REASONS: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  408: 'Request Timeout',
  431: 'Request Header Fields Too Large',
};

/** Responses that are not yet sent, by their connection: for errors of the connection itself. */
export class Sockets {
  private readonly open = new Map<Duplex, Set<ServerResponse>>();

  constructor(
    private readonly lingerMs: number,
    private readonly onRefused: (status: number) => void,
  ) {}

  /** To be called for each request. */
  add(request: IncomingMessage, response: ServerResponse): void {
    const { socket } = request;
    let responses = this.open.get(socket);
    if (responses === undefined) {
      responses = new Set();
      this.open.set(socket, responses);
    }
    responses.add(response);
    const own = responses;
    response.once('close', () => {
      own.delete(response);
      if (own.size === 0 && this.open.get(socket) === own) this.open.delete(socket);
    });
  }

  /** Whether the connection waits for an answer of ours. */
  isWaiting(socket: Duplex): boolean {
    for (const { req } of this.open.get(socket) ?? []) if (req.complete) return true;
    return false;
  }

  /**
   * Answers what is no request, or only a part of one. Whole requests that came before it on the
   * same connection are answered first.
   */
  refuse(error: NodeJS.ErrnoException, socket: Duplex): void {
    const refusal = refusalOf(error.code);
    if (refusal === undefined || !socket.writable) {
      socket.destroy();
      return;
    }
    const responses = [...(this.open.get(socket) ?? [])];
    // Its answer would follow a part of another one.
    const isBegun = responses.some((response) => response.headersSent && !response.req.complete);
    if (isBegun) {
      socket.destroy();
      return;
    }
    const before = responses.filter((response) => response.req.complete);
    const last = before.at(-1);
    if (last === undefined) this.send(refusal, socket);
    else last.once('close', () => this.send(refusal, socket));
  }

  private send(refusal: Refusal, socket: Duplex): void {
    if (!socket.writable) {
      socket.destroy();
      return;
    }
    this.onRefused(refusal.status);
    const body = refusal.toJson();
    socket.end(
      `HTTP/1.1 ${refusal.status} ${REASONS[refusal.status]}\r\nContent-Type: application/json\r\n` +
        `Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
    );
    // To close at once would reset the connection while the client still sends.
    socket.resume();
    const late = setTimeout(() => socket.destroy(), this.lingerMs);
    socket.once('close', () => clearTimeout(late));
    socket.once('end', () => socket.destroy());
    socket.on('error', () => socket.destroy());
  }
}
