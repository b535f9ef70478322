// Preloaded into a program whose worker threads shall fail: the thread with number FAULT_THREAD ends in the way that
// FAULT_KIND says at its FAULT_AT-th arrival at a barrier. Arriving is the only thing that adds atomically.
const { isMainThread, threadId } = require('node:worker_threads');

const { FAULT_THREAD, FAULT_AT, FAULT_KIND } = process.env;
if (!isMainThread && threadId === Number(FAULT_THREAD)) {
  const add = Atomics.add;
  let arrivals = 0;
  Atomics.add = (...args) => {
    if (++arrivals === Number(FAULT_AT)) {
      if (FAULT_KIND === 'exit') process.exit(3);
      throw new Error('a fault on purpose');
    }
    return add(...args);
  };
}
