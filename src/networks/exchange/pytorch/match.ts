import { checkObject } from '../../../core/check.js';
import { SteepestError, unknownName } from '../../../core/errors.js';
import { didYouMean, nearestName } from '../../../core/nearest.js';
import { show } from '../../../core/show.js';
import type { TorchArray } from './layers.js';

/** A layer with arrays, as PyTorch has them. */
export interface Wanted {
  layer: string;
  arrays: readonly TorchArray[];
}

/** Shapes of a module's arrays by the last part of their names. */
export type TorchModule = ReadonlyMap<string, readonly number[]>;

/** `names`: the module of each layer, for layers that are not found by their shapes. */
export type ModuleNames = Readonly<Record<string, string>>;

/** Counters of BatchNorm, which nothing reads but a momentum of None. */
const IGNORED = /(^|\.)num_batches_tracked$/;
const KNOWN = ['weight', 'bias', 'running_mean', 'running_var'];

/** The name of an array in a file. */
export const fullName = (module: string, suffix: string): string =>
  module === '' ? suffix : `${module}.${suffix}`;
const shapeText = (shape: readonly number[]): string => `[${shape.join(', ')}]`;

/** Tensors by their modules: `features.0.weight` is `weight` of `features.0`. */
export function modulesOf(shapes: ReadonlyMap<string, readonly number[]>): Map<string, TorchModule> {
  const modules = new Map<string, Map<string, readonly number[]>>();
  for (const [name, shape] of shapes) {
    if (IGNORED.test(name)) continue;
    const end = name.lastIndexOf('.');
    const module = name.slice(0, Math.max(end, 0));
    const arrays = modules.get(module) ?? new Map<string, readonly number[]>();
    modules.set(module, arrays.set(name.slice(end + 1), shape));
  }
  return modules;
}

const sameShape = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((size, i) => size === b[i]);

/** Whether an array of the file is what a layer wants. */
function fitsArray({ shape, mayBeOne }: TorchArray, given: readonly number[]): boolean {
  return sameShape(shape, given) || (mayBeOne === true && sameShape(given, [1]));
}

/** Whether a module has the arrays of a layer and no others. */
function fits({ arrays }: Wanted, module: TorchModule): boolean {
  const isKnown = [...module.keys()].every((suffix) => arrays.some((array) => array.suffix === suffix));
  return (
    isKnown &&
    arrays.every((array) => {
      const given = module.get(array.suffix);
      // What we do not keep may be absent, as in a BatchNorm without affine arrays.
      return given === undefined ? 'constant' in array.holds : fitsArray(array, given);
    })
  );
}

/** The numbers in a name, by which modules of one list are ordered, and the rest of it. */
function ordinals(module: string): { numbers: number[]; words: string } {
  return { numbers: (module.match(/\d+/g) ?? []).map(Number), words: module.replace(/\d+/g, '#') };
}

function byNumbers(a: string, b: string): number {
  const [left, right] = [ordinals(a).numbers, ordinals(b).numbers];
  const at = left.findIndex((number, i) => number !== right[i]);
  return at < 0 ? 0 : left[at]! - right[at]!;
}

/**
 * The module of each layer. Modules named by `names` first; the others by their shapes. Of several
 * with the same shapes, the order of the numbers in their names is the order of the layers.
 * @throws SteepestError `ERR_UNKNOWN_NAME`, `ERR_SHAPE`; `ERR_ARGUMENT` for arrays that are missing,
 *   left over, or whose order is not clear
 */
export function matchModules(
  wanted: readonly Wanted[],
  modules: ReadonlyMap<string, TorchModule>,
  names: ModuleNames,
): Map<string, string> {
  const found = named(wanted, modules, names);
  const taken = new Set(found.values());
  const layersLeft = wanted.filter(({ layer }) => !found.has(layer));
  const left = new Set([...modules.keys()].filter((module) => !taken.has(module)));
  while (layersLeft.length > 0) {
    const group = alike(layersLeft, modules, left);
    for (const each of group.layers) layersLeft.splice(layersLeft.indexOf(each), 1);
    if (group.layers.length !== group.modules.length) refuseUnmatched(wanted, modules, found);
    const ordered = inOrder(group.modules, group.layers);
    for (const [i, each] of group.layers.entries()) {
      const module = ordered[i]!;
      if (!fits(each, modules.get(module)!)) refuseUnmatched(wanted, modules, found);
      found.set(each.layer, module);
      left.delete(module);
    }
  }
  if (left.size > 0) refuseUnmatched(wanted, modules, found);
  return found;
}

/**
 * Checks `names`: a module for each of some layers with weights, none of them twice.
 * @throws SteepestError `ERR_ARGUMENT`, `ERR_UNKNOWN_NAME`
 */
export function checkModuleNames(layers: readonly string[], names: unknown): ModuleNames {
  const given = checkObject('names', names, "Write { dense_1: 'fc1' }.");
  const seen = new Set<unknown>();
  for (const [layer, module] of Object.entries(given)) {
    if (!layers.includes(layer)) unknownName('names of layers with weights', layer, layers);
    if (typeof module !== 'string' || seen.has(module)) {
      throw new SteepestError('ERR_ARGUMENT', {
        expected: 'names to have another module for each layer',
        given: `${layer}: ${show(module)}`,
        hint: "Write names: { dense_1: 'fc1', dense_2: 'fc2' }.",
      });
    }
    seen.add(module);
  }
  return given as ModuleNames;
}

/** Layers that `names` assigns. */
function named(
  wanted: readonly Wanted[],
  modules: ReadonlyMap<string, TorchModule>,
  names: ModuleNames,
): Map<string, string> {
  for (const { layer, arrays } of wanted) {
    const module = names[layer];
    if (module === undefined) continue;
    const given = modules.get(module);
    if (given === undefined) unknownName(`the module of ${layer}`, module, modules.keys());
    else if (!fits({ layer, arrays }, given)) refuseShapes({ layer, arrays }, module, given);
  }
  return new Map(Object.entries(names));
}

function refuseShapes({ layer, arrays }: Wanted, module: string, given: TorchModule): never {
  const texts = arrays
    .filter(({ suffix, holds }) => given.has(suffix) || !('constant' in holds))
    .map(({ suffix, shape }) => `${fullName(module, suffix)} ${shapeText(shape)}`);
  throw new SteepestError('ERR_SHAPE', {
    expected: `${texts.join(', ')} for layer ${layer}`,
    given: [...given].map(([suffix, shape]) => `${fullName(module, suffix)} ${shapeText(shape)}`).join(', '),
    hint: 'Give the layer the sizes of the module, or name another module.',
  });
}

/** The first layer's modules, and every layer that fits one of them. */
function alike(
  layers: readonly Wanted[],
  modules: ReadonlyMap<string, TorchModule>,
  left: ReadonlySet<string>,
): { layers: Wanted[]; modules: string[] } {
  const group = { layers: [layers[0]!], modules: [] as string[] };
  for (let grown = true; grown; ) {
    const fitting = [...left].filter((name) => group.layers.some((each) => fits(each, modules.get(name)!)));
    const more = layers.filter(
      (each) => group.layers.includes(each) || fitting.some((name) => fits(each, modules.get(name)!)),
    );
    grown = more.length > group.layers.length;
    group.layers = more;
    group.modules = fitting;
  }
  return group;
}

/** @throws SteepestError `ERR_ARGUMENT` if names do not say which module comes first */
function inOrder(modules: readonly string[], layers: readonly Wanted[]): string[] {
  const words = new Set(modules.map((module) => ordinals(module).words));
  if (words.size <= 1) return [...modules].sort(byNumbers);
  const example = layers.map(({ layer }, i) => `${layer}: '${modules[i]}'`).join(', ');
  throw new SteepestError('ERR_ARGUMENT', {
    expected: `names for ${layers.map(({ layer }) => layer).join(', ')}, which fit the same modules`,
    given: modules.map((module) => show(module)).join(', '),
    hint: `Say which is which: names: { ${example} }.`,
  });
}

/** The arrays that a file must have. */
const ownArrays = ({ arrays }: Wanted): TorchArray[] => arrays.filter(({ holds }) => !('constant' in holds));
const arrayText = ({ suffix, shape }: TorchArray): string => `${suffix} ${shapeText(shape)}`;
const orNone = (texts: readonly string[]): string => (texts.length === 0 ? 'none' : texts.join(', '));

/** Lists what is missing and what is left over. */
function refuseUnmatched(
  wanted: readonly Wanted[],
  modules: ReadonlyMap<string, TorchModule>,
  found: ReadonlyMap<string, string>,
): never {
  const used = new Set(found.values());
  const free = wanted.filter(({ layer }) => !found.has(layer));
  const unused = [...modules].filter(([module]) => !used.has(module));
  const missing = free.filter((each) => !unused.some(([, module]) => fits(each, module)));
  const left = unused.filter(([, module]) => !free.some((each) => fits(each, module)));
  // Too many or too few of one shape: all of them are named.
  const [layers, others] = missing.length + left.length > 0 ? [missing, left] : [free, unused];
  const texts = layers.map((each) => `${each.layer} (${ownArrays(each).map(arrayText).join(', ')})`);
  const leftTexts = others.flatMap(([module, arrays]) =>
    [...arrays].map(([suffix, shape]) => `${fullName(module, suffix)} ${shapeText(shape)}`),
  );
  throw new SteepestError('ERR_ARGUMENT', {
    expected: `every array used once; missing: ${orNone(texts)}`,
    given: `unused: ${orNone(leftTexts)}`,
    hint: hintFor(layers, others),
  });
}

function hintFor(layers: readonly Wanted[], others: readonly (readonly [string, TorchModule])[]): string {
  const otherwise = 'Give the model the layers and sizes of the file.';
  for (const [module, arrays] of others) {
    for (const suffix of arrays.keys()) {
      const meant = KNOWN.includes(suffix) ? undefined : nearestName(suffix, KNOWN);
      if (meant !== undefined) return `Did you mean '${fullName(module, meant)}'?`;
    }
  }
  const [first] = layers;
  if (first === undefined || others.length === 0) return otherwise;
  const like = others.find(([, arrays]) =>
    ownArrays(first).every(({ suffix, shape }) => arrays.get(suffix)?.length === shape.length),
  );
  if (like === undefined) return otherwise;
  return `Did you mean '${like[0]}' for ${first.layer}? Its sizes are others: ${otherwise.charAt(0).toLowerCase()}${otherwise.slice(1)}`;
}

/** Names without a table of modules: every one is used once. @throws SteepestError `ERR_ARGUMENT` */
export function checkOwnNames(wanted: readonly string[], given: readonly string[]): void {
  const missing = wanted.filter((name) => !given.includes(name));
  const unused = given.filter((name) => !wanted.includes(name));
  if (missing.length + unused.length === 0) return;
  throw new SteepestError('ERR_ARGUMENT', {
    expected: `every array used once; missing: ${orNone(missing)}`,
    given: `unused: ${orNone(unused)}`,
    hint: didYouMean(unused[0], missing, "For arrays of PyTorch pass { layout: 'pytorch' }."),
  });
}
