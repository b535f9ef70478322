// Preloaded into a program whose worker threads shall fail: of the three threads, number 3 is lost at its FAULT_AT-th arrival
// at a barrier, and number 2 is then in the midst of a merge that takes for ever: it writes to parameters until it is ended.
const { isMainThread, threadId } = require('node:worker_threads');

/** Parameters begin behind the control block of the arena (CONTROL_BYTES). */
const PARAMETERS = { byteOffset: 1024, length: 16 };

const faultAt = Number(process.env.FAULT_AT);
if (!isMainThread && threadId >= 2) {
  const add = Atomics.add;
  let arrivals = 0;
  Atomics.add = (...args) => {
    // Piscina's counters lie elsewhere; word 0 counts the ranks that have arrived.
    if (args[0].length > 100 && args[1] === 0 && ++arrivals === faultAt) {
      if (threadId === 3) throw new Error('a fault on purpose');
      const at = args[0].byteOffset + PARAMETERS.byteOffset;
      const parameters = new Float32Array(args[0].buffer, at, PARAMETERS.length);
      for (let i = 0; ; i++) parameters.fill(i);
    }
    return add(...args);
  };
}
