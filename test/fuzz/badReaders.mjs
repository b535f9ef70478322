/** Readers that misbehave, each at the file of one index: what the fuzzer has to find. */
import { openSync } from 'node:fs';
import { join } from 'node:path';
import { SteepestError } from '#steepest/core/errors.js';

/** The file at which it happens, of those that a test draws. */
const BAD = 5;

const refusal = () =>
  new SteepestError('ERR_DATA_FILE', { expected: 'even bytes', given: 'odd ones', hint: 'Add one.' });
const held = [];
const allocate = () => {
  for (let n = 0; n < 32; n++) held.push(Buffer.alloc(10 * 2 ** 20, 1));
};
const spin = () => {
  for (;;) held.length = 0;
};

const HARM = {
  hangs: spin,
  exits: () => process.exit(7),
  waits: () => new Promise(() => setInterval(() => {}, 1000)),
  neverSettles: () => new Promise(() => {}),
  throwsRaw: () => JSON.parse('{'),
  throwsLate: () => void setImmediate(() => JSON.parse('{')),
  refusesWrongly: () => {
    throw new SteepestError('ERR_PROGRAM', { expected: 'a', given: 'b', hint: 'c' });
  },
  takesMemory: allocate,
  changesItsMind: () => Math.random(),
  keepsOpen: (folder) => {
    for (let i = 0; i < 9; i++) openSync(join(folder, 'case'), 'r');
  },
  // None at all: the fuzzer must find nothing.
  behaves: () => 0,
};

export const READERS = Object.entries(HARM).map(([name, harm]) => ({
  name,
  covers: [],
  codes: ['ERR_DATA_FILE'],
  seeds: async () => ({ one: Buffer.of(1) }),
  mutate: (_draw, _files, index) => Buffer.of(index),
  async read([index], folder) {
    if (index === BAD) {
      const value = await harm(folder);
      await new Promise(setImmediate);
      await new Promise(setImmediate);
      return value;
    }
    if (index % 2 === 1) throw refusal();
    return index;
  },
}));
