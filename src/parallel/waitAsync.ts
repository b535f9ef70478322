type WaitAsync = (
  words: Int32Array<SharedArrayBuffer>,
  index: number,
  value: number,
  timeoutMs: number,
) => { async: boolean; value: string | Promise<string> };

/** `Atomics.waitAsync`: in every Node.js since 16, but not yet in TypeScript's library of 2023. */
export const { waitAsync } = Atomics as unknown as { waitAsync: WaitAsync };
