import { intOf } from '../read/attributes.js';
import { FLOATING } from '../read/graphIndex.js';
import { refuseNode } from '../read/refuse.js';
import { scalarOf } from '../read/view.js';
import type { NodeReaders } from '../readers.js';

/** The rate of a Dropout that does not state one. */
const DROPOUT_RATE = 0.5;

/** What changes no number in a prediction. */
export const identityReaders: NodeReaders = {
  Identity: (node, chain) => chain.go(node.outputs[0]),
  CastLike: (node, chain) => chain.go(node.outputs[0]),

  Cast(node, chain) {
    // All of them are computed in float32 here.
    const to = intOf(node, 'to', 0);
    if (!FLOATING.includes(to)) refuseNode(node, 'a floating-point type', `type ${to}`);
    chain.go(node.outputs[0]);
  },

  Dropout(node, chain) {
    if ((scalarOf(chain.graph.constant(node.inputs[2])) ?? 0) !== 0)
      refuseNode(node, 'predictions', 'training');
    const rate = chain.graph.number(node, 'ratio', 1) ?? DROPOUT_RATE;
    if (rate > 0) chain.add({ type: 'dropout', rate }, node.name);
    chain.go(node.outputs[0]);
  },
};
