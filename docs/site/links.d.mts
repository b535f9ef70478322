export function slugify(heading: string): string;
export function shownAt(file: string): string | undefined;
export function siteLink(link: string, from: string, site: { root: string; repository: string }): string;
export function imageFile(image: string, from: string, repository: string): string | undefined;
