import { memorySource, withFile } from '../../data/byteSource.js';
import { type NpyHeader, readNpyHeader } from '../../data/npy/header.js';
import { readZip } from '../../data/npy/zip.js';
import { type Fact, type Inspection, numbersIn } from './inspection.js';

/** NumPy's names of types by its letters. */
const KINDS: Readonly<Record<string, string>> = { f: 'float', i: 'int', u: 'uint' };

function typeName({ kind }: NpyHeader): string {
  const name = KINDS[kind.charAt(0)];
  return name === undefined ? 'bool' : `${name}${8 * Number(kind.slice(1))}`;
}

/** A NumPy array: its header. */
export async function inspectNpy(path: string): Promise<Inspection> {
  const header = await withFile(path, {}, readNpyHeader);
  const facts = { type: typeName(header), shape: header.shape, numbers: numbersIn(header.shape) };
  return { kind: 'a NumPy array (.npy)', facts, tables: [] };
}

/** Arrays of a NumPy archive, by name. */
export async function inspectNpz(path: string): Promise<Inspection> {
  const rows: Fact[][] = [];
  await readZip(path, {}, async (name, content, budget) => {
    const header = await readNpyHeader(memorySource(`${path}' '${name}`, content, budget));
    rows.push([name.replace(/\.npy$/, ''), typeName(header), header.shape]);
  });
  const tables = [{ name: 'arrays', head: ['array', 'type', 'shape'], rows }];
  return { kind: 'a NumPy archive (.npz)', facts: { arrays: rows.length }, tables };
}
