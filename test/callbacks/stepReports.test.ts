import { describe, expect, it } from 'vitest';
import { newFit } from '#steepest/networks/training/position.js';
import { initialState } from '#steepest/networks/training/state.js';
import { reserveStepReports, StepReader, StepWriter } from '#steepest/networks/training/stepReports.js';
import { CONTROL_BYTES, controlBlock, WORD } from '#steepest/parallel/control.js';
import { allocateArena } from '#steepest/program/allocate.js';
import { MemoryPlan } from '#steepest/program/memory.js';

const COLUMNS = 3;

function ring(every: readonly number[], countedSoFar = 0) {
  const memory = new MemoryPlan(CONTROL_BYTES);
  const reports = reserveStepReports(memory, COLUMNS, every)!;
  const arena = allocateArena(memory);
  const control = controlBlock(arena);
  Atomics.store(control, WORD.stepReports, countedSoFar);
  Atomics.store(control, WORD.stepReportsBegun, countedSoFar);
  const writer = new StepWriter(arena, control, reports);
  const reader = new StepReader(arena, control, reports);
  reader.take();
  const write = (step: number): void =>
    writer.write(
      { ...newFit(initialState([], 0), 0), step, epoch: step % 7, rowsInEpoch: 2 * step },
      step / 8,
      Float64Array.of(step, -step, step / 3),
    );
  const begin = (): void => void Atomics.add(control, WORD.stepReportsBegun, 1);
  return { write, begin, reader };
}

const stepsOf = (entries: readonly { step: number }[]): number[] => entries.map(({ step }) => step);

describe('the ring of step reports', () => {
  it('holds the multiples of what somebody asked for', () => {
    const { write, reader } = ring([4, 6]);
    for (let step = 1; step <= 24; step++) write(step);
    const entries = reader.take();
    expect(stepsOf(entries)).toEqual([4, 6, 8, 12, 16, 18, 20, 24]);
    for (const entry of entries) {
      const { step } = entry;
      const totals = Float64Array.of(step, -step, step / 3);
      expect(entry).toEqual({ step, epoch: step % 7, samples: 2 * step, rate: step / 8, totals });
    }
    expect(reader.take()).toEqual([]);
  });

  it('keeps the newest where the reader falls behind, and never gives a step twice', () => {
    const { write, reader } = ring([1]);
    const seen: number[] = [];
    let step = 0;
    for (const burst of [1, 0, 511, 512, 513, 2000, 3, 1023, 1024, 1025]) {
      for (let i = 0; i < burst; i++) write(++step);
      const taken = stepsOf(reader.take());
      expect(taken).toEqual(
        Array.from({ length: Math.min(burst, 512) }, (_, i) => step - Math.min(burst, 512) + 1 + i),
      );
      seen.push(...taken);
    }
    expect(seen).toEqual([...new Set(seen)]);
  });

  it('leaves out the entries that are being overwritten', () => {
    for (const begun of [1, 3]) {
      const { write, begin, reader } = ring([1]);
      for (let step = 1; step <= 512; step++) write(step);
      for (let i = 0; i < begun; i++) begin();
      expect(stepsOf(reader.take())).toEqual(Array.from({ length: 512 - begun }, (_, i) => begun + 1 + i));
    }
  });

  it.each([2 ** 31 - 5, 2 ** 32 - 5, -5])('counts on where 32 bits end, from %i', (counted) => {
    const { write, reader } = ring([1], counted | 0);
    for (let step = 1; step <= 10; step++) write(step);
    expect(stepsOf(reader.take())).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    for (let step = 11; step <= 1000; step++) write(step);
    expect(stepsOf(reader.take())).toEqual(Array.from({ length: 512 }, (_, i) => 489 + i));
  });
});
