/** JSON of fitted estimators of scikit-learn. */
import { readFileSync } from 'node:fs';
import { fromSklearn } from 'steepest';
import { changeBytes } from '../lib/bytes.mjs';
import { oneOf } from '../lib/draw.mjs';

const FIXTURE = new URL('../../../test/fixtures/sklearn_json.json', import.meta.url);
const JUNK = [
  null,
  true,
  -1,
  0,
  0.5,
  1e308,
  2 ** 53,
  '',
  'constructor',
  '__proto__',
  'Pipeline',
  [],
  [[]],
  [1, [2]],
  {},
  { float: 'nan' },
  { float: 'inf' },
  { array: [1, 2], dtype: 'int64' },
  { slice: [0, null, null] },
  { other: 'log1p' },
];

/** Changes one value somewhere in a tree of lists and objects. */
function changeValue(draw, root) {
  let [parent, key] = [{ root }, 'root'];
  for (let depth = draw(14); depth > 0; depth--) {
    const node = parent[key];
    if (typeof node !== 'object' || node === null || Object.keys(node).length === 0) break;
    [parent, key] = [node, oneOf(draw, Object.keys(node))];
  }
  if (draw(4) === 0 && Array.isArray(parent)) parent.splice(Number(key), 1);
  else if (draw(4) === 0) delete parent[key];
  else parent[key] = structuredClone(oneOf(draw, JUNK));
}

export default {
  name: 'sklearn',
  covers: ['fromSklearn'],
  codes: ['ERR_MODEL_FILE', 'ERR_DATA_LIMIT'],
  async seeds() {
    const { cases } = JSON.parse(readFileSync(FIXTURE, 'utf8'));
    return Object.fromEntries(cases.map(({ name, dump }) => [name, Buffer.from(JSON.stringify(dump))]));
  },
  mutate(draw, files) {
    const bytes = oneOf(draw, files);
    if (draw(4) === 0) return changeBytes(draw, bytes);
    const tree = JSON.parse(Buffer.from(bytes).toString());
    for (let changes = 1 + draw(2); changes > 0; changes--) changeValue(draw, tree);
    return Buffer.from(JSON.stringify(tree) ?? '');
  },
  read: (bytes) => fromSklearn(bytes),
  result: (estimator) => estimator.toBytes(),
};
