// Answers requests on standard input, one JSON object a line, with one JSON object a line, as
// serve.py does:
//   node serve.mjs [--threads]        --threads: with web workers, for libraries that look for them
import { createInterface } from 'node:readline';

if (process.argv.includes('--threads')) (await import('./webWorkers.mjs')).provideWebWorkers();

const TASKS = {
  jaxjsSteps: ['./jaxjs.mjs', 'steps'],
  jaxjsEpoch: ['./jaxjs.mjs', 'epoch'],
  jaxjsGemm: ['./jaxjs.mjs', 'gemm'],
};

async function answer({ task, ...request }) {
  const [file, name] = TASKS[task];
  return (await import(file))[name](request);
}

for await (const line of createInterface({ input: process.stdin })) {
  const reply = await answer(JSON.parse(line)).catch((error) => ({
    error: `${error.name}: ${error.message}`,
  }));
  console.log(JSON.stringify(reply));
}
// Threads of a library would keep the process.
process.exit();
