import { totalmem } from 'node:os';

/** Memory of the machine in bytes, or of the container if that is less. */
export function memoryLimit(): number {
  const constrained = process.constrainedMemory?.() ?? 0;
  const total = totalmem();
  return constrained > 0 && constrained < total ? constrained : total;
}
