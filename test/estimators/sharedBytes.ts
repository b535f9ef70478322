interface Memories {
  Memory: new (pages: { initial: number; maximum: number; shared: true }) => object;
}

/** Bytes of WebAssembly's pages. */
const PAGE_BYTES = 65_536;

/** Bytes of shared memory that `work` allocates, of its own and as pages of WebAssembly. */
export async function sharedBytes(work: () => Promise<void>): Promise<number> {
  const { SharedArrayBuffer: Shared } = globalThis;
  const { WebAssembly } = globalThis as unknown as { WebAssembly: Memories };
  const { Memory } = WebAssembly;
  let bytes = 0;
  globalThis.SharedArrayBuffer = new Proxy(Shared, {
    construct(target, [length]: [number]) {
      bytes += length;
      return new target(length);
    },
  });
  WebAssembly.Memory = new Proxy(Memory, {
    construct(target, [pages]: [{ initial: number; maximum: number; shared: true }]) {
      bytes += pages.initial * PAGE_BYTES;
      return new target(pages);
    },
  });
  try {
    await work();
  } finally {
    globalThis.SharedArrayBuffer = Shared;
    WebAssembly.Memory = Memory;
  }
  return bytes;
}
