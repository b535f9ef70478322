import type { IncomingMessage, ServerResponse } from 'node:http';
import { clearTimeout, setTimeout } from '../../../core/timers.js';

/** An answer. */
export interface Reply {
  status: number;
  type: string;
  body: string;
  headers?: Readonly<Record<string, string>> | undefined;
}

/**
 * Sends an answer.
 * @param closes whether the connection ends after it
 * @param lingerMs how long the rest of a body that nobody wants is read
 */
export function send(
  request: IncomingMessage,
  response: ServerResponse,
  { status, type, body, headers = {} }: Reply,
  { closes, lingerMs }: { closes: boolean; lingerMs: number },
): void {
  if (response.destroyed || response.headersSent) return;
  const isUnread = !request.complete && hasBody(request);
  const isLast = closes || isUnread;
  response.writeHead(status, {
    ...headers,
    'Content-Type': type,
    'Content-Length': Buffer.byteLength(body),
    ...(isLast ? { Connection: 'close' } : {}),
  });
  const content = request.method === 'HEAD' ? '' : body;
  if (!isUnread) {
    response.end(content);
    return;
  }
  // The client may read no answer before it has sent everything, and to close at once would reset the
  // connection. The answer is whole when it is written; only its end waits.
  response.write(content);
  const end = (): void => {
    clearTimeout(late);
    request.removeListener('end', end).removeListener('close', end);
    response.end();
  };
  const late = setTimeout(end, lingerMs);
  request.on('end', end).on('close', end);
  request.resume();
}

const hasBody = ({ headers }: IncomingMessage): boolean =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
