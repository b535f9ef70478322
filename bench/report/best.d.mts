export function replaceTable(text: string, table: string, name?: string): string;
export function wrapped(text: string): string[];
