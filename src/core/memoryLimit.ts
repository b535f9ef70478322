import { totalmem } from 'node:os';

/** The limit is asked for again after this time: Node.js opens several files to find it. */
const KEPT_MS = 1000;
let kept = 0;
let keptUntil = Number.NEGATIVE_INFINITY;

/** Memory of the machine in bytes, or of the container if that is less. */
export function memoryLimit(): number {
  const now = performance.now();
  if (now < keptUntil) return kept;
  keptUntil = now + KEPT_MS;
  kept = currentLimit();
  return kept;
}

function currentLimit(): number {
  const constrained = process.constrainedMemory?.() ?? 0;
  const total = totalmem();
  return constrained > 0 && constrained < total ? constrained : total;
}
