export function checkSite(dist: string, base: string): { pages: number; links: number };
