// A product on three threads of which one is lost, and the same again; prints both as JSON. Run by lost.test.ts.
import { sgemmAsync } from 'steepest/kernels';

const ones = new Float32Array(64 * 64).fill(1);
const c = new Float32Array(64 * 64).fill(1);
const call = () => sgemmAsync({ m: 64, n: 64, k: 64, a: ones, b: ones, beta: 2, c, workers: 3 });
const { code, hint } = await call().catch((error) => error);
const isKept = c.every((value) => value === 1);
await call();
console.log(JSON.stringify({ code, hint, isKept, isRight: c.every((value) => value === 66) }));
