export interface DocumentedOption {
  name: string;
  usual?: unknown;
  isRequired?: boolean;
}
export interface DocumentedRow {
  name: string;
  options?: readonly DocumentedOption[];
  usual?: unknown;
}
export function literal(value: unknown): string;
export function optionText(option: DocumentedOption): string;
export function tablesIn(page: string): Map<string, { name: string; options: string; words: string }[]>;
export function withTables(
  page: string,
  definitions: Readonly<Record<string, readonly DocumentedRow[]>>,
): string;
