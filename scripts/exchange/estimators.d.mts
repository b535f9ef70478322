/** An estimator with an ONNX form, and rows for it. */
export interface EstimatorCase {
  /** Its class. */
  kind: string;
  name: string;
  /** Whether it computes in float32, as perceptrons and networks do. */
  isFloat32: boolean;
  /** Those of toOnnx. */
  options?: import('steepest').EstimatorOnnxOptions;
  fitted(): Promise<FittedCase>;
  /** New rows: lists of numbers, a table, or labels. */
  rows(count: number): unknown;
  /** Rows that it refuses: those with an unknown category. */
  refused?(count: number): unknown;
}

/** The types of an estimator and of those inside it. */
export interface Saved {
  readonly type: string;
  readonly state?: { readonly children?: Readonly<Record<string, Saved>> } | undefined;
}

/** A fitted estimator of any class. */
export interface FittedCase {
  readonly type: string;
  toOnnx(options?: import('steepest').EstimatorOnnxOptions): Uint8Array<ArrayBuffer>;
  toSaved(): Saved;
}

/**
 * Every class with its options, and pipelines of tables drawn at random.
 * @param tables the number of tables
 */
export function estimatorCases(
  steepest: typeof import('steepest'),
  tables: number,
  seed?: number,
): Generator<EstimatorCase>;
