export interface CastPiece {
  /** Seconds since the piece before. */
  after: number;
  text: string;
}
export interface CastState {
  row: number;
  text: string;
  from: number;
  to: number;
}
export class Screen {
  constructor(columns?: number);
  lines: string[];
  write(text: string): void;
}
export function statesOf(
  pieces: readonly CastPiece[],
  columns?: number,
): { states: CastState[]; seconds: number };
export function castSvg(command: string, pieces: readonly CastPiece[]): string;
export function piecesOf(log: Buffer, timing: string): CastPiece[];
