import { axisOf } from '../read/attributes.js';
import { refuseNode } from '../read/refuse.js';
import type { NodeReaders } from '../readers.js';

/** Slice of the centre of images. */
export const randomCropReaders: NodeReaders = {
  Slice(node, chain) {
    const { x, graph } = chain;
    const names = ['starts', 'ends', 'axes', 'steps'];
    const [starts, ends, axes, steps] = names.map((name, i) => graph.integers(node, name, i + 1));
    const first = x.channelsFirst === undefined ? 1 : 2;
    const order = axes?.map((axis) => axisOf(axis, 4)) ?? starts?.map((_, i) => i);
    const [height = 0, width = 0] = x.shape;
    const begin = (side: number): number => starts?.[order?.indexOf(first + side) ?? -1] ?? 0;
    const end = (side: number, size: number): number => {
      const given = ends?.[order?.indexOf(first + side) ?? -1] ?? size;
      return Math.min(given < 0 ? given + size : given, size);
    };
    const [rows, columns] = [end(0, height) - begin(0), end(1, width) - begin(1)];
    const isCentre =
      begin(0) === Math.floor((height - rows) / 2) && begin(1) === Math.floor((width - columns) / 2);
    const isOfSides = order?.every((axis) => axis === first || axis === first + 1) ?? false;
    const isPlain = steps?.every((step) => step === 1) ?? true;
    const fits = x.shape.length === 3 && x.dims.length === 3 && isCentre && isOfSides && isPlain;
    if (!fits || rows < 1 || columns < 1 || node.inputs[0] !== x.value) {
      refuseNode(node, 'the centre of images', 'another part');
    }
    chain.add({ type: 'randomCrop', height: rows, width: columns }, node.name);
    if (x.channelsFirst !== undefined) chain.goChannelsFirst(node.outputs[0]);
    else chain.go(node.outputs[0], { dims: chain.x.shape });
  },
};
