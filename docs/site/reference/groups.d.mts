export const groups: readonly { title: string; about: string }[];
export function groupOf(file: string): string;
export function slugOf(title: string): string;
