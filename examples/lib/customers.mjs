// Synthetic customers of a telephone company: text, numbers and gaps, always the same for a seed.
import { writeFile } from 'node:fs/promises';

const CONTRACTS = ['monthly', 'one year', 'two years'];
const INTERNET = ['fibre', 'dsl', 'none'];
const PAYMENTS = ['card', 'transfer', 'invoice'];
const MONTHS = 72;

/** Mulberry32: 32 bits of state, enough for made-up customers. */
function random(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t = (t + Math.imul(t ^ (t >>> 7), t | 61)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** `count` customers as objects; `churned` is 'yes' or 'no', and null is a gap. */
export function customers(count, seed) {
  const draw = random(seed);
  const oneOf = (list) => list[Math.floor(draw() * list.length)];
  return Array.from({ length: count }, () => {
    const tenure = 1 + Math.floor(draw() * MONTHS);
    const contract = oneOf(CONTRACTS);
    const internet = oneOf(INTERNET);
    const payment = oneOf(PAYMENTS);
    const base = internet === 'fibre' ? 70 : internet === 'dsl' ? 45 : 20;
    const charge = Math.round((base + 30 * draw()) * 100) / 100;
    const score =
      1.2 -
      tenure / 18 +
      (charge - 60) / 40 +
      (contract === 'monthly' ? 1.1 : contract === 'two years' ? -1.2 : 0) +
      (payment === 'invoice' ? 0.5 : 0);
    const churned = draw() < 1 / (1 + Math.exp(-score)) ? 'yes' : 'no';
    const gap = (value, share) => (draw() < share ? null : value);
    return {
      tenure: gap(tenure, 0.05),
      charge: gap(charge, 0.03),
      contract,
      internet: gap(internet, 0.04),
      payment,
      churned,
    };
  });
}

/** Writes them to a CSV file; a gap is an empty field. */
export async function writeCustomers(path, count, seed) {
  const rows = customers(count, seed);
  const lines = rows.map((row) => Object.values(row).map((value) => value ?? ''));
  const text = [Object.keys(rows[0]), ...lines].map((line) => line.join(',')).join('\n');
  await writeFile(path, `${text}\n`);
}
