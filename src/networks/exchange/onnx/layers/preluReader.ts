import { refuseNode } from '../read/refuse.js';
import type { NodeReaders } from '../readers.js';

/** PRelu, with an alpha for each channel, or one for all. */
export const preluReaders: NodeReaders = {
  PRelu(node, chain) {
    const constant = chain.graph.constant(node.inputs[1]);
    const view = constant && chain.perChannel(constant);
    if (node.inputs[0] !== chain.x.value || view === undefined) {
      const given = constant === undefined ? 'another' : `shape [${constant.shape.join(', ')}]`;
      refuseNode(node, 'a constant alpha for each channel or column', given);
    }
    chain.add({ type: 'prelu' }, node.inputs[1]!, { alpha: { view } });
    chain.go(node.outputs[0]);
  },
};
