import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { ROOT } from '../support/trackedFiles.js';

const ENTRIES = {
  'index.js': 'index.js',
  'kernels.js': 'kernels/index.js',
  'report.js': 'report/index.js',
  'cluster.js': 'cluster/index.js',
};

const imported = async (file: string): Promise<object> =>
  (await import(pathToFileURL(join(ROOT, 'dist', file)).href)) as object;

describe('the ES modules that are shipped', () => {
  it.each(Object.entries(ENTRIES))(
    '%s exports what src/%s does, and nothing internal',
    async (entry, source) => {
      const shipped = await imported(`bundle/esm/${entry}`);
      expect(Object.keys(shipped).sort()).toEqual(Object.keys(await imported(`esm/${source}`)).sort());
      expect(Object.entries(shipped).filter(([, value]) => value === undefined)).toEqual([]);
    },
  );
});
