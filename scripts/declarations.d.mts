export function publicDeclarations(folder: string, entries: readonly string[]): Map<string, string>;
