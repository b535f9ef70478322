import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { OP_KINDS } from '#steepest/kernels/contract.js';
import { type CompiledOp, compiledOp, costOf } from '#steepest/kernels/ops/compiled.js';
import { ROOT } from '../support/trackedFiles.js';

const bundle = join(ROOT, 'dist/bundle/cjs');
const files = readdirSync(bundle).filter((file) => file.endsWith('.js'));
const ops = files.filter((file) => file.startsWith('ops-'));
const require = createRequire(import.meta.url);
/** What the chunk exports, whose names are shortened. */
const functions = Object.values(require(join(bundle, String(ops[0]))) as object).filter(
  (value): value is (kind: string) => CompiledOp => typeof value === 'function' && value.length === 1,
);

describe('tables of ops in the bundle', () => {
  it('are one chunk, which has them instead of the declarations', () => {
    expect(ops).toHaveLength(1);
    expect(functions).toHaveLength(2);
  });

  it('equal what the declarations give, infinities too', () => {
    const places = JSON.stringify(
      OP_KINDS.map((kind) => compiledOp(kind).nodes.map(({ value }) => `${value}`)),
    );
    expect(places).toContain('Infinity');
    const rules = functions.find((tableOf) => 'range' in tableOf('gemm'))!;
    const costs = functions.find((tableOf) => 'flops' in tableOf('gemm'))!;
    for (const kind of OP_KINDS) {
      expect(rules(kind)).toEqual(compiledOp(kind));
      expect(costs(kind)).toEqual(costOf(kind));
    }
  });
});
