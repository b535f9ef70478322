import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { publicDeclarations } from '../../scripts/declarations.mjs';

const bundle = fileURLToPath(new URL('../../dist/bundle', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'steepest-declarations-'));
afterAll(() => rmSync(folder, { recursive: true }));

function reached(files: Record<string, string>): Record<string, string> {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return Object.fromEntries(publicDeclarations(folder, ['index.d.ts']));
}

describe('the declarations that are shipped', () => {
  it('keep what the entry reaches, with its comments, and nothing else', () => {
    const texts = reached({
      'index.d.ts': `import { type Shape } from './shape.js';
/** What it does; a brace { in it. */
export declare function area(shape: Shape): number;
export * from './more.js';
export { type Kept as Renamed, kept } from './kept.js';
`,
      'shape.d.ts': `import type { Unused } from 'elsewhere';
export interface Hidden { unused: Unused }
/** Sides. */
export interface Shape {
    hidden: 'Hidden';
    sides: Sides;
}
type Sides = {
    left: number;
} & ({
    right: 1;
} | {
    right: 2;
});
`,
      'more.d.ts': `export * as all from './kept.js';\nexport declare const more: import("./shape.js").Shape[];\n`,
      'kept.d.ts': `declare const TABLE: {
    one: Internal;
    two: Internal;
};
interface Internal { secret: string }
export type Kept = keyof typeof TABLE;
export declare const kept: Kept;
export {};
`,
    });
    expect(Object.keys(texts).sort()).toEqual(['index.d.ts', 'kept.d.ts', 'more.d.ts', 'shape.d.ts']);
    expect(texts['index.d.ts']).toContain(
      '/** What it does; a brace { in it. */\nexport declare function area',
    );
    expect(texts['index.d.ts']).toContain("export { Kept as Renamed, kept } from './kept.js';");
    expect(texts['index.d.ts']).toMatch(/export \{ (all, more|more, all) \} from '\.\/more\.js';/);
    expect(texts['shape.d.ts']).toMatch(/^\/\*\* Sides\. \*\/\nexport interface Shape/);
    expect(texts['shape.d.ts']).toContain('    right: 2;\n});');
    expect(texts['shape.d.ts']).not.toMatch(/elsewhere|interface Hidden/);
    expect(texts['kept.d.ts']).toContain('    one: unknown;');
    expect(texts['kept.d.ts']).not.toContain('secret');
  });

  it('pass on what is imported and exported in two statements, as a value', () => {
    const texts = reached({
      'index.d.ts': "import { kept } from './kept.js';\nexport { kept as passed };\n",
      'kept.d.ts': 'export declare const kept: 1;\n',
    });
    expect(texts['index.d.ts']).toBe("export { kept as passed } from './kept.js';\n");
  });

  it('may not name a package', () => {
    const text = "import type { Pool } from 'pools';\nexport declare function pool(): Pool;\n";
    expect(() => reached({ 'index.d.ts': text })).toThrow("'pools' is named by what users import");
  });

  it('have no typed array with an argument in the set for TypeScript before 5.7', () => {
    const read = (set: string): string =>
      readdirSync(join(bundle, 'cjs', set), { recursive: true, encoding: 'utf8' })
        .filter((name) => name.endsWith('.d.ts'))
        .map((name) => readFileSync(join(bundle, 'cjs', set, name), 'utf8'))
        .join('');
    expect(read('types')).toContain('Float32Array<ArrayBuffer>');
    expect(read('types-before-5.7')).not.toMatch(/\b\w+Array<\w*ArrayBuffer/);
  });
});
