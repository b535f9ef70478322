import type { Label } from '../../core/labels.js';
import { Matrix } from '../../core/matrix.js';
import { learnsClasses } from '../../estimators/network/networkTask.js';
import { resolveModel } from '../../networks/compile/model.js';
import { Classes } from '../../networks/models/classify.js';
import { resolveCompile } from '../../networks/models/compileOptions.js';
import type { Sequential } from '../../networks/models/sequential.js';
import type { Predicted, Predictor } from './predictor.js';

/** A network: its classes if it has such, otherwise its outputs. */
export function networkPredictor(network: Sequential): Predictor {
  const model = resolveModel(network.config);
  const { compileConfig } = network;
  const compiled = compileConfig === undefined ? undefined : resolveCompile(model, compileConfig);
  const { inputCols, inputShape, outputCols, columns: names } = model;
  const isOfClasses = compiled === undefined ? model.classes !== undefined : learnsClasses(network);
  const makeClasses = (): Classes => new Classes('probabilities', model, compiled);
  const classes = isOfClasses ? makeClasses() : undefined;
  const count = outputCols === 1 ? 2 : outputCols;
  const known: readonly Label[] = model.classes ?? Array.from({ length: count }, (_, number) => number);
  const hasProbabilities = classes !== undefined && givesProbabilities(classes);
  return {
    inputs: {
      names,
      types: Array(inputCols).fill('number'),
      imageShape: inputShape.length > 1 ? inputShape : undefined,
    },
    task: isOfClasses ? 'classification' : 'regression',
    classes: isOfClasses ? known : undefined,
    async predict(x, proba): Promise<Predicted> {
      const outputs = await network.predict(x);
      if (classes === undefined) {
        const isOne = outputCols === 1;
        return { predictions: isOne ? Float64Array.from(outputs.data) : outputs, probabilities: undefined };
      }
      const wanted = proba && hasProbabilities;
      return {
        predictions: classes.best(outputs),
        probabilities: wanted ? new Matrix(classes.all(outputs), [outputs.rows, known.length]) : undefined,
      };
    },
  };
}

/** Some losses give scores. */
function givesProbabilities(classes: Classes): boolean {
  try {
    classes.checkProbabilities();
    return true;
  } catch {
    return false;
  }
}
