/** A reader that misbehaves, each time in another way: what the fuzzer has to find. */
import { openSync } from 'node:fs';
import { join } from 'node:path';
import { SteepestError } from '#steepest/core/errors.js';

const refusal = () =>
  new SteepestError('ERR_DATA_FILE', { expected: 'another byte', given: '1', hint: 'Add one.' });
const held = [];
const allocate = () => {
  for (let n = 0; n < 32; n++) held.push(Buffer.alloc(10 * 2 ** 20, 1));
};
const spin = () => {
  for (;;) held.length = 0;
};

/** By the number of the file. */
const HARM = {
  2: spin,
  3: () => process.exit(7),
  4: () => new Promise(() => setInterval(() => {}, 1000)),
  5: () => new Promise(() => {}),
  6: () => JSON.parse('{'),
  7: () => void setImmediate(() => JSON.parse('{')),
  8: () => {
    throw new SteepestError('ERR_PROGRAM', { expected: 'a', given: 'b', hint: 'c' });
  },
  9: allocate,
  10: () => Math.random(),
  12: (folder) => {
    for (let i = 0; i < 9; i++) openSync(join(folder, 'case'), 'r');
  },
};

export const READERS = [
  {
    name: 'bad',
    covers: [],
    codes: ['ERR_DATA_FILE'],
    seeds: async () => ({ one: Buffer.of(0) }),
    mutate: (_draw, _files, index) => Buffer.of(index),
    async read([index], folder) {
      const value = await HARM[index]?.(folder);
      // What comes late comes now.
      await new Promise(setImmediate);
      await new Promise(setImmediate);
      if (index === 1) throw refusal();
      return value;
    },
  },
];
