// What goes wrong on purpose. Each rank prints a line for each case, `silence, rank 1: ERR_CLUSTER …`,
// and ends without ending MPI, as after any failure: with exit code 3.
import { makeLink } from './link.mjs';

const link = makeLink({ timeoutMs: 1000 });
const { rank, size } = link;
const others = Array.from({ length: size }, (_, peer) => peer).filter((peer) => peer !== rank);

/** An exchange with all others of `bytes` each. */
function exchange(bytes, label) {
  const memory = new Uint8Array(2 * bytes);
  const all = (offset) => others.map((peer) => ({ peer, ranges: [offset, bytes] }));
  // What comes from several ranks may be written to one place: nobody looks at it.
  link.prepare(memory, { sends: all(0), receives: all(bytes) }, label).run();
}

const CASES = {
  'another call': () => exchange(8, rank === 1 ? 'gather()' : 'barrier()'),
  'another size': () => exchange(rank === 1 ? 100_000 : 50_000, 'gather()'),
  'one call less': () => {
    exchange(8, 'barrier()');
    exchange(8, rank === 1 ? 'close()' : 'gather()');
  },
  silence: () => {
    if (rank !== 1) exchange(8, 'barrier()');
    // Longer than the others wait.
    else Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 4000);
  },
  'after a failure': () => {
    const lost = () =>
      link.prepare(new Uint8Array(0), { sends: [], receives: [{ peer: others[0], ranges: [] }] }, 'x');
    try {
      lost().run();
    } catch {
      lost().run();
    }
  },
  'a foreign peer': () =>
    link.prepare(new Uint8Array(8), { sends: [{ peer: size, ranges: [] }], receives: [] }, 'x'),
  itself: () => link.prepare(new Uint8Array(8), { sends: [{ peer: rank, ranges: [] }], receives: [] }, 'x'),
  'two for one': () => {
    const two = [0, 4].map((offset) => ({ peer: others[0], ranges: [offset, 4] }));
    link.prepare(new Uint8Array(8), { sends: two, receives: [] }, 'x');
  },
  'beyond the memory': () =>
    link.prepare(new Uint8Array(8), { sends: [{ peer: others[0], ranges: [4, 5] }], receives: [] }, 'x'),
  'half a byte': () =>
    link.prepare(new Uint8Array(8), { sends: [{ peer: others[0], ranges: [0.5, 1] }], receives: [] }, 'x'),
  'detached memory': () => {
    const memory = new Uint8Array(8);
    const plan = { sends: [{ peer: others[0], ranges: [0, 8] }], receives: [] };
    const prepared = link.prepare(memory, plan, 'x');
    structuredClone(memory, { transfer: [memory.buffer] });
    prepared.run();
  },
  released: () => {
    const prepared = link.prepare(new Uint8Array(8), { sends: [], receives: [] }, 'x');
    prepared.run();
    prepared.release();
    prepared.run();
  },
};

for (const what of process.argv.slice(2)) {
  let line = 'no error';
  try {
    CASES[what]();
  } catch (error) {
    line = `${error.code} ${error.message}`;
  }
  console.log(`${what}, rank ${rank}: ${line}`);
}
process.exitCode = 3;
