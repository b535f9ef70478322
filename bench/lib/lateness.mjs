import { quantile } from './stats.mjs';

const INTERVAL_MS = 5;

/** How late a 5 ms timer on this thread is while a fit runs, in milliseconds. */
export async function measureLateness(model, { x, y }, { epochs, workers }) {
  const late = [];
  let due = performance.now() + INTERVAL_MS;
  const timer = setInterval(() => {
    const now = performance.now();
    late.push(Math.max(0, now - due));
    due = now + INTERVAL_MS;
  }, INTERVAL_MS);
  await model.fit(x, y, { epochs, batchSize: 128, workers });
  clearInterval(timer);
  return { p99: quantile(late, 0.99), worst: Math.max(...late), samples: late.length };
}
