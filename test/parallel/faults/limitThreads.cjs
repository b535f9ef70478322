// Preloaded into a program that shall have FAULT_THREADS worker threads at once at most: one more is refused when it is made
// (FAULT_KIND is 'sync', as by a limit on threads), or fails before it has loaded anything ('async', as by one on files).
const threads = require('node:worker_threads');

const most = Number(process.env.FAULT_THREADS);
const { Worker } = threads;
let alive = 0;
threads.Worker = class extends Worker {
  constructor(file, options) {
    const isRefused = alive >= most;
    if (isRefused && process.env.FAULT_KIND === 'sync') {
      throw Object.assign(new Error('EAGAIN'), { code: 'ERR_WORKER_INIT_FAILED' });
    }
    if (isRefused) super('throw new Error("EMFILE: too many open files")', { ...options, eval: true });
    else super(file, options);
    alive++;
    this.once('exit', () => alive--);
  }
};
