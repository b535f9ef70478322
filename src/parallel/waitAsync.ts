type WaitAsync = (
  words: Int32Array<SharedArrayBuffer>,
  index: number,
  value: number,
  timeoutMs: number,
) => { async: boolean; value: string | Promise<string> };

/** `Atomics.waitAsync`: in every Node.js since 16, but missing from TypeScript's ES2023 library. */
export const { waitAsync } = Atomics as unknown as { waitAsync: WaitAsync };
