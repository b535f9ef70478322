export interface Rival {
  label: string;
  cores: number;
  ask(request: object): Promise<Record<string, unknown>>;
}

export class Peers {
  constructor(isa: string, workers: number, vendor?: string);
  pytorch(): Rival[];
  jax(): Rival[];
  jaxjs(): Rival[];
  close(): void;
}
