import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));
const PERMISSION = ['--permission', '--experimental-permission'].find((flag) =>
  process.allowedNodeEnvironmentFlags.has(flag),
)!;

const PROGRAM = `
  const { data } = require('steepest');
  const warnings = [];
  process.on('warning', ({ code }) => code?.startsWith('STEEPEST') && warnings.push(code));
  const read = async (name, options) => {
    const of = name.includes('arrow') ? data.readArrow : data.readParquet;
    return await of('test/fixtures/' + name, options).then(({ rows }) => rows, ({ code }) => code);
  };
  (async () => {
    const ends = [await read('hang-arrow.bin'), await read('hang-parquet.bin'), await read('none')];
    setTimeout(() => console.log(JSON.stringify({ ends, warnings })));
  })();
`;

it('reads on this thread where no other may be started, with one warning', async () => {
  const flags = [PERMISSION, '--allow-fs-read=*', '-e', PROGRAM];
  const { stdout } = await promisify(execFile)(process.execPath, flags, { cwd: root, timeout: 40_000 });
  expect(JSON.parse(stdout)).toEqual({
    ends: ['ERR_DATA_FILE', 'ERR_DATA_FILE', 'ERR_DATA_FILE'],
    warnings: ['STEEPEST_THREADS'],
  });
});
