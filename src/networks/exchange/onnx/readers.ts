import type { OnnxNode } from '../../../io/onnx/messages.js';
import type { Chain } from './read/chain.js';

/**
 * Reads a node whose input is the chain's value: adds the layer that it is, or changes the last
 * one, and goes on to the node's output.
 * @throws SteepestError `ERR_MODEL_FILE` for options and inputs that no layer here has
 */
export type ReadNode = (node: OnnxNode, chain: Chain) => void;

/** Readers by the names of their operators. */
export type NodeReaders = Readonly<Record<string, ReadNode>>;
