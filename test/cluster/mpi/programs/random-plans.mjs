// Exchanges drawn at random, the same on all ranks, against copies made here. Prints `ok <messages>`.
import assert from 'node:assert/strict';
import { makeLink } from './link.mjs';

const [seed = '1', rounds = '20', pieceBytes = '0', hosts] = process.argv.slice(2);
const link = makeLink({ pieceBytes: Number(pieceBytes) || undefined, isApart: hosts === 'apart' });
const { rank, size } = link;

let state = Number(seed);
/** Numbers of Park and Miller, in [0, below). */
const draw = (below) => {
  state = (state * 48271) % 2147483647;
  return state % below;
};

/** Lengths around the limits of headers and pieces, zero among them. */
const LENGTHS = [0, 1, 7, 64, 1000, 3900, 3936, 3937, 4096, 30_000, 65_536, 65_537, 200_000];

/** Cuts [offset, offset + bytes) into ranges, in an order that begins anywhere. */
function cut(offset, bytes) {
  const ranges = [];
  for (let at = 0; at < bytes; ) {
    const length = Math.min(bytes - at, 1 + draw(bytes));
    ranges.push([offset + at, length]);
    at += length;
    if (draw(3) === 0) ranges.push([offset, 0]);
  }
  const first = draw(ranges.length + 1);
  return [...ranges.slice(first), ...ranges.slice(0, first)];
}

/** All messages of a round: [from, to, sender's ranges, receiver's ranges], and the memory they need. */
function drawRound() {
  const messages = [];
  const used = new Array(size).fill(0);
  for (let from = 0; from < size; from++) {
    for (let to = 0; to < size; to++) {
      if (from === to || draw(4) === 0) continue;
      const bytes = LENGTHS[draw(LENGTHS.length)];
      messages.push([from, to, cut(used[from], bytes), cut(used[to] + bytes, bytes)]);
      used[from] += bytes;
      used[to] += 2 * bytes;
    }
  }
  return { messages, bytes: Math.max(...used) + 1 };
}

function contents(of, bytes, round) {
  const own = new Uint8Array(bytes);
  for (let i = 0; i < bytes; i++) own[i] = (i * 31 + of * 97 + round * 13) % 251;
  return own;
}

/** The memory of this rank after a round. */
function expected(messages, bytes, round) {
  const own = contents(rank, bytes, round);
  for (const [from, to, taken, given] of messages) {
    if (to !== rank) continue;
    const source = contents(from, bytes, round);
    const sent = Buffer.concat(taken.map(([offset, length]) => source.subarray(offset, offset + length)));
    let at = 0;
    for (const [offset, length] of given) {
      own.set(sent.subarray(at, at + length), offset);
      at += length;
    }
  }
  return own;
}

let count = 0;
for (let round = 0; round < Number(rounds); round++) {
  const { messages, bytes } = drawRound();
  const sends = messages.filter(([from]) => from === rank);
  const receives = messages.filter(([, to]) => to === rank);
  count += sends.length;
  const memory = new Uint8Array(round % 2 ? new SharedArrayBuffer(bytes) : bytes);
  const exchange = link.prepare(
    memory,
    {
      sends: sends.map(([, peer, ranges]) => ({ peer, ranges: ranges.flat() })),
      receives: receives.map(([peer, , , ranges]) => ({ peer, ranges: ranges.flat() })),
    },
    `round ${round}`,
  );
  // An exchange runs as often as wanted, with other contents each time.
  for (const turn of [0, 1]) {
    memory.set(contents(rank, bytes, round + turn));
    exchange.run();
    assert.equal(Buffer.compare(memory, expected(messages, bytes, round + turn)), 0);
  }
  exchange.release();
}
link.close();
console.log(`ok ${count}`);
