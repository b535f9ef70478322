import { onAbort } from '../../core/abort.js';
import { checkInteger } from '../../core/check.js';
import { SteepestError } from '../../core/errors.js';
import { type InParts, inSlices } from '../../core/inParts.js';
import { awaitClosed } from '../../core/patience.js';
import type { ClassInput, SampleInput } from '../../data/arrayInputs.js';
import { BatchReader, type BatchStream, isBatchStream } from '../../data/batches.js';
import type { ClassTargets } from '../../data/classTargets.js';
import { inputTableInParts, labelTableInParts, targetTableInParts } from '../../data/sharedRows.js';
import type { Objective } from '../compile/compile.js';
import type { ResolvedModel } from '../compile/model.js';
import { outputsFor } from '../compile/outputKind.js';
import { commonOf } from '../optimizers/common.js';
import { type DataSet, type FitData, streamRoom } from '../training/dataSets.js';
import { abortedAfter } from '../training/fitErrors.js';
import type { RowSpec } from '../training/rowStore.js';
import { namedClassWeights, weighRows } from '../training/rowWeights.js';
import {
  type OpenStream,
  openStream,
  rowBytes,
  type StreamData,
  storeStream,
} from '../training/streamData.js';
import type { AllFitOptions, FitChoices, SampleWeight } from './fitOptions.js';
import { checkSplit, rowsToHoldOut } from './validationSplit.js';

/** Checks a model's data against everything it has to match. */
export interface InputContext {
  model: ResolvedModel;
  objective: Objective;
}

/** How class names in the targets become numbers. */
function classTargets({ model, objective }: InputContext): ClassTargets {
  const { definition } = objective.loss;
  let form: ClassTargets['form'] = 'none';
  if (definition.targets === 'labels') form = 'number';
  else if (outputsFor(definition) !== undefined) form = model.outputCols === 1 ? 'flag' : 'columns';
  return { names: model.classes, form, loss: definition.name };
}

/**
 * Samples and targets in memory; large ones are read in slices, so that this thread stays free.
 * Small ones have been read when this returns its promise: the caller may then reuse its arrays.
 * @throws SteepestError for any fault of the data
 */
export function readDataSet(
  context: InputContext,
  prefix: string,
  x: SampleInput,
  y: ClassInput,
  sampleWeight?: SampleWeight,
): Promise<DataSet> {
  return inSlices(dataSetInParts(context, prefix, x, y, sampleWeight));
}

function* dataSetInParts(
  context: InputContext,
  prefix: string,
  x: SampleInput,
  y: ClassInput,
  sampleWeight: SampleWeight | undefined,
): InParts<DataSet> {
  const { model, objective } = context;
  const { definition } = objective.loss;
  const { inputCols, inputShape, outputCols } = model;
  const [xName, yName] = [`${prefix}x`, `${prefix}y`];
  const samples = yield* inputTableInParts(xName, x, inputCols, inputShape);
  const { rows } = samples;
  const belonging = { of: xName, rows };
  const classes = classTargets(context);
  const { targetRange: range, hintOneColumn } = definition;
  const targets = yield* definition.targets === 'labels'
    ? labelTableInParts(yName, y, outputCols, classes, belonging)
    : targetTableInParts(yName, y, { cols: outputCols, range, hintOneColumn, classes }, belonging);
  const weighing = { sampleWeight, classWeight: undefined, outputs: outputCols };
  return { x: samples, y: targets, weights: weighRows(prefix, targets, rows, weighing), firstRow: 0, rows };
}

/** The required form of a stream's rows. */
function rowSpec(context: InputContext, prefix: string, classWeight?: AllFitOptions['classWeight']): RowSpec {
  const { model, objective } = context;
  const { targets, targetRange, hintOneColumn } = objective.loss.definition;
  const { inputCols, inputShape, outputCols } = model;
  if (classWeight === 'balanced') {
    throw new SteepestError('ERR_ARGUMENT', {
      expected: 'classWeight of a stream to be an object with a weight per class',
      given: "'balanced', for which all rows have to be counted first",
      hint: 'Count the classes and write { 0: …, 1: … }.',
    });
  }
  const shape = {
    dtype: targets === 'labels' ? 'i32' : 'f32',
    cols: targets === 'labels' ? 1 : outputCols,
  } as const;
  return {
    prefix,
    inputCols,
    inputShape,
    classWeights:
      classWeight === undefined
        ? undefined
        : namedClassWeights(classWeight, shape, outputCols, model.classes),
    classes: classTargets(context),
    targets:
      targets === 'labels'
        ? { kind: 'labels', classes: outputCols }
        : { kind: 'matrix', cols: outputCols, range: targetRange, hintOneColumn },
  };
}

/** Data of a fit in memory, with the rows to validate on. */
export async function readFitData(
  context: InputContext,
  x: SampleInput,
  y: ClassInput,
  { validationSplit = 0, validationData, sampleWeight, classWeight }: AllFitOptions,
): Promise<{ train: DataSet; validation: DataSet | undefined }> {
  const all = await readDataSet(context, '', x, y);
  const share = checkSplit(validationSplit);
  // The rows to train on if other rows are used for validation.
  const held = validationData === undefined ? rowsToHoldOut(share, all.rows) : 0;
  const rows = all.rows - held;
  const { outputCols: outputs, classes } = context.model;
  const weights = weighRows('', all.y, rows, { sampleWeight, classWeight, outputs, classes });
  return {
    train: { ...all, weights, rows },
    validation: held === 0 ? undefined : { ...all, weights, firstRow: rows, rows: held },
  };
}

/** Default size of the shuffle buffer: this many rows, or this many bytes. */
const DEFAULT_BUFFER_ROWS = 65_536;
const DEFAULT_BUFFER_BYTES = 2 ** 26;

/** Rows of the shuffle buffer; 0 for no shuffling. */
function bufferRows(shuffle: boolean, shuffleBuffer: number | undefined, spec: RowSpec): number {
  if (shuffleBuffer !== undefined) checkInteger('shuffleBuffer', shuffleBuffer);
  if (shuffle) {
    const fitting = Math.max(1, Math.floor(DEFAULT_BUFFER_BYTES / rowBytes(spec)));
    return shuffleBuffer ?? Math.min(DEFAULT_BUFFER_ROWS, fitting);
  }
  if (shuffleBuffer === undefined) return 0;
  throw new SteepestError('ERR_ARGUMENT', {
    expected: 'no shuffleBuffer with shuffle: false',
    given: String(shuffleBuffer),
    hint: 'Leave one of the two out.',
  });
}

/** Streams opened for a fit; all are closed if the fit does not start. */
class OpenStreams {
  private readonly readers: BatchReader[] = [];

  constructor(private readonly signal: AbortSignal | undefined) {}

  /** @throws SteepestError `ERR_ABORTED`, or what {@link openStream} throws */
  async open(stream: BatchStream, what: string, spec: RowSpec, times: number): Promise<OpenStream> {
    const { signal } = this;
    if (signal?.aborted) throw abortedAfter(signal, 0);
    const reader = new BatchReader(stream, what);
    this.readers.push(reader);
    const off = onAbort(signal, () => reader.cancel());
    try {
      const open = await openStream(reader, spec, times);
      if (open === undefined) throw abortedAfter(signal as AbortSignal, 0);
      return open;
    } finally {
      off();
    }
  }

  async close(): Promise<void> {
    await awaitClosed(Promise.all(this.readers.map((reader) => reader.close())), this.signal);
  }
}

/** How often a fit will certainly read its streams. */
function timesRead({ initialEpoch, epochs, stepsPerEpoch, validationFreq }: FitChoices): {
  train: number;
  validation: number;
} {
  const validations = (before: number): number => Math.floor(before / validationFreq);
  return {
    // One pass may have enough mini-batches for all epochs.
    train: stepsPerEpoch === undefined ? epochs - initialEpoch : 1,
    validation: validations(epochs) - validations(initialEpoch),
  };
}

/**
 * Everything that a fit reads, checked as far as it is available; streams have delivered their
 * first batch.
 */
export async function openFitData(
  context: InputContext,
  input: { x: SampleInput; y: ClassInput } | BatchStream,
  options: AllFitOptions,
  choices: FitChoices,
): Promise<FitData & { close: () => Promise<void> }> {
  const { batchSize, shuffle, signal, validationData, validationSteps } = choices;
  const times = timesRead(choices);
  const streams = new OpenStreams(signal);
  const close = (): Promise<void> => streams.close();
  try {
    const data = isBatchStream(input) ? undefined : await readFitData(context, input.x, input.y, options);
    let validation = data?.validation;
    let validationStream: StreamData | undefined;
    if (validationData !== undefined && !isBatchStream(validationData)) {
      const [valX, valY, valWeight] = validationData;
      validation = await readDataSet(context, 'validation ', valX, valY, valWeight);
    }
    let trainStream: StreamData | undefined;
    if (isBatchStream(input)) {
      const spec = rowSpec(context, '', options.classWeight);
      const rows = bufferRows(shuffle, options.shuffleBuffer, spec);
      const open = await streams.open(input, 'the stream', spec, times.train);
      const { accumulateSteps } = commonOf(context.objective.optimizer.hyperparameters);
      trainStream = storeStream(open, { batchSize, bufferRows: rows, accumulateSteps });
    }
    if (validationData !== undefined && isBatchStream(validationData)) {
      const spec = rowSpec(context, 'validation ');
      const open = await streams.open(validationData, 'validationData', spec, times.validation);
      validationStream = storeStream(open, { batchSize, bufferRows: 0 });
      validation = streamRoom(validationStream);
    } else if (validation && validationSteps !== undefined) {
      validation = { ...validation, rows: Math.min(validation.rows, validationSteps * batchSize) };
    }
    const train = trainStream ? streamRoom(trainStream) : (data as { train: DataSet }).train;
    return { train, validation, trainStream, validationStream, close };
  } catch (error) {
    // Report the first error; later ones are its consequences.
    await close().catch(() => {});
    throw error;
  }
}

/** Opens a stream for an evaluation. */
export async function openEvaluation(
  context: InputContext,
  stream: BatchStream,
  batchSize: number,
): Promise<StreamData> {
  const open = await new OpenStreams(undefined).open(stream, 'the stream', rowSpec(context, ''), 1);
  return storeStream(open, { batchSize, bufferRows: 0 });
}
