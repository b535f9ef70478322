import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CallbackChoice, callbacks } from 'steepest';
import { afterAll, describe, expect, it } from 'vitest';
import { sessionOf } from '../support/callbackSession.js';
import { eventsIn } from '../support/eventFile.js';
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

const path = join(folder, 'new/log');
const OLD = 'epoch,loss\n0,7\n';
const EPOCHS = [0.5, 0.25];
const HALF = `${OLD}1`;

interface Logger {
  make: () => CallbackChoice;
  /** The content of a file from before. */
  old?: string;
  /** The log so far in pieces, of which any number from the first may be there; throws for half a piece. */
  pieces: () => string[];
}

const lines = (): string[] => {
  const text = content(path);
  if (!text.endsWith('\n') && text !== '') throw new Error(`half a line: ${text}`);
  return text.split('\n').slice(0, -1);
};
const events = (): string[] => {
  const run = join(path, 'train');
  const names = listed(run).sort();
  return names
    .flatMap((name) => eventsIn(readFileSync(join(run, name))))
    .map(({ step, scalars }) => JSON.stringify([String(step), scalars]));
};

const LOGGERS: Record<string, Logger> = {
  csvLogger: { make: () => callbacks.csvLogger({ path }), pieces: lines },
  'csvLogger with append': {
    make: () => callbacks.csvLogger({ path, append: true }),
    old: OLD,
    pieces: lines,
  },
  'csvLogger after half a row': {
    make: () => callbacks.csvLogger({ path, append: true }),
    old: HALF,
    // Half a row stays until the file is written to.
    pieces: () => (content(path) === HALF ? OLD.split('\n').slice(0, -1) : lines()),
  },
  jsonLogger: { make: () => callbacks.jsonLogger({ path }), pieces: lines },
  tensorBoard: { make: () => callbacks.tensorBoard({ folder: path }), pieces: events },
};

function content(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

function listed(name: string): string[] {
  try {
    return readdirSync(name);
  } catch {
    return [];
  }
}

async function attempt(
  { make, old, pieces }: Logger,
  whole: readonly string[] | undefined,
  decide: (operation: string, call: number) => Fault | undefined,
  what: string,
): Promise<{ calls: string[]; failed: boolean }> {
  rmSync(join(folder, 'new'), { recursive: true, force: true });
  if (old !== undefined) {
    const session = sessionOf(callbacks.csvLogger({ path }), []);
    await session.begin();
    writeFileSync(path, old);
  }
  const open = openFiles();
  let truncateFails = false;
  const { error, calls } = await withFaults(
    (operation, call) => {
      const fault = decide(operation, call);
      if (operation === 'truncate' && fault !== undefined) truncateFails = true;
      return fault;
    },
    async () => {
      const driven = sessionOf(make(), ['loss']);
      await driven.begin();
      for (const [epoch, loss] of EPOCHS.entries()) await driven.epoch(epoch, { loss });
      await driven.session.onTrainEnd?.({} as never);
    },
  );
  if (error !== undefined) expectTyped(error, 'ERR_DATA_FILE', what);
  await expectClosed(open, what);
  if (whole !== undefined && !truncateFails) {
    const there = pieces();
    if (error === undefined) expect(there, what).toEqual(whole);
    else expect(there, what).toEqual(whole.slice(0, there.length));
  }
  return { calls, failed: error !== undefined };
}

const faultsOf = (operation: string, codes: readonly string[]): Fault[] => [
  ...codes.flatMap((code) => [{ error: code }, { errorAfter: code }]),
  ...(operation === 'write' || operation === 'read' ? [{ atMost: 0 }, { atMost: 1 }] : []),
];

describe.each(Object.entries(LOGGERS))('logging: %s', (name, logger) => {
  const codes = name === 'csvLogger' ? CODES : SOME_CODES;
  it('survives every fault of every call: the log ends with a whole piece', async () => {
    const { calls } = await attempt(logger, undefined, () => undefined, 'no fault');
    const whole = logger.pieces();
    expect(whole.length).toBeGreaterThanOrEqual(EPOCHS.length);
    expect(calls).toEqual(expect.arrayContaining(['mkdir', 'open', 'stat', 'write', 'close']));
    let failed = 0;
    for (let n = 1; n <= calls.length; n++) {
      for (const fault of faultsOf(calls[n - 1]!, codes)) {
        const what = `${JSON.stringify(fault)} in call ${n}, ${calls[n - 1]}`;
        const result = await attempt(logger, whole, (_, call) => (call === n ? fault : undefined), what);
        if (result.failed) failed++;
      }
    }
    expect(failed).toBeGreaterThan(calls.length);
  });

  it('goes on where every write takes one byte', async () => {
    await attempt(logger, undefined, () => undefined, 'no fault');
    const whole = logger.pieces();
    const decide = (operation: string): Fault | undefined =>
      operation === 'write' ? { atMost: 1 } : undefined;
    const { failed } = await attempt(logger, whole, decide, 'one byte at a time');
    expect(failed).toBe(false);
  });
});
