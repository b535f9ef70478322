/** The link thread: its start and its end. */
import { isMainThread, parentPort, workerData } from 'node:worker_threads';
import { packError } from '../../data/thread/packedError.js';
import type { Link, LinkOptions } from '../link.js';
import { makeLocalLink } from '../local.js';
import { mpiLink } from '../mpi.js';
import { JobEnd } from './jobEnd.js';
import { ENDING, type FromLink, type LinkThreadData, type Place, type ToLink } from './messages.js';
import { LinkServer } from './server.js';

const makeLink = (place: Place, options: LinkOptions): Link | Promise<Link> =>
  'mpi' in place ? mpiLink(place.mpi, options) : makeLocalLink(place.local, options);

async function start(port: NonNullable<typeof parentPort>): Promise<void> {
  const { place, timeoutMs, ending } = workerData as LinkThreadData;
  const send = (message: FromLink, transfer: readonly ArrayBuffer[] = []): void =>
    port.postMessage(message, transfer);
  // An abort may come before there is a link; the main thread then waits for nothing.
  let server: LinkServer | undefined;
  port.on('message', (message: ToLink) => {
    if (message.call === 'abort') JobEnd.acknowledge(ending, server?.link);
    else server!.add(message);
  });
  try {
    const abortWord = new Int32Array(ending.buffer, ENDING.code * ending.BYTES_PER_ELEMENT, 1);
    const link = await makeLink(place, { timeoutMs, abortWord });
    server = new LinkServer(link, send, new JobEnd(ending, link));
    await server.start();
  } catch (error) {
    send({ type: 'failed', error: packError(error) });
  }
}

if (!isMainThread) void start(parentPort!);
