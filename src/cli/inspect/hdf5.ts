import { type Hdf5Object, openHdf5 } from '../../io/hdf5/hdf5.js';
import { modelFileError } from '../../io/modelFile.js';
import { type Fact, type Inspection, numbersIn, type Table } from './inspection.js';
import { jsonObject, textOf } from './json.js';
import { layersTable } from './kerasLayers.js';

/** Groups may contain each other: more levels and objects than this are a circle. */
const MOST_LEVELS = 16;
const MOST_OBJECTS = 65_536;

/** The arrays of an HDF5 file, by their paths. */
export function arraysOfHdf5(root: Hdf5Object): Table {
  const rows: Fact[][] = [];
  let visited = 0;
  const visit = (object: Hdf5Object, path: readonly string[]): void => {
    visited += 1;
    if (path.length > MOST_LEVELS || visited > MOST_OBJECTS) {
      const expected = `at most ${MOST_OBJECTS} groups and arrays, in ${MOST_LEVELS} levels`;
      throw modelFileError(expected, 'more in the HDF5 file', 'Save it again: it may be damaged.');
    }
    const array = object.description();
    if (array !== undefined) {
      const { kind, bytes: width } = array.element;
      rows.push([path.join('/'), kind === 'float' ? `float${8 * width}` : kind, array.shape]);
    } else for (const name of object.names()) visit(object.child(name)!, [...path, name]);
  };
  visit(root, []);
  return { name: 'arrays', head: ['array', 'type', 'shape'], rows };
}

export const numbersOf = ({ rows }: Table): number =>
  rows.reduce((sum, [, , shape]) => sum + numbersIn(shape as number[]), 0);

/** An HDF5 file: of Keras a model or its weights, or of any program. */
export function inspectHdf5(bytes: Uint8Array, path: string): Inspection {
  const root = openHdf5(bytes);
  const config = root.texts('model_config')?.[0];
  const arrays = arraysOfHdf5(root);
  const facts = { keras: root.texts('keras_version')?.[0], numbers: numbersOf(arrays) };
  if (config === undefined) return { kind: 'an HDF5 file', facts, tables: [arrays] };
  const description = jsonObject(Buffer.from(config), `model_config in '${path}'`);
  return {
    kind: 'a Keras model (.h5)',
    facts: { class: textOf(description.class_name), ...facts },
    tables: [layersTable(description), arrays],
  };
}
