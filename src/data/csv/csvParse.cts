// csv-parse, not before a file needs it: importing it would be a quarter of what importing this package costs.

/** Its streaming parser. */
export const csvParser = (): typeof import('csv-parse') => require('csv-parse');

/** Its parser of one string. */
export const csvParserSync = (): typeof import('csv-parse/sync') => require('csv-parse/sync');
