// Asks a server over a number of connections, each with one request after the other (keep-alive, no
// pipelining), and checks every answer. A process of its own: it must not share a thread with what it
// measures. The parent sends { port, path, bodies, answers, connections, requests }; for each it gets
// { latencies, errors, seconds, firstError }. Sockets, not node:http, whose client costs as much as
// the server.
import { connect } from 'node:net';

const HEAD_END = '\r\n\r\n';

/** One connection: sends requests as long as `next` gives numbers of bodies. */
function runConnection(port, requests, next, report) {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    let text = '';
    let length = -1;
    let begun = 0;
    let asked;
    const ask = () => {
      asked = next();
      if (asked === undefined) {
        socket.end();
        resolve();
        return;
      }
      text = '';
      length = -1;
      begun = performance.now();
      socket.write(requests[asked]);
    };
    socket.setEncoding('latin1');
    socket.on('connect', ask);
    socket.on('error', reject);
    socket.on('close', () => reject(new Error('the server closed a connection')));
    socket.on('data', (chunk) => {
      text += chunk;
      if (length < 0) {
        const end = text.indexOf(HEAD_END);
        if (end < 0) return;
        length = end + HEAD_END.length + Number(/content-length: (\d+)/i.exec(text)[1]);
      }
      if (text.length < length) return;
      report(asked, performance.now() - begun, text);
      ask();
    });
  });
}

process.on('message', async ({ port, path, bodies, answers, connections, requests: count }) => {
  const requests = bodies.map(
    (body) =>
      `POST ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
  );
  const latencies = [];
  let errors = 0;
  let firstError;
  let sent = 0;
  const next = () => (sent < count ? sent++ % bodies.length : undefined);
  const report = (asked, ms, text) => {
    latencies.push(ms);
    const body = text.slice(text.indexOf(HEAD_END) + HEAD_END.length);
    if (text.startsWith('HTTP/1.1 200 ') && body === answers[asked]) return;
    errors++;
    firstError ??= text.slice(0, 500);
  };
  const begun = performance.now();
  try {
    await Promise.all(Array.from({ length: connections }, () => runConnection(port, requests, next, report)));
  } catch (error) {
    errors += count - latencies.length;
    firstError ??= error.message;
  }
  process.send({ latencies, errors, firstError, seconds: (performance.now() - begun) / 1000 });
});
process.on('disconnect', () => process.exit());
