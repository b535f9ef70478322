export const pages: readonly { text: string; pages: readonly string[] }[];
