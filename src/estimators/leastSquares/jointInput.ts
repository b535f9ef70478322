import { checkAborted } from '../../core/abort.js';
import type { ColumnNames, TargetInput } from '../../data/arrayInputs.js';
import type { KernelRequest } from '../../kernels/backend.js';
import type { EstimatorFitOptions } from '../base/estimator.js';
import type { FeatureInput, Features } from '../base/features.js';
import { readTargets, type Targets } from '../base/targets.js';
import { type Agreement, agreementOf, type Card, fitOf } from '../sharded/agree.js';
import {
  agreedColumn,
  featureTable,
  float64Table,
  hasAnyWeight,
  hasNoRows,
  inAgreedOrder,
  readOwnFeatures,
  readOwnWeights,
  separateOwn,
} from '../sharded/ownRows.js';
import { unitsOf } from '../sharded/place.js';
import type { Ranks } from '../sharded/ranks.js';
import { exchangeTail, type RowArray, type SplitWindow } from '../sharded/window.js';
import { foldBlockRows } from './factor.js';
import type { LeastSquaresInput } from './input.js';
import { refineBlockRows } from './refine.js';
import type { RowSource, SharedColumns } from './source.js';

/** A least-squares fit of several ranks. */
export interface JointRequest {
  ranks: Ranks;
  type: string;
  params: { fitIntercept: boolean };
  /** Checks this rank's options. */
  begin: () => KernelRequest;
}

/** What this rank gives to a fit. */
interface Own {
  features: Features;
  /** Undefined without rows. */
  targets: Targets | undefined;
  weight: Float64Array | undefined;
}

function readOwn(x: FeatureInput, y: TargetInput, { sampleWeight }: EstimatorFitOptions): Own {
  const features = readOwnFeatures('X', x);
  const { rows } = features;
  const isEmpty = rows === 0 && (y === undefined || hasNoRows('y', y));
  const targets = isEmpty ? undefined : readTargets('y', y, rows);
  return { features, targets, weight: readOwnWeights(sampleWeight, rows) };
}

function cardOf({ type, params }: JointRequest, own: Own, kernels: KernelRequest): Card {
  const { features, targets, weight } = own;
  const { rows, cols, names, dtype } = features;
  return {
    fit: fitOf(type, params, kernels),
    ...{ rows, cols, names, dtype },
    y: targets && { cols: targets.cols, isVector: targets.isVector },
    form: { sampleWeight: weight === undefined ? 'none' : 'given' },
    hasWeight: hasAnyWeight(weight),
  };
}

const columnsOf = (tables: readonly RowArray[]): SharedColumns => {
  const [x, y, weight] = tables as [Features['data'], Float64Array, Float64Array | undefined];
  return { x, y, weight };
};

/** The rows that a rank reads, block by block. */
function jointSource(window: SplitWindow, { dtype, cols, y }: Agreement): RowSource {
  const { joint, rows, tables } = window;
  const shared = columnsOf(tables);
  const tail = window.tail && { ...window.tail, ...columnsOf(window.tail.tables) };
  const { own, total } = joint;
  return {
    ...{ dtype, cols, targets: y.cols, rows: total },
    weighted: shared.weight !== undefined,
    shared,
    joint: { ...joint, tableRows: rows, tail },
    *blocks(blockRows) {
      const { first, end } = unitsOf(own, blockRows);
      for (let k = first; k < end; k++) {
        const last = Math.min(total, (k + 1) * blockRows);
        const isWhole = last <= own.end;
        const columns = isWhole ? shared : tail!;
        const skipped = own.first + (isWhole ? 0 : tail!.first);
        const [from, to] = [k * blockRows - skipped, last - skipped];
        yield {
          rows: to - from,
          x: columns.x.subarray(from * cols, to * cols),
          y: columns.y.subarray(from * y.cols, to * y.cols),
          weight: columns.weight?.subarray(from, to),
        };
      }
    },
  };
}

/**
 * Reads this rank's rows, compares them with those of the other ranks, and completes its blocks.
 * @throws SteepestError the same on every rank: as `readRows` does, naming the rank; `ERR_CLUSTER`
 *   or `ERR_SHAPE` if ranks differ
 */
export async function readJointRows(
  request: JointRequest,
  given: FeatureInput,
  givenY: TargetInput | ColumnNames | undefined,
  options: EstimatorFitOptions,
): Promise<{ input: LeastSquaresInput; kernels: KernelRequest }> {
  const { ranks, params } = request;
  let own!: Own;
  let kernels!: KernelRequest;
  const readCard = (): Card => {
    kernels = request.begin();
    checkAborted(options.signal);
    const { x, y } = separateOwn(given, givenY);
    own = readOwn(x as FeatureInput, y as TargetInput, options);
    return cardOf(request, own, kernels);
  };
  const agreement = agreementOf(await ranks.all(readCard));
  const { counts, cols, names, y, form } = agreement;
  const features = inAgreedOrder(own.features, agreement);
  const weight = agreedColumn(own.weight, form.sampleWeight);
  const tables = [
    featureTable(features, agreement),
    float64Table(own.targets?.data ?? new Float64Array(0), y.cols),
    ...(weight ? [float64Table(weight, 1)] : []),
  ];
  const unitSizes = [foldBlockRows(cols, y.cols), refineBlockRows(cols, y.cols, params.fitIntercept)];
  const window = await exchangeTail({ ranks, counts, tables, unitSizes, signal: options.signal });
  const source = jointSource(window, agreement);
  return {
    input: { source, features, columns: { cols, names }, isVector: y.isVector, table: undefined },
    kernels,
  };
}
