// The model of the examples `churn` and `serve`: columns of text and numbers with gaps in, the
// probability of each class out.
import {
  columnTransformer,
  LogisticRegression,
  OneHotEncoder,
  pipeline,
  SimpleImputer,
  StandardScaler,
} from 'steepest';

export const NUMBERS = ['tenure', 'charge'];
export const TEXT = ['contract', 'internet', 'payment'];

export function churnModel(options = {}) {
  const numbers = pipeline(new SimpleImputer({ strategy: 'median' }), new StandardScaler());
  const text = new OneHotEncoder({ handleUnknown: 'ignore' });
  return pipeline(
    [
      'columns',
      columnTransformer([
        ['numbers', numbers, NUMBERS],
        ['text', text, TEXT],
      ]),
    ],
    ['model', new LogisticRegression(options)],
  );
}
