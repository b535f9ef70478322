import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { data, layers, load, loadEstimator, OneHotEncoder, sequential } from 'steepest';
import { afterAll, describe, expect, it } from 'vitest';
import { temporaryName } from '#steepest/io/leftovers.js';
import {
  CODES,
  expectClosed,
  expectTyped,
  type Fault,
  openFiles,
  SOME_CODES,
  withFaults,
} from './faultyFiles.js';

const folder = mkdtempSync(join(tmpdir(), 'steepest-faults-'));
afterAll(() => rmSync(folder, { recursive: true }));

const model = sequential({ layers: [layers.dense({ units: 2, inputShape: [3] })] });
const encoder = await new OneHotEncoder().fit(new data.DataTable({ a: ['x', 'y'] }));
const array = { data: Float32Array.of(1, 2, 3), shape: [3] };

interface Writer {
  code: 'ERR_MODEL_FILE' | 'ERR_DATA_FILE';
  write: (path: string) => Promise<void>;
  /** What must not change. */
  memory: () => unknown;
}
const WRITERS: Record<string, Writer> = {
  model: {
    code: 'ERR_MODEL_FILE',
    write: (path) => model.save(path),
    memory: () => [model.getWeights(), JSON.stringify(model)],
  },
  onnx: {
    code: 'ERR_MODEL_FILE',
    write: (path) => model.saveOnnx(path),
    memory: () => [model.getWeights(), JSON.stringify(model)],
  },
  estimator: {
    code: 'ERR_MODEL_FILE',
    write: (path) => encoder.save(path),
    memory: () => JSON.stringify(encoder),
  },
  'estimator as ONNX': {
    code: 'ERR_MODEL_FILE',
    write: (path) => encoder.saveOnnx(path),
    memory: () => JSON.stringify(encoder),
  },
  npy: { code: 'ERR_DATA_FILE', write: (path) => data.writeNpy(path, array), memory: () => array.data },
  npz: {
    code: 'ERR_DATA_FILE',
    write: (path) => data.writeNpz(path, { array }, { compress: true }),
    memory: () => array.data,
  },
};

const path = join(folder, 'file');
const OLD = Buffer.from('what was there before');
/** What a killed process has left: no process has this number. */
const LEFT = (await temporaryName()).replace(`-${process.pid}-`, '-4194999-');
const isTemporary = (name: string): boolean => name.endsWith('.tmp');
const temporaries = (): string[] => readdirSync(folder).filter((name) => isTemporary(name) && name !== LEFT);
const content = (): Buffer | undefined => {
  try {
    return readFileSync(path);
  } catch {
    return undefined;
  }
};

function reset(exists: boolean): void {
  for (const name of readdirSync(folder)) rmSync(join(folder, name));
  if (exists) writeFileSync(path, OLD);
  writeFileSync(join(folder, LEFT), 'left');
}

/** Writes with some calls failing and checks all that must hold; the calls that were made. */
async function attempt(
  { code, write, memory }: Writer,
  exists: boolean,
  whole: Buffer,
  decide: (operation: string, call: number) => Fault | undefined,
  what: string,
): Promise<{ calls: string[]; failed: boolean }> {
  reset(exists);
  const [before, open] = [memory(), openFiles()];
  let unlinkFails = false;
  const { error, calls } = await withFaults(
    (operation, call) => {
      const fault = decide(operation, call);
      if (operation === 'unlink' && fault !== undefined) unlinkFails = true;
      return fault;
    },
    () => write(path),
  );
  const now = content();
  if (error === undefined) expect(now?.equals(whole), `${what}: whole`).toBe(true);
  else {
    expectTyped(error, code, what);
    const isOld = exists ? now?.equals(OLD) === true : now === undefined;
    expect(isOld || now?.equals(whole) === true, `${what}: the old file or the new one`).toBe(true);
  }
  if (!unlinkFails) expect(temporaries(), `${what}: nothing temporary`).toEqual([]);
  await expectClosed(open, what);
  expect(memory(), what).toEqual(before);
  return { calls, failed: error !== undefined };
}

async function reference({ write }: Writer): Promise<Buffer> {
  reset(false);
  await write(path);
  return readFileSync(path);
}

/** A short count is for reads and writes alone. */
const faultsOf = (operation: string, codes: readonly string[]): Fault[] => [
  ...codes.flatMap((code) => [{ error: code }, { errorAfter: code }]),
  ...(operation === 'write' || operation === 'read' ? [{ atMost: 0 }, { atMost: 1 }] : []),
];

describe.each(Object.entries(WRITERS))('saving: %s', (name, writer) => {
  const codes = name === 'model' ? CODES : SOME_CODES;
  it.each([true, false])('survives every fault of every call (old file: %s)', async (exists) => {
    const whole = await reference(writer);
    const { calls } = await attempt(writer, exists, whole, () => undefined, 'no fault');
    expect(readdirSync(folder)).toEqual(['file']);
    expect(calls).toEqual(expect.arrayContaining(['open', 'write', 'sync', 'rename', 'unlink', 'readdir']));
    let failed = 0;
    for (let n = 1; n <= calls.length; n++) {
      for (const fault of faultsOf(calls[n - 1]!, codes)) {
        const what = `${JSON.stringify(fault)} in call ${n}, ${calls[n - 1]}`;
        const result = await attempt(
          writer,
          exists,
          whole,
          (__, call) => (call === n ? fault : undefined),
          what,
        );
        if (result.failed) failed++;
      }
    }
    expect(failed).toBeGreaterThan(calls.length);
    await attempt(writer, exists, whole, () => undefined, 'afterwards');
  });
});

it('survives two faults at once, and every call from one on', async () => {
  const writer = WRITERS.model!;
  const whole = await reference(writer);
  const { calls } = await attempt(writer, true, whole, () => undefined, 'no fault');
  const error: Fault = { error: 'EIO' };
  for (let n = 1; n <= calls.length; n++) {
    await attempt(writer, true, whole, (_, call) => (call >= n ? error : undefined), `from ${n} on`);
    for (let m = n + 1; m <= calls.length + 2; m++) {
      const decide = (_: string, call: number) => (call === n || call === m ? error : undefined);
      await attempt(writer, true, whole, decide, `calls ${n} and ${m}`);
    }
  }
});

it('goes on where every write takes one byte', async () => {
  const writer = WRITERS.estimator!;
  const whole = await reference(writer);
  const decide = (operation: string) => (operation === 'write' ? { atMost: 1 } : undefined);
  const { failed, calls } = await attempt(writer, true, whole, decide, 'one byte at a time');
  expect(failed).toBe(false);
  expect(calls.filter((call) => call === 'write').length).toBe(whole.length);
  await expect(loadEstimator(path)).resolves.toBeInstanceOf(OneHotEncoder);
  await WRITERS.model!.write(path);
  await expect(load(path)).resolves.toBeDefined();
});
