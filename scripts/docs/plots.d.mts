export function pictures(): Record<string, string>;
export function pictureFile(name: string): string;
