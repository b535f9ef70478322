import { checkAborted } from '../../core/abort.js';
import { checkRowCount } from '../../core/refuse.js';
import type { ColumnNames } from '../../data/arrayInputs.js';
import { separateTarget } from '../../data/tables/target.js';
import type { KernelRequest } from '../../kernels/backend.js';
import type { EstimatorFitOptions } from '../base/estimator.js';
import { type FeatureInput, type Features, type FittedColumns, readFeatures } from '../base/features.js';
import { type EncodedLabels, encodeClasses, type LabelInput } from '../base/labels.js';
import { readSampleWeight } from '../base/weights.js';
import type { GlmRequest } from '../glm/request.js';
import { agreementOf, type Card, fitOf } from '../sharded/agree.js';
import { joinClasses } from '../sharded/classes.js';
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

/** What a fit is about, besides its rows. */
export interface LogisticRequest {
  type: string;
  params: object;
  /** Checks this process's options. */
  begin: () => KernelRequest;
  /** Whatever else all ranks must share, in words. */
  others: Readonly<Record<string, string>>;
}

/** The checked rows of a fit: with a cluster those of this rank, but the classes of all. */
export interface LogisticRows {
  features: Features;
  labels: EncodedLabels;
  sampleWeight: Float64Array | undefined;
  columns: FittedColumns;
  kernels: KernelRequest;
  joint: GlmRequest['joint'];
}

type Own = Pick<LogisticRows, 'features' | 'labels' | 'sampleWeight'>;

/**
 * The checked rows of a fit: of this process alone, or of one rank of a cluster.
 * @throws SteepestError `ERR_SHAPE`, `ERR_ARGUMENT` and more; with a cluster the same on every rank
 */
export async function readLogisticRows(
  request: LogisticRequest,
  x: FeatureInput,
  y: LabelInput | ColumnNames,
  options: EstimatorFitOptions & RowClusterOptions,
): Promise<LogisticRows> {
  const ranks = ranksOf(`${request.type}.fit`, options);
  if (ranks !== undefined) return readJoint(ranks, request, x, y, options);
  const kernels = request.begin();
  const given = separateTarget('X', x, y);
  const features = readFeatures('X', given.x);
  const labels = encodeClasses('y', given.y);
  checkRowCount('y', labels.codes.length, 'X', features.rows);
  const sampleWeight = readSampleWeight(options.sampleWeight, features.rows);
  const columns = { cols: features.cols, names: features.names };
  return { features, labels, sampleWeight, columns, kernels, joint: undefined };
}

function readOwn(x: FeatureInput, y: LabelInput | ColumnNames, { sampleWeight }: EstimatorFitOptions): Own {
  const given = separateOwn(x, y);
  const features = readOwnFeatures('X', given.x);
  const { rows } = features;
  const isEmpty = rows === 0 && hasNoRows('y', given.y);
  const labels = isEmpty ? { classes: [], codes: new Int32Array(0) } : encodeClasses('y', given.y);
  checkRowCount('y', labels.codes.length, 'X', rows);
  return { features, labels, sampleWeight: readOwnWeights(sampleWeight, rows) };
}

async function readJoint(
  ranks: Ranks,
  { type, params, begin, others }: LogisticRequest,
  x: FeatureInput,
  y: LabelInput | ColumnNames,
  options: EstimatorFitOptions,
): Promise<LogisticRows> {
  let own!: Own;
  let kernels!: KernelRequest;
  const cards = await ranks.all((): Card & Pick<EncodedLabels, 'classes'> => {
    kernels = begin();
    checkAborted(options.signal);
    own = readOwn(x, y, options);
    const { rows, cols, names, dtype } = own.features;
    const { classes } = own.labels;
    return {
      fit: fitOf(type, params, kernels, others),
      ...{ rows, cols, names, dtype, classes },
      y: { cols: 1, isVector: true },
      form: {
        'type of the classes in y': typeof classes[0],
        sampleWeight: own.sampleWeight === undefined ? 'none' : 'given',
      },
      hasWeight: hasAnyWeight(own.sampleWeight),
    };
  });
  const agreement = agreementOf(cards);
  return {
    features: inAgreedOrder(own.features, agreement),
    labels: joinClasses(
      cards.map(({ classes }) => classes),
      own.labels,
    ),
    sampleWeight: agreedColumn(own.sampleWeight, agreement.form.sampleWeight),
    columns: { cols: agreement.cols, names: agreement.names },
    kernels,
    joint: { ranks, agreement },
  };
}
