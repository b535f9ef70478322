/** The text between the markers, by the path of the page. */
export const sections: Readonly<Record<string, () => string>>;
export function withSection(page: string, text: string): string;
