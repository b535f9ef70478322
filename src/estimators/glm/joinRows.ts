import { checkAborted } from '../../core/abort.js';
import type { ColumnNames, TargetInput } from '../../data/arrayInputs.js';
import { separateTarget } from '../../data/tables/target.js';
import type { KernelRequest } from '../../kernels/backend.js';
import type { LogLinkFamily } from '../../kernels/contract.js';
import type { EstimatorFitOptions } from '../base/estimator.js';
import { type FeatureInput, type Features, type FittedColumns, readFeatures } from '../base/features.js';
import { readSingleTarget } from '../base/targets.js';
import { readSampleWeight } from '../base/weights.js';
import { agreementOf, type Card, fitOf } from '../sharded/agree.js';
import {
  agreedColumn,
  hasAnyWeight,
  hasNoRows,
  inAgreedOrder,
  type RowClusterOptions,
  ranksOf,
  readOwnFeatures,
  readOwnWeights,
  separateOwn,
} from '../sharded/ownRows.js';
import type { Ranks } from '../sharded/ranks.js';
import { checkTargets, type WeighedRows } from './deviance.js';
import { type OffsetOptions, readOffset } from './offset.js';
import type { GlmRequest } from './request.js';

/** Options about rows. */
type RowOptions = EstimatorFitOptions & OffsetOptions;

/** What a fit of a regression with a logarithmic link is about, besides its rows. */
export interface LogLinkRequest {
  type: string;
  family: LogLinkFamily;
  params: object;
  /** Checks this process's options. */
  begin: () => KernelRequest;
  /** Whatever else all ranks must share, in words. */
  others: Readonly<Record<string, string>>;
}

/** The checked rows of a fit, with a cluster those of this rank. */
export interface LogLinkRows {
  features: Features;
  rows: WeighedRows;
  columns: FittedColumns;
  kernels: KernelRequest;
  joint: GlmRequest['joint'];
}

type Own = Pick<LogLinkRows, 'features' | 'rows'>;

/** y, weights and offsets of `count` rows. @throws SteepestError */
export function readWeighedRows(
  family: LogLinkFamily,
  y: TargetInput,
  count: number,
  options: RowOptions,
): WeighedRows {
  const data = readSingleTarget('y', y, count);
  checkTargets(family, data);
  return {
    y: data,
    weights: readSampleWeight(options.sampleWeight, count),
    offset: readOffset(options, count),
  };
}

/**
 * The checked rows of a fit: of this process alone, or of one rank of a cluster.
 * @throws SteepestError `ERR_SHAPE`, `ERR_ARGUMENT` and more; with a cluster the same on every rank
 */
export async function readLogLinkRows(
  request: LogLinkRequest,
  x: FeatureInput,
  y: TargetInput | ColumnNames,
  options: RowOptions & RowClusterOptions,
): Promise<LogLinkRows> {
  const ranks = ranksOf(`${request.type}.fit`, options);
  if (ranks !== undefined) return readJoint(ranks, request, x, y, options);
  const kernels = request.begin();
  const given = separateTarget('X', x, y);
  const features = readFeatures('X', given.x);
  const rows = readWeighedRows(request.family, given.y, features.rows, options);
  const columns = { cols: features.cols, names: features.names };
  return { features, rows, columns, kernels, joint: undefined };
}

function readOwn(
  family: LogLinkFamily,
  x: FeatureInput,
  y: TargetInput | ColumnNames,
  options: RowOptions,
): Own {
  const given = separateOwn(x, y);
  const features = readOwnFeatures('X', given.x);
  const { rows } = features;
  const isEmpty = rows === 0 && hasNoRows('y', given.y);
  const data = isEmpty ? new Float64Array(0) : readSingleTarget('y', given.y, rows);
  checkTargets(family, data);
  const { sampleWeight, offset, exposure } = options;
  const known = offset ?? exposure;
  const hasNone = known === undefined || (rows === 0 && hasNoRows('offset', known));
  return {
    features,
    rows: {
      y: data,
      weights: readOwnWeights(sampleWeight, rows),
      offset: hasNone ? known && new Float64Array(0) : readOffset(options, rows),
    },
  };
}

async function readJoint(
  ranks: Ranks,
  { type, family, params, begin, others }: LogLinkRequest,
  x: FeatureInput,
  y: TargetInput | ColumnNames,
  options: RowOptions,
): Promise<LogLinkRows> {
  let own!: Own;
  let kernels!: KernelRequest;
  const cards = await ranks.all((): Card => {
    kernels = begin();
    checkAborted(options.signal);
    own = readOwn(family, x, y, options);
    const { rows, cols, names, dtype } = own.features;
    const formOf = (column: Float64Array | undefined): string => (column === undefined ? 'none' : 'given');
    return {
      fit: fitOf(type, params, kernels, others),
      ...{ rows, cols, names, dtype },
      y: { cols: 1, isVector: true },
      form: { sampleWeight: formOf(own.rows.weights), 'offset or exposure': formOf(own.rows.offset) },
      hasWeight: hasAnyWeight(own.rows.weights),
    };
  });
  const agreement = agreementOf(cards);
  const { cols, names, form } = agreement;
  return {
    features: inAgreedOrder(own.features, agreement),
    rows: {
      y: own.rows.y,
      weights: agreedColumn(own.rows.weights, form.sampleWeight),
      offset: agreedColumn(own.rows.offset, form['offset or exposure']),
    },
    columns: { cols, names },
    kernels,
    joint: { ranks, agreement },
  };
}
