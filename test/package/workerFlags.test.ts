import { describe, expect, it } from 'vitest';
import { workerFlags } from '#steepest/core/workerFlags.js';

describe('workerFlags', () => {
  it('lets threads inherit what they can', () => {
    for (const flags of [[], ['--expose-gc'], ['--require', './hook.cjs', '-e', 'x']]) {
      expect(workerFlags(flags, { NODE_OPTIONS: '--require ./.pnp.cjs' })).toEqual({});
    }
  });

  it('keeps flags about modules beside --input-type', () => {
    const flags = [
      '--input-type=module',
      '-r',
      './a.cjs',
      '--expose-gc',
      '--import=./b.mjs',
      '--max-old-space-size=99',
      '--conditions',
      'development',
      '--preserve-symlinks',
      '--eval',
      'text',
    ];
    expect(workerFlags(flags, {})).toEqual({
      execArgv: ['-r', './a.cjs', '--import=./b.mjs', '--conditions', 'development', '--preserve-symlinks'],
      env: { NODE_OPTIONS: '' },
    });
  });

  it.each([
    ['--input-type=module', ''],
    ['--require ./.pnp.cjs --input-type module --no-warnings', '--require ./.pnp.cjs --no-warnings'],
  ])('takes it out of NODE_OPTIONS: %s', (NODE_OPTIONS, rest) => {
    const env = { NODE_OPTIONS, PATH: '/bin' };
    expect(workerFlags([], env)).toEqual({ execArgv: [], env: { NODE_OPTIONS: rest, PATH: '/bin' } });
    expect(env.NODE_OPTIONS).toBe(NODE_OPTIONS);
  });
});
