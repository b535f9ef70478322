import { configOf, type ModelConfig, type ResolvedModel } from '../compile/model.js';
import { objectiveText } from '../compile/objectiveText.js';
import { shardLines } from '../compile/shards.js';
import type { TfjsArtifacts } from '../exchange/tfjs/artifacts.js';
import { tfjsArtifacts } from '../exchange/tfjs/write.js';
import type { ModelState } from '../training/state.js';
import type { Compiled } from './compileOptions.js';
import { describeModel } from './describe.js';
import { knownMetrics } from './knownMetrics.js';
import { type OnnxOptions, onnxBytes, saveOnnx } from './onnx.js';
import { modelBytes, saveModel } from './save.js';
import { saveTfjs } from './saveTfjs.js';
import { summarize } from './summary.js';

/** What a network is without being trained or asked: its description, printed and in files. */
export abstract class DescribedModel {
  protected abstract model: ResolvedModel;
  protected abstract state: ModelState;
  protected abstract compiled: Compiled | undefined;

  static {
    // A registered symbol, so that node:util need not be loaded. Not a method, so that editors do
    // not suggest it.
    Object.defineProperty(DescribedModel.prototype, Symbol.for('nodejs.util.inspect.custom'), {
      value(this: DescribedModel, depth: number, { depth: levels }: { depth: number }): string {
        return describeModel(this.model, this.compiled, this.state, { depth, levels });
      },
    });
  }

  /**
   * The name of its class, by which `load`'s result can be distinguished from others.
   * @example
   * ```ts
   * import { layers, sequential } from 'steepest';
   * const model = sequential({ layers: [layers.dense({ units: 1, inputShape: [2] })] });
   * console.log(model.type); // Sequential
   * ```
   */
  get type(): 'Sequential' {
    return 'Sequential';
  }

  /**
   * The model's description as plain data.
   * @example
   * ```ts
   * import { layers, sequential } from 'steepest';
   * const model = sequential({ layers: [layers.dense({ units: 1, inputShape: [2] })] });
   * console.log(sequential(model.config).summary() === model.summary()); // true
   * ```
   */
  get config(): ModelConfig {
    return configOf(this.model);
  }

  /**
   * The names of the classes in the order of their numbers; undefined if they have none.
   * @example
   * ```ts
   * import { layers, sequential } from 'steepest';
   * const layer = layers.dense({ units: 1, activation: 'sigmoid', inputShape: [2] });
   * console.log(sequential({ layers: [layer], classes: ['ham', 'spam'] }).classes);
   * // [ 'ham', 'spam' ]
   * ```
   */
  get classes(): readonly string[] | undefined {
    return this.model.classes;
  }

  /**
   * The names of the input columns, in the order of the inputs; undefined if they have none. A
   * model takes them from the first fit on columns with names, and then reads tables by them.
   * @example
   * ```ts
   * import { layers, sequential } from 'steepest';
   * const layer = layers.dense({ units: 1, inputShape: [2] });
   * const model = sequential({ layers: [layer], columns: ['rooms', 'age'] });
   * console.log(model.columns, model.predictSync([{ age: 30, rooms: 2 }]).shape);
   * // [ 'rooms', 'age' ] [ 1, 1 ]
   * ```
   */
  get columns(): readonly string[] | undefined {
    return this.model.columns;
  }

  /**
   * What `JSON.stringify` writes: the description, from which `sequential` creates a new model.
   * Weights are written by `save`.
   * @example
   * ```ts
   * import { layers, sequential } from 'steepest';
   * const model = sequential({ layers: [layers.dense({ units: 1, inputShape: [2] })] });
   * const copy = sequential(JSON.parse(JSON.stringify(model)));
   * console.log(copy.config.layers.length); // 1
   * ```
   */
  toJSON(): ModelConfig {
    return this.config;
  }

  /**
   * A table of the layers with their output shapes and parameters; for a compiled model also
   * optimizer, loss and metrics, and after a fit with `shards` what they cost.
   * @example
   * ```ts
   * import { layers, sequential } from 'steepest';
   * const model = sequential({ layers: [layers.dense({ units: 3, inputShape: [2] })] });
   * console.log(model.summary().includes('9 parameters')); // true
   * ```
   */
  summary(): string {
    const lines = [summarize(this.model), ...shardLines(this.model, this.state.shards)];
    if (this.compiled !== undefined) lines.push(objectiveText(this.compiled.objective));
    return lines.join('\n');
  }

  /**
   * Writes weights and description to one safetensors file, atomically.
   * @example
   * ```ts
   * import { layers, load, sequential } from 'steepest';
   * const model = sequential({ layers: [layers.dense({ units: 1, inputShape: [2] })] });
   * await model.save('model.safetensors');
   * console.log((await load('model.safetensors')).type); // Sequential
   * ```
   */
  async save(path: string | URL): Promise<void> {
    await saveModel(path, this.config, this.model, this.state, this.compiled?.config);
  }

  /**
   * The bytes that {@link save} writes: for a database, a message or a request.
   * @example
   * ```ts
   * import { layers, load, Sequential, sequential } from 'steepest';
   * const model = sequential({ layers: [layers.dense({ units: 1, inputShape: [2] })] });
   * const copy = await load(model.toBytes(), Sequential);
   * console.log(copy.predictSync([1, 2]).data[0] === model.predictSync([1, 2]).data[0]); // true
   * ```
   */
  toBytes(): Uint8Array<ArrayBuffer> {
    return modelBytes(this.config, this.model, this.state, this.compiled?.config);
  }

  /**
   * This network as an ONNX model (opset 18): for onnxruntime in browsers, on servers and in other
   * languages. Its input is `input`, rows of any number in the order in which `predict` takes them
   * (images with their channels last). Its output is `output`, what `predict` returns. If the
   * classes have names, the outputs are `label`, what `predictClasses` returns, and `probabilities`
   * in the order of the classes; a network of scores has `label` and `output`.
   * @returns the bytes of an .onnx file
   * @throws SteepestError `ERR_UNKNOWN_NAME`, `ERR_ARGUMENT`; `ERR_MEMORY` for more than 2 GiB
   * @example
   * ```ts
   * import { fromOnnx, layers, sequential } from 'steepest';
   * const model = sequential({ layers: [layers.dense({ units: 1, inputShape: [2] })] });
   * const copy = await fromOnnx(model.toOnnx());
   * console.log(copy.config.layers.length); // 1
   * ```
   */
  toOnnx(options: OnnxOptions = {}): Uint8Array<ArrayBuffer> {
    return onnxBytes(this.toExport(), options);
  }

  /**
   * Writes what {@link toOnnx} returns to a file, atomically.
   * @throws SteepestError as `toOnnx`, and `ERR_MODEL_FILE` if the file cannot be written
   * @example
   * ```ts
   * import { layers, sequential } from 'steepest';
   * const model = sequential({ layers: [layers.dense({ units: 1, inputShape: [2] })] });
   * await model.saveOnnx('model.onnx');
   * ```
   */
  async saveOnnx(path: string | URL, options: OnnxOptions = {}): Promise<void> {
    await saveOnnx(path, this.toExport(), options);
  }

  private toExport() {
    const { model, state, compiled } = this;
    const metrics = knownMetrics(state);
    return { model, weights: state.parameters, loss: compiled?.objective.loss, metrics };
  }

  /**
   * The network as TensorFlow.js takes it: `tf.loadLayersModel(tf.io.fromMemory(network.toTfjs()))`
   * in a browser or anywhere. Class names and what training needs are in its metadata.
   * @throws SteepestError `ERR_ARGUMENT` for layers, activations and options that TensorFlow.js
   *   does not have
   * @example
   * ```ts
   * import { fromTfjs, layers, sequential } from 'steepest';
   * const model = sequential({ layers: [layers.dense({ units: 1, inputShape: [2] })] });
   * const copy = await fromTfjs(model.toTfjs());
   * console.log(copy.config.layers.length); // 1
   * ```
   */
  toTfjs(): TfjsArtifacts {
    const { model, config, state } = this;
    return tfjsArtifacts({ model, config, parameters: state.parameters, compiled: this.compiled?.config });
  }

  /**
   * Writes the network as files of TensorFlow.js: `model.json`, and the weights beside it in pieces
   * of at most 4 MiB. Each file is written atomically, `model.json` last.
   * @param folder where to; made if it does not exist
   * @throws SteepestError as {@link toTfjs}; `ERR_MODEL_FILE` if a file cannot be written
   * @example
   * ```ts
   * import { readdirSync } from 'node:fs';
   * import { layers, sequential } from 'steepest';
   * const model = sequential({ layers: [layers.dense({ units: 1, inputShape: [2] })] });
   * await model.saveTfjs('web');
   * console.log(readdirSync('web').sort()); // [ 'group1-shard1of1.bin', 'model.json' ]
   * ```
   */
  async saveTfjs(folder: string | URL): Promise<void> {
    await saveTfjs(folder, this.toTfjs());
  }
}
