// Contenders that take turns, A B A B, so that all see the same machine; a contender that fails is
// absent, with the reason.
import { setTimeout as sleep } from 'node:timers/promises';
import { progress } from './progress.mjs';
import { advantages, shareOfLimit, summary } from './stats.mjs';

/** Threads of OpenMP spin for a while after their last work: the next contender waits for that. */
const PAUSE_MS = 300;

/** For a contender that is not there. */
export function absent(reason) {
  return () => Promise.reject(new Error(reason));
}

const firstLine = (error) => String(error?.message ?? error).split('\n')[0];

/**
 * @param contenders by name; each resolves to a number, or to { value, note }
 * @param warmUp run every contender once before the rounds that count
 * @param pauseMs before each turn
 * @returns by name: { values, note } or { absent: reason }
 */
export async function takeTurns(contenders, { rounds, warmUp = true, pauseMs = PAUSE_MS }) {
  const results = Object.fromEntries(Object.keys(contenders).map((name) => [name, { values: [] }]));
  for (let round = warmUp ? -1 : 0; round < rounds; round++) {
    for (const [name, run] of Object.entries(contenders)) {
      const result = results[name];
      if (result.absent !== undefined) continue;
      progress(round < 0 ? `warming up · ${name}` : `round ${round + 1} of ${rounds} · ${name}`);
      try {
        await sleep(pauseMs);
        const answer = await run();
        const { value, note } = typeof answer === 'number' ? { value: answer } : answer;
        if (!Number.isFinite(value)) throw new Error(`no figure: ${value}`);
        if (round >= 0) result.values.push(value);
        if (note !== undefined) result.note = note;
      } catch (error) {
        results[name] = { absent: firstLine(error) || 'failed without a message' };
      }
    }
  }
  progress('');
  return results;
}

/**
 * A row of a result from what takeTurns returned; the first contender is ours.
 * @param options.limit { flops, peak, cores } where the operations are known: each contender with a
 *   number of cores then has a share of their limit
 * @throws Error if ours failed: a row without it says nothing
 */
export function rowOf(results, { name, unit, better, headline = false, scale = 1, limit }) {
  const [[ourName, ours], ...others] = Object.entries(results);
  if (ours.absent !== undefined) throw new Error(`${name}: ${ourName} failed: ${ours.absent}`);
  const entry = (label, { values, note }) => {
    const share =
      limit && shareOfLimit(summary(values).value, better, { ...limit, cores: limit.cores[label] });
    return {
      name: label,
      ...summary(values.map((v) => v * scale)),
      ...(share === undefined ? {} : { share, cores: limit.cores[label] }),
      ...(note === undefined ? {} : { note }),
    };
  };
  const peers = others.map(([label, result]) =>
    result.absent === undefined
      ? { ...entry(label, result), ratio: advantages(ours.values, result.values, better) }
      : { name: label, absent: result.absent },
  );
  const roofline = limit && { flops: limit.flops, peakOfCore: limit.peak };
  return {
    name,
    unit,
    better,
    headline,
    ...(roofline ? { roofline } : {}),
    ours: entry(ourName, ours),
    peers,
  };
}
