export interface Suite {
  name: string;
  peers: boolean;
  subject?: string;
  load(): Promise<{ title: string; about: string; run(options: object): Promise<object[]> }>;
}

export const SUITES: readonly Suite[];
