// In a CommonJS project of Jest, without any flag.
const { define } = require('./cases.cjs');

define({
  steepest: require('steepest'),
  kernels: require('steepest/kernels'),
  test,
  expect,
  beforeAll,
  afterAll,
  timers: { fake: () => jest.useFakeTimers(), real: () => jest.useRealTimers() },
});
