import { describe, expect, it } from 'vitest';
import { keepMemoryHooksOff } from '#steepest/cluster/memoryHooks.js';
import { launch, launchers } from '../support/cluster/launch.js';

describe('memory hooks of UCX', () => {
  it('are off, unless the user turns them on', () => {
    const env: NodeJS.ProcessEnv = { UCX_MEM_EVENTS: 'y' };
    keepMemoryHooksOff(env);
    expect(env).toEqual({ UCX_MEM_EVENTS: 'y', UCX_MEM_MMAP_HOOK_MODE: 'none' });
  });

  it.each(launchers())('are off before the library is loaded: %s', async (launcher) => {
    const text = `
      import { cluster } from 'steepest/cluster';
      const c = await cluster();
      console.log(String(process.env.UCX_MEM_EVENTS));
      await c.close();`;
    const { code, ranks, stderr } = await launch(text, { ranks: 2, launcher });
    expect(stderr).toBe('');
    expect(code).toBe(0);
    const expected = launcher === 'local' ? 'undefined' : 'n';
    for (const { stdout } of ranks) expect(stdout.trim()).toBe(expected);
  });
});
