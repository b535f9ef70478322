export interface CommandPlace {
  program: string;
  before: readonly string[];
  cwd: string;
  env: Record<string, string | undefined>;
  guard?: readonly string[];
}
export function customers(count: number, seed: number): string;
export function fourCommands(place: CommandPlace): Promise<number>;
