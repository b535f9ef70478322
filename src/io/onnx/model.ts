import { version } from '../../core/packageInfo.cjs';
import type { OnnxGraph, OnnxModel } from './messages.js';

/**
 * The version of the format that is written: that of ONNX 1.13 of 2022, which has everything that
 * models of this package need.
 */
export const IR_VERSION = 8;

/** The versions of the operators that are written, by their domain. */
export const OPSETS: ReadonlyMap<string, number> = new Map([
  ['', 18],
  ['ai.onnx.ml', 3],
]);

/** The name in `producerName` of every model that this package writes. */
export const PRODUCER = 'steepest';

/** What a model says about itself besides its graph. */
export interface OnnxDetails {
  /** A description for people. */
  docString?: string;
  /** By name; entries that are undefined are left out. */
  metadata?: Readonly<Record<string, string | undefined>>;
}

/** A model of a graph, with the operator sets that its nodes use. */
export function onnxModel(graph: OnnxGraph, { docString = '', metadata = {} }: OnnxDetails = {}): OnnxModel {
  const used = new Set(['', ...graph.nodes.map(({ domain }) => domain)]);
  const entries = Object.entries(metadata).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  );
  return {
    irVersion: IR_VERSION,
    opsetImport: [...OPSETS]
      .filter(([domain]) => used.has(domain))
      .map(([domain, opset]) => ({ domain, version: opset })),
    producerName: PRODUCER,
    producerVersion: version,
    domain: '',
    modelVersion: 0,
    docString,
    graph,
    metadataProps: new Map(entries),
  };
}
