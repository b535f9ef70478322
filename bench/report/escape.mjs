const ENTITIES = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** Text for HTML and SVG. */
export const escapeText = (text) => String(text).replace(/[&<>"']/g, (c) => ENTITIES[c]);
