// An access of WebAssembly outside its memory is a fault that V8 turns into an error: also after MPI
// has started, which takes handlers of signals. Prints `caught RuntimeError` twice.
import { makeLink } from './link.mjs';

/** (module (memory 1) (func (export "read") (param i32) (result i32) local.get 0 i32.load)) */
const READ = Uint8Array.from([
  ...[0, 97, 115, 109, 1, 0, 0, 0],
  ...[1, 6, 1, 96, 1, 127, 1, 127],
  ...[3, 2, 1, 0],
  ...[5, 3, 1, 0, 1],
  ...[7, 8, 1, 4, 114, 101, 97, 100, 0, 0],
  ...[10, 9, 1, 7, 0, 32, 0, 40, 2, 0, 11],
]);
const { read } = new WebAssembly.Instance(new WebAssembly.Module(READ)).exports;

function fault() {
  try {
    read(-8);
  } catch (error) {
    console.log(`caught ${error.name}`);
  }
}

let heard = 0;
process.on('SIGUSR2', () => heard++);
const link = makeLink();
fault();
process.kill(process.pid, 'SIGUSR2');
await new Promise((resolve) => setTimeout(resolve, 50));
console.log(`heard ${heard}`);
link.close();
fault();
