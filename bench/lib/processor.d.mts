export interface Processor {
  id: string;
  name: string;
  vendor: string | undefined;
}

export function describeProcessor(model: string, cpuinfo?: string): Processor;
export function processor(): Processor & { caches: Record<string, string> };
