// The priority of the threads that compute, as Linux reports it. Elsewhere these programs run too,
// and threads keep their priority or have one that only the system's own tools show.
import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { isDeepStrictEqual, promisify } from 'node:util';
import { backend, configure, layers, type Sequential, sequential, shutdown } from 'steepest';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { idleThreads } from '#steepest/parallel/threads.js';

const DEFAULTS = configure();
const isLinux = process.platform === 'linux';
const X = Array.from({ length: 8 }, (_, i) => [i / 8, 1 - i / 8]);
const Y = X.map(([a]) => [a!]);

// Fields of /proc/PID/task/TID/stat after the name, which ends with the last parenthesis (proc(5)).
const NICENESS = 19 - 3;
const POLICY = 41 - 3;
const SCHED_OTHER = 0;
const SCHED_IDLE = 5;

const threads = (): string[] => (isLinux ? readdirSync('/proc/self/task') : []);

/** Niceness and policy of a thread. */
function priorityOf(thread: string) {
  const text = readFileSync(`/proc/self/task/${thread}/stat`, 'latin1');
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return { niceness: Number(fields[NICENESS]), policy: Number(fields[POLICY]) };
}

const NORMAL = isLinux ? priorityOf(String(process.pid)) : { niceness: 0, policy: SCHED_OTHER };
/** What a thread has that gives way: the policy needs the add-on, and a sandbox may forbid it. */
const NICE = { ...NORMAL, niceness: 19 };
const LOW = backend().kind === 'native' ? [{ ...NORMAL, policy: SCHED_IDLE }, NICE] : [NICE];

const low = {
  asymmetricMatch: (given: unknown) => LOW.some((one) => isDeepStrictEqual(one, given)),
  toString: () => 'a thread that gives way',
};

// Other programs may keep all cores busy: such threads then hardly compute.
vi.setConfig({ testTimeout: 240_000 });

const model = (): Sequential =>
  sequential({
    seed: 3,
    layers: [layers.dense({ units: 4, activation: 'tanh', inputShape: [2] }), layers.dense({ units: 1 })],
  }).compile({ optimizer: 'sgd', loss: 'meanSquaredError' });

const train = (of: Sequential, more: object = {}) =>
  of.fit(X, Y, { epochs: 2, batchSize: 4, workers: 2, progress: false, ...more });

const bits = (of: Sequential) => of.getWeights().map(({ data }) => [...data]);

/** Priorities of the threads that a function starts. */
async function startedBy(start: () => Promise<unknown>) {
  const before = new Set(threads());
  await start();
  return threads()
    .filter((thread) => !before.has(thread))
    .map(priorityOf);
}

afterEach(async () => {
  configure(DEFAULTS);
  await shutdown();
});

describe("configure({ priority: 'background' })", () => {
  it('lowers the threads that compute, and no other', async () => {
    const before = threads();
    configure({ priority: 'background' });
    const started = await startedBy(() => train(model()));
    expect(started).toEqual(isLinux ? [low, low] : []);
    expect(before.map(priorityOf)).toEqual(before.map(() => NORMAL));
  });

  it('replaces idle threads, in both directions', async () => {
    expect(await startedBy(() => train(model()))).toEqual(isLinux ? [NORMAL, NORMAL] : []);
    for (const [priority, expected] of [
      ['background', low],
      ['normal', NORMAL],
    ] as const) {
      const replaced = [...idleThreads()];
      configure({ priority });
      expect(idleThreads()).toEqual([]);
      expect(await startedBy(() => train(model()))).toEqual(isLinux ? [expected, expected] : []);
      expect(idleThreads().some((thread) => replaced.includes(thread))).toBe(false);
    }
  });

  it('keeps idle threads that have the priority already', async () => {
    configure({ priority: 'background' });
    await train(model());
    const kept = [...idleThreads()];
    configure({ priority: 'background', maxThreads: 5 });
    expect(idleThreads()).toEqual(kept);
  });

  it('replaces busy threads when their fit ends', async () => {
    const busy: unknown[] = [];
    const onEpochEnd = () => {
      configure({ priority: 'background' });
      busy.push(...idleThreads());
    };
    await train(model(), { callbacks: [{ onEpochEnd }] });
    expect(busy).toEqual([]);
    expect(idleThreads()).toEqual([]);
    expect(await startedBy(() => train(model()))).toEqual(isLinux ? [low, low] : []);
  });

  it('computes the same bits', async () => {
    const [usual, low] = [model(), model()];
    await train(usual);
    configure({ priority: 'background' });
    await train(low);
    expect(bits(low)).toEqual(bits(usual));
  });
});

describe('giveWay', () => {
  it('lowers all threads of a process, and those that it starts', async () => {
    const program = `
      import { readdirSync, readFileSync } from 'node:fs';
      import { getPriority } from 'node:os';
      import { giveWay, layers, sequential } from 'steepest';
      giveWay();
      giveWay();
      const model = sequential({ layers: [layers.dense({ units: 1, inputShape: [1] })] });
      model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
      await model.fit([[1], [2]], [[1], [2]], { epochs: 1, workers: 2, batchSize: 2, progress: false });
      const stats = process.platform === 'linux' ? readdirSync('/proc/self/task').map((thread) =>
        readFileSync('/proc/self/task/' + thread + '/stat', 'latin1')) : [];
      console.log(JSON.stringify({ stats, whole: getPriority() }));
    `;
    const run = promisify(execFile);
    const { stdout } = await run(process.execPath, ['--input-type=module', '-e', program]);
    const { stats, whole } = JSON.parse(stdout) as { stats: string[]; whole: number };
    if (!isLinux) return expect(whole).toBeGreaterThan(0);
    const found = stats.map((text) => text.slice(text.lastIndexOf(')') + 2).split(' '));
    expect(found.length).toBeGreaterThan(2);
    for (const fields of found) {
      expect({ niceness: Number(fields[NICENESS]), policy: Number(fields[POLICY]) }).toEqual(low);
    }
  });
});
