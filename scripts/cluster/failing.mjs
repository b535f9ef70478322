// A rank of a job that fails on purpose, for failures.mjs: argv has what rank 1 does.
import { cluster } from 'steepest/cluster';

const forever = () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);

const FAULTS = {
  nothing: () => {},
  killed: () => process.kill(process.pid, 'SIGKILL'),
  throws: () => {
    throw new Error('a fault of rank 1');
  },
  rejects: () => {
    void Promise.reject(new Error('a rejection of rank 1'));
  },
  exit0: () => process.exit(0),
  exit3: () => process.exit(3),
  sleeps: () => forever(),
};

const [fault, timeoutMs] = process.argv.slice(2);
const c = await cluster({ timeoutMs: Number(timeoutMs) });
await c.barrier();
if (c.rank === 1) FAULTS[fault]();
// The others wait for rank 1 in the middle of an exchange.
await c.gather(new Float32Array(100_000));
await c.close();
console.log('ended well');
