export class PeerProcess {
  constructor(source: { command: string } | { absent: string }, args: readonly string[], env?: object);
  ask(request: object): Promise<Record<string, unknown>>;
  end(): void;
  kill(): void;
}
