// Loaded before the program of a child process: ends it when its stdin does, which is a pipe from
// the test. The system closes that also when the test process is killed, and runs no clean-up.
const { isMainThread } = require('node:worker_threads');

if (isMainThread) {
  const { stdin } = process;
  stdin.on('error', () => {}).on('close', () => process.kill(process.pid, 'SIGKILL'));
  stdin.resume();
  // It must not keep a program alive that has done its work.
  stdin.unref();
}
