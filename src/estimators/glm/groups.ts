import type { GlmFamily, GlmJob, GlmSolver } from './task.js';

/** A chunk's samples and scores fit in a quarter of an L2 cache of 1 MiB. */
const CHUNK_BYTES = 256 * 1024;
/** Virtual lanes of the loss: chunks are multiples of it. */
const CHUNK_GRAIN = 16;
const MOST_CHUNK_ROWS = 4096;
/** A Gram matrix is read and written once for so many rows at least. */
const LEAST_GRAM_ROWS = 128;
/**
 * Number of groups that ranks share: more than a machine's cores, so that shares are nearly equal.
 */
const MOST_GROUPS = 64;
/** Memory for the sums of all groups. */
const PARTIALS_BYTES = 64 * 2 ** 20;
/** Columns of a block come in panels. */
const PANEL = 8;
/**
 * Rows of a sample for each column: enough for a block that guides conjugate gradients, and for
 * steps far from the minimum.
 */
const SAMPLE_ROWS_PER_COLUMN = 16;

/** What groups of rows depend on. */
export interface GroupShape {
  features: { cols: number };
  /** Rows of the table: those of all processes. */
  rows: number;
  family: GlmFamily;
  /** 1, or for more than two classes their number. */
  outputs: number;
  solver: GlmSolver;
  /** Second derivatives are wanted at the end. */
  curvature: boolean;
}

/** The largest block that conjugate gradients are preconditioned with. */
export const MOST_SHARED_COLUMNS = 1024;

export const GRAM_JOBS: readonly GlmJob[] = ['curvature', 'shared', 'design'];

export const blockSizeOf = (cols: number): number => Math.ceil((cols + 1) / PANEL) * PANEL;

/** Chunks of a sample at least, so that it is near the fraction of the rows that it stands for. */
const LEAST_SAMPLE_CHUNKS = 16;

/** Of so many chunks of rows, a job reads one. */
function everyChunkOf(job: GlmJob, { rows, features: { cols } }: GroupShape, chunks: number): number {
  const fraction = Math.max(1, Math.floor(rows / (SAMPLE_ROWS_PER_COLUMN * (cols + 1))));
  if (job === 'shared') return fraction;
  if (job === 'sample') return Math.max(1, Math.min(fraction, Math.floor(chunks / LEAST_SAMPLE_CHUNKS)));
  return 1;
}

/** The sums that a solver asks for. */
export function jobsOf(shape: GroupShape): GlmJob[] {
  const { solver, family, curvature, features } = shape;
  const jobs: GlmJob[] = ['gradient'];
  // The expected second derivatives of a gamma are the weights; the observed ones depend on y.
  const isExpected = curvature && family === 'gamma';
  if (isExpected) jobs.push('design');
  if ((curvature && !isExpected) || solver === 'newton' || solver === 'coordinate') jobs.push('curvature');
  if (solver === 'newtonCg') {
    jobs.push('product');
    if (rowGroups('sample', shape).everyChunk > 1) jobs.push('sample');
    if (features.cols <= MOST_SHARED_COLUMNS) jobs.push('shared');
  }
  return jobs;
}

/** Numbers of a sum: gradient and loss, then blocks. */
export function sizeOf(job: GlmJob, { features, outputs }: GroupShape): number {
  const gradient = outputs * (features.cols + 1) + 1;
  const block = blockSizeOf(features.cols) ** 2;
  if (job === 'shared' || job === 'design') return block;
  return gradient + (job === 'curvature' ? ((outputs * (outputs + 1)) / 2) * block : 0);
}

/**
 * Chunks and groups of rows. They depend only on the data's shape, so that bits do not depend on
 * the number of workers.
 */
export function rowGroups(job: GlmJob, shape: GroupShape) {
  const { rows, features } = shape;
  const { cols } = features;
  const hasGram = GRAM_JOBS.includes(job);
  // Counted as float64 whatever the samples' type, so that equal values give equal bits in any
  // type.
  const perRow = cols * 8 + shape.outputs * 16 + (hasGram ? blockSizeOf(cols) * 8 : 0);
  const fitting = Math.floor(CHUNK_BYTES / perRow / CHUNK_GRAIN) * CHUNK_GRAIN;
  const least = hasGram ? LEAST_GRAM_ROWS : CHUNK_GRAIN;
  const chunkRows = Math.max(least, Math.min(MOST_CHUNK_ROWS, fitting));
  const most = Math.max(1, Math.min(MOST_GROUPS, Math.floor(PARTIALS_BYTES / (sizeOf(job, shape) * 8))));
  const chunks = Math.ceil(rows / chunkRows);
  const chunksPerGroup = Math.ceil(chunks / most);
  return {
    chunkRows,
    groupRows: chunksPerGroup * chunkRows,
    groups: Math.ceil(chunks / chunksPerGroup),
    everyChunk: everyChunkOf(job, shape, chunks),
  };
}

/** Rows of a group, for each sum that a solver asks for. */
export const groupSizes = (shape: GroupShape): number[] =>
  jobsOf(shape).map((job) => rowGroups(job, shape).groupRows);
