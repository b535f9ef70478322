import { afterAll, beforeAll, expect, test, vi } from 'vitest';

const timers = { fake: () => vi.useFakeTimers(), real: () => vi.useRealTimers() };
export const runner = { test, expect, beforeAll, afterAll, timers };
