import type { CompleteActivation } from '../../../../kernels/activations.js';
import type { ImageShape } from '../../../../program/images.js';
import { MAX_LAYERS } from '../../../compile/model.js';
import type { LayerConfig } from '../../../layers/definition.js';
import { completeLayer, layerDefinition } from '../../../layers/index.js';
import { type GraphIndex, sizesOf } from './graphIndex.js';
import { refused } from './refuse.js';
import { type Size, sizesIn } from './sizes.js';
import { longAxes, product, reshaped, type View, withoutLeadingOnes } from './view.js';

/** What flows from layer to layer, in the graph and here. */
export interface Sample {
  /** The value's name in the graph. */
  value: string;
  /** Its sizes there, without the rows. */
  dims: readonly number[];
  /** Shape of one sample here: [columns] or [height, width, channels]. */
  shape: readonly number[];
  /**
   * The shape here of the images that the graph has with their channels first. A row made of such
   * images keeps their order, until a layer with weights puts its weights in ours. Undefined if the
   * numbers are in the same order on both sides.
   */
  channelsFirst: ImageShape | undefined;
}

/** An array of a layer, as a view of a constant. Its elements in order are the parameter's. */
export interface Weight {
  view: View;
  /** What every element is multiplied by, before it is rounded to float32. */
  factor?: number;
  /** Whether elements are 1 divided by those of the constant. */
  isInverse?: boolean;
}

export type Weights = Readonly<Record<string, Weight>>;

/** A layer that was read. */
export interface ReadLayer {
  config: LayerConfig & Record<string, unknown>;
  weights: Weights;
  /** Where it comes from: the name of a weight or of a node. */
  hint: string;
}

/** Nodes between a constant and its use. */
const MOST_STEPS = 4;

/** The layers read so far. Readers of operators add to it and go on to the next value. */
export class Chain {
  readonly layers: ReadLayer[] = [];
  readonly inputShape: readonly number[];
  private readonly shapes = new Map<string, readonly Size[]>();

  constructor(
    readonly graph: GraphIndex,
    public x: Sample,
    /** The number of rows, if the graph has a fixed one. */
    readonly rows: number | undefined,
  ) {
    this.inputShape = x.shape;
    this.remember();
  }

  get last(): ReadLayer | undefined {
    return this.layers.at(-1);
  }

  /** The options of the last layer, if it could have an activation and has none. */
  get open(): ReadLayer['config'] | undefined {
    const config = this.last?.config;
    if (config === undefined || !('useBias' in config)) return undefined;
    return (config.activation as CompleteActivation).name === 'linear' ? config : undefined;
  }

  /** Adds a layer, whose output is not yet a value of the graph. */
  add(config: LayerConfig & Record<string, unknown>, hint: string, weights: Weights = {}): void {
    if (this.layers.length === MAX_LAYERS) {
      refused(`at most ${MAX_LAYERS} layers`, 'more', 'Use fewer, wider layers.');
    }
    const layer = completeLayer(config) as LayerConfig & Record<string, unknown>;
    const at = { name: hint, inputShape: this.x.shape };
    this.x = { ...this.x, shape: layerDefinition(layer.type).outputShape(layer, at) };
    this.layers.push({ config: layer, weights, hint });
  }

  /** Changes options and arrays of the last layer. */
  change(config: Record<string, unknown>, weights: Weights = {}): void {
    const last = this.layers.pop()!;
    const layer = completeLayer({ ...last.config, ...config }) as ReadLayer['config'];
    this.layers.push({ ...last, config: layer, weights: { ...last.weights, ...weights } });
  }

  /** Goes on to a value of the graph. */
  go(value: string | undefined, change: Partial<Sample> = {}): void {
    this.x = { ...this.x, value: value ?? '', ...change };
    this.remember();
  }

  /** Goes on to images that the graph has with their channels first. */
  goChannelsFirst(value: string | undefined): void {
    const [height, width, channels] = this.x.shape as unknown as ImageShape;
    this.go(value, { dims: [channels, height, width], channelsFirst: [height, width, channels] });
  }

  /** The sizes of a value that was passed, rows included. */
  shapeOf(value: string): readonly Size[] | undefined {
    return this.shapes.get(value);
  }

  /**
   * A constant, also one whose shape the graph computes of the samples' shape, as exporters write
   * sums of images and a number for each channel.
   */
  constant(name: string | undefined, depth = 0): View | undefined {
    const constant = this.graph.constant(name);
    const node = name === undefined || depth > MOST_STEPS ? undefined : this.graph.maker(name);
    if (constant !== undefined || node === undefined || node.domain !== '') return constant;
    const [from, target] = node.inputs;
    if (node.opType === 'Cast' || node.opType === 'Identity') return this.constant(from, depth + 1);
    if (node.opType !== 'Reshape') return undefined;
    const sizes = sizesIn(target, this.graph, (value) => this.shapeOf(value));
    const isKnown = sizes?.every((size): size is number => typeof size === 'number') ?? false;
    const view = isKnown ? this.constant(from, depth + 1) : undefined;
    return view && reshaped(view, sizesOf(view.shape, sizes as number[]));
  }

  /** Images as they are here, with a reshape if they have become rows before. */
  images(): void {
    const { dims, shape } = this.x;
    if (shape.length === 1 && dims.length === 3) {
      this.add({ type: 'reshape', targetShape: [dims[1], dims[2], dims[0]] }, 'reshape');
    }
  }

  /** The axis of the channels or columns in the graph, rows included. */
  get channelAxis(): number {
    const { dims, channelsFirst } = this.x;
    if (dims.length === 3 && (channelsFirst !== undefined || this.x.shape.length === 1)) return 1;
    return dims.length;
  }

  get channels(): number {
    return this.x.shape.at(-1) as number;
  }

  /**
   * A constant as one number for each channel of images or column of rows, in our order; undefined
   * if it has others, or another axis.
   */
  perChannel(view: View, isBroadcast = true): View | undefined {
    const { channels } = this;
    const { shape, strides } = withoutLeadingOnes(view);
    const axes = longAxes(shape);
    if (channels > 1 && axes.length === 0) {
      return isBroadcast ? { ...view, shape: [channels], strides: [0] } : undefined;
    }
    const axis = axes[0] ?? shape.length - 1;
    const fromEnd = shape.length - axis;
    const isRight =
      !isBroadcast || axes.length === 0 || fromEnd === this.x.dims.length + 1 - this.channelAxis;
    if (axes.length > 1 || !isRight || product(shape) !== channels) return undefined;
    return this.inOurOrder({ ...view, shape: [channels], strides: [strides[axis] ?? 1] });
  }

  /** The first axis of a constant, which goes along the columns of rows, in our order. */
  inOurOrder(view: View): View {
    const { shape, channelsFirst } = this.x;
    if (channelsFirst === undefined || shape.length !== 1) return view;
    const [height, width, channels] = channelsFirst;
    const [stride = 1, ...rest] = view.strides;
    return {
      ...view,
      shape: [height, width, channels, ...view.shape.slice(1)],
      strides: [width * stride, stride, height * width * stride, ...rest],
    };
  }

  private remember(): void {
    this.shapes.set(this.x.value, ['rows', ...this.x.dims]);
  }
}
