import { checkBoolean, checkObject } from '../../core/check.js';
import { checkCluster } from '../../core/clusterOption.js';
import { SteepestError, unknownName } from '../../core/errors.js';
import { didYouMean } from '../../core/nearest.js';
import { show } from '../../core/show.js';
import { separateTarget } from '../../data/tables/target.js';
import { describeEstimator } from '../base/describe.js';
import { checkOptions } from '../base/fitOptions.js';
import type { Label } from '../base/labels.js';
import { SCORER_ALIASES } from '../base/names.js';
import type { FittedLike, TargetsFor } from '../base/predictionForm.js';
import { type SavedEstimator, savedBytes, writeSaved } from '../base/saved.js';
import type { RowInput } from '../base/work.js';
import type { Graph } from '../onnx/graph.js';
import { type EstimatorOnnxOptions, onnxBytes, saveOnnx } from '../onnx/options.js';
import { type OnnxInverse, type OnnxResult, type OnnxSource, onnxSource } from '../onnx/source.js';
import type { OnnxColumns, OnnxTable } from '../onnx/table.js';
import { overRanks } from './cluster/sharedJobs.js';
import type { Candidate, GridResults } from './grid.js';
import { checkEstimator, type Fittable, isClassifier, methodOf } from './jobs.js';
import type { RowsInput, TargetRows } from './rows.js';
import { type Found, runSearch } from './runSearch.js';
import { resolveScorers } from './scorers.js';
import { SEARCH_FIT_KEYS, type SearchFitOptions, type SearchOptions } from './searchOptions.js';
import { searchReporter } from './searchProgress.js';

/**
 * Cross-validates candidates, which are settings of an estimator's parameters, and fits the best on
 * all rows. It is an estimator itself: `predict`, `score` and so on are those of `bestEstimator`.
 */
export abstract class Search<E extends Fittable = Fittable> implements Fittable, OnnxSource, OnnxInverse {
  abstract readonly type: string;
  private found: Found | undefined;

  /** @param called the name of the function that makes such a search, for messages */
  protected constructor(
    private readonly called: string,
    readonly estimator: E,
    readonly options: SearchOptions<E>,
  ) {
    checkEstimator(`the first argument of ${called}`, estimator);
    decidingScore(options);
  }

  /** The settings to try. */
  protected abstract candidates(): readonly Record<string, unknown>[];
  /** What was searched, by the name of its field: for printing. */
  protected abstract space(): object;
  abstract clone(): Search<E>;

  /** @throws SteepestError as `crossValidate`; the results of an earlier fit are kept then */
  async fit<const Y extends TargetsFor<this, TargetRows>>(
    x: RowsInput,
    y: Y,
    given: SearchFitOptions = {},
  ): Promise<FittedLike<this, E, Y, RowsInput>> {
    checkOptions(`${this.called}.fit`, given, SEARCH_FIT_KEYS);
    const { progress, cluster, ...options } = given;
    const report = searchReporter(progress);
    const { estimator, options: settings } = this;
    const candidates = this.candidates();
    const deciding = decidingScore(settings);
    const space = show(Object.values(this.space())[0]);
    const name = `${this.called}.fit`;
    this.found = await overRanks(checkCluster('cluster', cluster), name, (call) =>
      runSearch({ estimator, settings, candidates, space, deciding }, x, y, options, report, call),
    );
    return this as FittedLike<this, E, Y, RowsInput>;
  }

  /** Every candidate with its scores. @throws SteepestError `ERR_NOT_FITTED` */
  get results(): GridResults {
    return this.learned('results').results;
  }

  /**
   * The best parameters.
   * @throws SteepestError `ERR_NOT_FITTED` before `fit`, and with several scores and `refit: false`
   */
  get bestParams(): Readonly<Record<string, unknown>> {
    return this.bestCandidate('bestParams').params;
  }

  /** Their mean score over the folds. */
  get bestScore(): number {
    this.bestCandidate('bestScore');
    return this.learned('bestScore').score;
  }

  /** Its index in `results`. */
  get bestIndex(): number {
    this.bestCandidate('bestIndex');
    return this.learned('bestIndex').bestIndex;
  }

  /**
   * The estimator with the best parameters, fitted on all rows.
   * @throws SteepestError `ERR_NOT_FITTED`, also with `refit: false`
   */
  get bestEstimator(): E {
    return this.delegate('bestEstimator') as E;
  }

  /** Duration of that last fit. */
  get refitTimeMs(): number {
    this.delegate('refitTimeMs');
    return this.learned('refitTimeMs').refitTimeMs!;
  }

  /** True if the estimator predicts classes. */
  get isClassifier(): boolean {
    return isClassifier(this.estimator);
  }

  /**
   * Names of the columns of the fit, in their order; undefined if they had none.
   * @throws SteepestError `ERR_NOT_FITTED`
   */
  get featureNamesIn(): readonly string[] | undefined {
    return (this.delegate('featureNamesIn') as { featureNamesIn?: readonly string[] }).featureNamesIn;
  }

  /** Classes of the best estimator, in order. @throws SteepestError `ERR_NOT_FITTED` */
  get classes(): readonly Label[] {
    return (this.delegate('classes') as unknown as { classes: readonly Label[] }).classes;
  }

  /** What the best estimator predicts, fitted on all rows. @throws SteepestError `ERR_NOT_FITTED` */
  predict(x: RowsInput): ResultOf<E, 'predict'> {
    return this.call('predict', x) as ResultOf<E, 'predict'>;
  }

  /** Probabilities of the best estimator. @throws SteepestError `ERR_NOT_FITTED` */
  predictProba(x: RowsInput): ResultOf<E, 'predictProba'> {
    return this.call('predictProba', x) as ResultOf<E, 'predictProba'>;
  }

  /** Decision function of the best estimator. @throws SteepestError `ERR_NOT_FITTED` */
  decisionFunction(x: RowsInput): ResultOf<E, 'decisionFunction'> {
    return this.call('decisionFunction', x) as ResultOf<E, 'decisionFunction'>;
  }

  /** What the best estimator makes of a table. @throws SteepestError `ERR_NOT_FITTED` */
  transform(x: RowsInput): ResultOf<E, 'transform'> {
    return this.call('transform', x) as ResultOf<E, 'transform'>;
  }

  /** {@link predict} at once, for one row or a few, with the same bits. */
  predictSync(x: RowsInput | RowInput): ResultOf<E, 'predictSync'> {
    return this.callNow('predictSync', x) as ResultOf<E, 'predictSync'>;
  }

  /** {@link predictProba} at once, for one row or a few, with the same bits. */
  predictProbaSync(x: RowsInput | RowInput): ResultOf<E, 'predictProbaSync'> {
    return this.callNow('predictProbaSync', x) as ResultOf<E, 'predictProbaSync'>;
  }

  /** {@link decisionFunction} at once, for one row or a few, with the same bits. */
  decisionFunctionSync(x: RowsInput | RowInput): ResultOf<E, 'decisionFunctionSync'> {
    return this.callNow('decisionFunctionSync', x) as ResultOf<E, 'decisionFunctionSync'>;
  }

  /** {@link transform} at once, for one row or a few, with the same bits. */
  transformSync(x: RowsInput | RowInput): ResultOf<E, 'transformSync'> {
    return this.callNow('transformSync', x) as ResultOf<E, 'transformSync'>;
  }

  /** The deciding score of the best estimator on these rows. */
  async score(x: RowsInput, y: TargetRows, options: object = {}): Promise<number> {
    checkOptions(`${this.called}.score, whose scorers take none,`, options, []);
    const best = this.delegate('score()');
    const given = separateTarget('X', x, y);
    const scores = await resolveScorers(this.options.scoring).score(best, given.x, given.y);
    return scores[decidingScore(this.options)!]!;
  }

  /** The estimator, and its hyperparameters as `estimator__name`. */
  getParams(): object {
    const own = this.estimator.getParams();
    const inner = Object.entries(own).map(([name, value]) => [`estimator__${name}`, value] as const);
    return { estimator: this.estimator, ...Object.fromEntries(inner) };
  }

  /**
   * Parameters of the estimator, as estimator__param.
   * @throws SteepestError `ERR_UNKNOWN_NAME`, and what the estimator throws
   */
  setParams(params: Readonly<Record<string, unknown>>): this {
    checkObject(`parameters of ${this.called}`, params);
    const prefix = 'estimator__';
    for (const name of Object.keys(params)) {
      if (name.startsWith(prefix)) continue;
      throw new SteepestError('ERR_UNKNOWN_NAME', {
        expected: `parameters of ${this.called} to begin with ${prefix}`,
        given: show(name),
        hint: didYouMean(
          name,
          Object.keys(this.estimator.getParams()).map((inner) => prefix + inner),
          'Make a new search to change its grid or options.',
        ),
      });
    }
    const inner = Object.entries(params).map(([name, value]) => [name.slice(prefix.length), value] as const);
    this.estimator.setParams(Object.fromEntries(inner) as never);
    return this;
  }

  /**
   * The best estimator as plain data: saving a search saves its best estimator.
   * @throws SteepestError `ERR_NOT_FITTED`
   */
  toSaved(): SavedEstimator {
    const best = this.delegate('save()');
    if ('toSaved' in best && typeof best.toSaved === 'function') return best.toSaved() as SavedEstimator;
    throw new SteepestError('ERR_ARGUMENT', {
      expected: 'an estimator that can be saved',
      given: 'one without toSaved()',
      hint: "Extend one of this package's estimators.",
    });
  }

  /**
   * Writes the best estimator to a safetensors file, from which `loadEstimator` reads it.
   * @throws SteepestError `ERR_NOT_FITTED`
   */
  async save(path: string | URL): Promise<void> {
    await writeSaved(path, this.toSaved());
  }

  /** The bytes that {@link save} writes. @throws SteepestError `ERR_NOT_FITTED` */
  toBytes(): Uint8Array<ArrayBuffer> {
    return savedBytes(this.toSaved());
  }

  /**
   * The best estimator as an ONNX model: see the estimators' `toOnnx`.
   * @throws SteepestError `ERR_NOT_FITTED`, and what the estimator's `toOnnx` throws
   */
  toOnnx(options: EstimatorOnnxOptions = {}): Uint8Array<ArrayBuffer> {
    return onnxBytes(this.best('toOnnx()'), options);
  }

  /** Writes what {@link toOnnx} returns to a file, atomically. @throws SteepestError as it */
  async saveOnnx(path: string | URL, options: EstimatorOnnxOptions = {}): Promise<void> {
    await saveOnnx(path, this.best('saveOnnx()'), options);
  }

  private best(what: string): OnnxSource & OnnxInverse {
    return onnxSource(this.delegate(what) as Fittable & { type: string });
  }

  /** @internal */
  onnxColumns(): OnnxColumns {
    return this.best('toOnnx()').onnxColumns();
  }

  /** @internal */
  writeOnnx(graph: Graph, table: OnnxTable): OnnxResult {
    return this.best('toOnnx()').writeOnnx(graph, table);
  }

  /** @internal */
  writeOnnxInverse(graph: Graph, table: OnnxTable): OnnxTable {
    return this.best('toOnnx()').writeOnnxInverse(graph, table);
  }

  /** The estimator, what is searched and the options. */
  toString(): string {
    const { estimator, options } = this;
    return describeEstimator(this.type, { estimator, ...this.space(), ...options }, {});
  }

  /** What `console.log` prints: the same as {@link toString}. */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString();
  }

  /** For `JSON.stringify`: the search's definition, without its results. */
  toJSON(): { type: string; params: object } {
    const { estimator, options } = this;
    return { type: this.type, params: { estimator, ...this.space(), ...options } };
  }

  private learned(what: string): Found {
    if (this.found !== undefined) return this.found;
    throw notFitted(
      what,
      `a ${this.called} that has tried nothing yet`,
      'Call await search.fit(X, y) first.',
    );
  }

  private bestCandidate(what: string): Candidate {
    const { best } = this.learned(what);
    if (best !== undefined) return best;
    throw notFitted(
      what,
      'several scores and none that decides',
      "Set refit to a score's name, or read results.",
    );
  }

  private delegate(what: string): Fittable {
    const { estimator } = this.learned(what);
    if (estimator !== undefined) return estimator;
    throw notFitted(what, 'refit: false', 'Leave refit out, or fit an estimator with bestParams.');
  }

  private async call(name: string, x: RowsInput): Promise<unknown> {
    return this.callNow(name, x);
  }

  private callNow(name: string, x: RowsInput | RowInput): unknown {
    return methodOf(this.delegate(`${name}()`), name, `Search over an estimator that can ${name}.`)(x);
  }
}

/** The return value of a method of the estimator. */
type ResultOf<E, Name extends string> =
  E extends Record<Name, (...args: never[]) => infer R> ? R : Promise<unknown>;

function notFitted(what: string, given: string, hint: string): SteepestError {
  return new SteepestError('ERR_NOT_FITTED', { expected: `fit() before ${what}`, given, hint });
}

/** The name of the deciding score; undefined if there are several and none was named. */
function decidingScore({ refit = true, scoring }: SearchOptions<never>): string | undefined {
  const { names } = resolveScorers(scoring);
  if (typeof refit === 'string') {
    if (names.includes(refit)) return refit;
    unknownName('refit', refit, names, SCORER_ALIASES);
  }
  const isWanted = checkBoolean('refit', refit);
  if (names.length === 1) return names[0];
  if (!isWanted) return undefined;
  throw new SteepestError('ERR_ARGUMENT', {
    expected: 'refit to name the score that decides, as there are several',
    given: 'refit: true',
    hint: `Use refit: '${names[0]}', or false.`,
  });
}
