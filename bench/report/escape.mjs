const ENTITIES = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** Text for HTML and SVG. */
export const escape = (text) => String(text).replace(/[&<>"']/g, (c) => ENTITIES[c]);
