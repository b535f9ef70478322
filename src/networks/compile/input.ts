import { SteepestError } from '../../core/errors.js';
import type { Operand } from '../../kernels/contract.js';
import { fma } from '../../kernels/typescript/exact/fma.js';
import type { ProgramBuilder } from '../../program/builder.js';
import { elementsOf, type ImageShape, imageScalars } from '../../program/images.js';
import type { Layout, Node } from '../../program/node.js';
import { RescaleNode } from '../nodes/rescale.js';
import { WindowNode } from '../nodes/windows.js';

/** The operations on samples that the gather performs. */
export interface InputGather {
  rescale: RescaleNode | undefined;
  /** In order. */
  windows: readonly WindowNode[];
  /** The value around images, after rescaling. */
  fill: number;
}

/** The nodes that the gather includes, and the remaining ones. */
export interface InputSplit {
  gather: InputGather;
  rest: Node[];
  /** Shape of one sample as the gather outputs it. */
  shape: readonly number[];
}

const scaleOf = ({ scale, offset }: RescaleNode): [number, number] => [
  Math.fround(scale),
  Math.fround(offset),
];

/**
 * Splits off the first nodes that the gather can include: one rescaling, and windows before or
 * after it. Windows only move elements, so their order does not affect the arithmetic.
 * @throws SteepestError `ERR_ARGUMENT` for windows elsewhere, or with different fill values
 */
export function splitInput(nodes: readonly Node[], inputShape: readonly number[]): InputSplit {
  let rescale: RescaleNode | undefined;
  const windows: WindowNode[] = [];
  const afterRescaling = new Set<WindowNode>();
  let taken = 0;
  for (const node of nodes) {
    if (node instanceof WindowNode) {
      windows.push(node);
      if (rescale !== undefined) afterRescaling.add(node);
    } else if (node instanceof RescaleNode && rescale === undefined) {
      rescale = node;
    } else break;
    taken++;
  }
  const rest = nodes.slice(taken);
  for (const node of rest) if (node instanceof WindowNode) refuseMisplaced(node.name);
  const fill = fillOf(windows, (node) => {
    const value = Math.fround(node.fillValue);
    if (rescale === undefined || afterRescaling.has(node)) return value;
    const rescaled = fma(value, ...scaleOf(rescale));
    return Number.isFinite(rescaled) ? rescaled : refuseFill(node.name, rescaled);
  });
  return { gather: { rescale, windows, fill }, rest, shape: windows.at(-1)?.imageShape ?? inputShape };
}

function refuseMisplaced(name: string): never {
  throw new SteepestError('ERR_ARGUMENT', {
    expected: `layer ${name} among the first layers, where only one rescaling and other random layers may come before it`,
    given: 'another layer before it',
    hint: 'Move it to the start of the model: it is computed while images are read.',
  });
}

function refuseFill(name: string, fill: number): never {
  throw new SteepestError('ERR_ARGUMENT', {
    expected: `layer ${name} to fill with a number that float32 holds once it is rescaled`,
    given: String(fill),
    hint: 'Use a smaller fillValue, or a smaller scale.',
  });
}

/** The fill value, after rescaling, that all windows with a constant border share. */
function fillOf(windows: readonly WindowNode[], filledBy: (node: WindowNode) => number): number {
  const filling = windows.filter(({ fills }) => fills);
  const [first, ...others] = filling;
  if (first === undefined) return 0;
  const fill = filledBy(first);
  for (const other of others) {
    if (Object.is(filledBy(other), fill)) continue;
    throw new SteepestError('ERR_ARGUMENT', {
      expected: `layers ${first.name} and ${other.name} to fill with the same value`,
      given: `${fill} and ${filledBy(other)} (after rescaling)`,
      hint: "Give both the same fillValue and put both on one side of the rescaling, or use fillMode: 'nearest'.",
    });
  }
  return fill;
}

/** Emits the gather of a mini-batch's samples, with the operations of {@link InputGather}. */
export function gatherInput(
  builder: ProgramBuilder,
  { rescale, windows, fill }: InputGather,
  from: { src: Operand; index: Operand | undefined },
  inputShape: readonly number[],
  layout: Layout,
): Operand {
  const [scale, offset] = rescale === undefined ? [1, 0] : scaleOf(rescale);
  const scalars = { scaled: rescale ? 1 : 0, scale, offset };
  const label = ['x', rescale?.name, ...windows.map(({ name }) => name)].filter(Boolean).join(', ');
  const shape = inputShape as unknown as ImageShape;
  const outShape = windows.at(-1)?.imageShape ?? shape;
  const chosen = windows.reduce<Operand | undefined>((before, node) => node.draw(builder, before), undefined);
  const cols = inputShape.length === 3 ? elementsOf(outShape) : (inputShape[0] as number);
  const isImages = layout === 'images';
  const isPlain = !isImages && chosen === undefined;
  const copies = isPlain ? builder.inputCopies(cols) : [];
  for (const [i, dst] of copies.entries()) {
    const part = { index: i, of: copies.length };
    builder.emit('gatherRows', { ...from, dst }, scalars, { part, label });
  }
  if (copies.length > 0) return copies[0] as Operand;
  const dst = isImages
    ? builder.images('x', outShape)
    : builder.memory.matrix(`batch${builder.maxRows}/x`, 'batch', builder.maxRows, cols);
  const options = { split: isImages ? 'groups' : 'rows', label } as const;
  if (chosen !== undefined) {
    const sizes = { ...imageScalars(shape), outHeight: outShape[0], outWidth: outShape[1] };
    const kind = isImages ? 'gatherImageWindows' : 'gatherWindows';
    builder.emit(kind, { ...from, windows: chosen, dst }, { ...sizes, ...scalars, fill }, options);
  } else if (isImages) {
    builder.emit('gatherImages', { ...from, dst }, { ...imageScalars(shape), ...scalars }, options);
  } else {
    builder.emit('gatherRows', { ...from, dst }, scalars, options);
  }
  return dst;
}
