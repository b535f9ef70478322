import { jest } from '@jest/globals';

const { test, expect, beforeAll, afterAll } = globalThis;
const timers = { fake: () => jest.useFakeTimers(), real: () => jest.useRealTimers() };
export const runner = { test, expect, beforeAll, afterAll, timers };
