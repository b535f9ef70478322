// Measures the error of exp, log, tanh and the other functions of native/kernels/math.inl.
//
//   node scripts/measure-ulp/measure.mjs                    one float32 in 101, avx512: seconds
//   node scripts/measure-ulp/measure.mjs --all              every float32: about ten minutes
//   node scripts/measure-ulp/measure.mjs --isa portable --function exp
//
// Needs g++ or, in CXX, another compiler that knows #pragma GCC target. Every instruction set gives the same bits
// (test/kernels/contract.test.ts), so one of them is enough.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

/** A prime, so that samples do not fall on a pattern of bits. */
const SAMPLE_STRIDE = '101';

const { values } = parseArgs({
  options: {
    all: { type: 'boolean', default: false },
    isa: { type: 'string', default: 'avx512' },
    function: { type: 'string' },
  },
});

const source = fileURLToPath(new URL('main.cc', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'measure-ulp-'));
try {
  const program = join(folder, 'measure');
  const define = `-DMEASURE_${values.isa.toUpperCase()}`;
  const flags = ['-std=c++17', '-O2', '-ffp-contract=off', define, source, '-o', program];
  execFileSync(process.env.CXX ?? 'g++', flags, { stdio: 'inherit' });
  const stride = values.all ? '1' : SAMPLE_STRIDE;
  const named = values.function === undefined ? [] : [values.function];
  execFileSync(program, [stride, ...named], { stdio: 'inherit' });
} finally {
  rmSync(folder, { recursive: true });
}
