// How long hosts of network.mjs take to send each other bytes over plain connections, all to all:
// what a network can do, for a library of messages to be compared with.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import net from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { SUBNET } from './network.mjs';

const SELF = fileURLToPath(import.meta.url);
const PORT = 7000;
const RETRY_MS = 50;
/** Connections adapt to the size during the first. */
const ROUNDS = 25;
const addressOf = (rank) => SUBNET.replace(/0\/\d+$/, String(rank + 1));

/**
 * @param network what makeHosts returned
 * @param {number[]} sizes bytes from each host to each other one
 * @returns {Promise<number[]>} seconds until every host has what is for it, the median of each size
 */
export async function measurePlainTcp({ names, agent, env }, sizes) {
  const outputs = names.map(async (name, rank) => {
    const args = [name, process.execPath, SELF, rank, names.length, ...sizes].map(String);
    const stdio = ['ignore', 'pipe', 'inherit'];
    const child = spawn(agent, args, { env: { ...process.env, ...env }, stdio });
    let text = '';
    child.stdout.on('data', (part) => (text += part));
    const [code] = await once(child, 'close');
    if (code !== 0) throw new Error(`plain connections of ${name} ended with ${code}`);
    return text;
  });
  const [first] = await Promise.all(outputs);
  return JSON.parse(first);
}

async function connect(rank) {
  for (;;) {
    const socket = net.connect(PORT, addressOf(rank));
    try {
      await once(socket, 'connect');
      return socket;
    } catch {
      await sleep(RETRY_MS);
    }
  }
}

/** The rank at the other end. What it sends next waits, also where it has come with the rank. */
async function hear(socket) {
  const [part] = await once(socket, 'data');
  socket.pause();
  if (part.length > 1) socket.unshift(part.subarray(1));
  return part[0];
}

/** A connection to each other rank: the later rank makes it, and both say who they are. */
async function connectAll(rank, size) {
  const sockets = new Map();
  const server = net.createServer().listen(PORT, addressOf(rank));
  const accepted = new Promise((resolve) => {
    let missing = size - 1 - rank;
    if (missing === 0) resolve();
    server.on('connection', async (socket) => {
      const other = await hear(socket);
      socket.write(Uint8Array.of(rank));
      sockets.set(other, socket);
      if (--missing === 0) resolve();
    });
  });
  for (let other = 0; other < rank; other++) {
    const socket = await connect(other);
    socket.write(Uint8Array.of(rank));
    sockets.set(await hear(socket), socket);
  }
  await accepted;
  server.close();
  for (const socket of sockets.values()) socket.setNoDelay(true);
  return [...sockets.values()];
}

/** Counts what comes, and resolves when all peers have sent so much. */
function receiver(sockets) {
  const received = sockets.map(() => 0);
  let wanted = 0;
  let resolve = () => {};
  const check = () => received.every((bytes) => bytes >= wanted) && resolve();
  sockets.forEach((socket, i) => {
    socket.on('data', (part) => {
      received[i] += part.length;
      check();
    });
    socket.resume();
  });
  return (bytes) =>
    new Promise((done) => {
      wanted += bytes;
      resolve = done;
      check();
    });
}

const median = (values) => values.sort((a, b) => a - b)[values.length >> 1];

async function main() {
  const [rank, size, ...sizes] = process.argv.slice(2).map(Number);
  const sockets = await connectAll(rank, size);
  const receive = receiver(sockets);
  const medians = [];
  for (const bytes of sizes) {
    const message = Buffer.alloc(bytes);
    const seconds = [];
    for (let round = 0; round < ROUNDS; round++) {
      const begin = performance.now();
      for (const socket of sockets) socket.write(message);
      await receive(bytes);
      seconds.push((performance.now() - begin) / 1000);
    }
    medians.push(median(seconds));
  }
  console.log(JSON.stringify(medians));
  for (const socket of sockets) socket.end();
}

if (process.argv[1] === SELF) await main();
