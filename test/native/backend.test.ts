import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { availableIsas, selectKernels } from '#steepest/kernels/backend.js';

const compiled = fileURLToPath(new URL('../../dist/esm/kernels/backend.js', import.meta.url));
const compiledForRequire = fileURLToPath(new URL('../../dist/cjs/kernels/backend.js', import.meta.url));

/** What `backend()` says in a process with these environment variables, or the error's code and message. */
function backendWith(env: Record<string, string>, script?: string): { stdout: string; stderr: string } {
  const code =
    script ??
    `import(${JSON.stringify(compiled)}).then(({ backend }) => console.log(JSON.stringify(backend())))
      .catch((error) => console.log(error.code, error.message))`;
  const { STEEPEST_BACKEND: _backend, STEEPEST_ISA: _isa, ...rest } = process.env;
  const { stdout, stderr } = spawnSync(process.execPath, ['-e', code], {
    env: { ...rest, ...env },
    encoding: 'utf8',
  });
  return { stdout, stderr };
}

describe('the environment', () => {
  it('left alone gives the best instruction set, without a word on stderr', () => {
    const { stdout, stderr } = backendWith({});
    expect(JSON.parse(stdout)).toMatchObject({ kind: 'native', isa: availableIsas()[0] });
    expect(stderr).toBe('');
  });

  it('chooses TypeScript, and backend() says who chose', () => {
    const { stdout, stderr } = backendWith({ STEEPEST_BACKEND: 'typescript' });
    expect(JSON.parse(stdout)).toEqual({
      kind: 'typescript',
      isa: 'fast',
      target: null,
      reason: 'STEEPEST_BACKEND=typescript',
    });
    expect(stderr).toBe('');
  });

  it.each(availableIsas())('chooses %s', (isa) => {
    const { stdout } = backendWith({ STEEPEST_ISA: isa });
    expect(JSON.parse(stdout)).toMatchObject({ kind: 'native', isa });
  });

  it.each<Record<string, string>>([{ STEEPEST_BACKEND: 'gpu' }, { STEEPEST_ISA: 'avx1024' }])(
    'is refused: %o',
    (env) => {
      const { stdout } = backendWith(env);
      expect(stdout).toMatch(/^ERR_BACKEND expected STEEPEST_\w+ to be one of/);
    },
  );

  it('means the same to require', () => {
    const script = `console.log(JSON.stringify(require(${JSON.stringify(compiledForRequire)}).backend()))`;
    expect(JSON.parse(backendWith({}, script).stdout)).toMatchObject({ kind: 'native' });
  });
});

describe('selectKernels', () => {
  it('gives the same set for the same request', () => {
    expect(selectKernels({ backend: 'native' })).toBe(selectKernels({ backend: 'native' }));
  });

  it('gives the exact twin on TypeScript when asked for exact numerics', () => {
    expect(selectKernels({ backend: 'typescript', numerics: 'exact' }).isa).toBe('exact');
    expect(selectKernels({ backend: 'native', numerics: 'exact' }).kind).toBe('native');
  });

  it.each([
    { backend: 'cuda' as 'native' },
    { isa: 'sse' as 'avx2' },
    { numerics: 'sloppy' as 'exact' },
    { backend: 'typescript' as const, isa: 'avx2' as const },
  ])('refuses %o', (request) => {
    expect(() => selectKernels(request)).toThrow(expect.objectContaining({ code: 'ERR_BACKEND' }));
  });

  it('refuses an instruction set that this machine does not have, and names those it has', () => {
    const missing = (['avx512', 'avx2', 'neon'] as const).find((isa) => !availableIsas().includes(isa));
    expect(missing).toBeDefined();
    expect(() => selectKernels({ isa: missing })).toThrow(/this CPU and this build have: .*portable/);
  });
});
