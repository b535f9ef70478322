/** What the fuzzers of readers of tables share. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

export const columnsOf = (table) => table.columnNames.map((name) => [name, table.column(name)]);

/**
 * How a reader of tables is called, and what its tables must keep to.
 * @param {string} extension of the file that is read
 * @param {(path: string, options?: { columns: string[] }) => Promise<object>} readTable
 */
export function tableReader(extension, readTable) {
  const pathIn = (folder) => join(folder, `read.${extension}`);
  return {
    async read(bytes, folder) {
      writeFileSync(pathIn(folder), bytes);
      return readTable(pathIn(folder));
    },
    result: columnsOf,
    /** A column by itself is the same as among all. */
    async check(table, _bytes, folder, digest) {
      const [name] = table.columnNames;
      const one = await readTable(pathIn(folder), { columns: [name] });
      return digest(one.column(name)) === digest(table.column(name)) ? undefined : `'${name}' alone differs`;
    },
  };
}
