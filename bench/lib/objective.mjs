// The objective of logistic regression, computed for every contender by the same code, and the
// fewest iterations that reach it.

/**
 * Mean loss plus a penalty over C·n, intercepts left out: what scikit-learn and steepest minimise
 * ("The Elements of Statistical Learning", §4.4). The penalty is ‖w‖²/2, or ‖w‖₁ where `isL1`.
 * @param table { x: rows × cols, y: classes from 0, rows, cols }
 * @param model coef: outputs × cols, one output for two classes; intercept
 */
export function logisticObjective({ x, y, rows, cols }, { coef, intercept }, C = 1, isL1 = false) {
  const outputs = intercept.length;
  const scores = new Float64Array(outputs);
  let total = 0;
  for (let r = 0; r < rows; r++) {
    for (let o = 0; o < outputs; o++) {
      let sum = intercept[o];
      for (let j = 0; j < cols; j++) sum += coef[o * cols + j] * x[r * cols + j];
      scores[o] = sum;
    }
    total += outputs === 1 ? binaryLoss(scores[0], y[r]) : softmaxLoss(scores, y[r]);
  }
  const penalty = coef.reduce((sum, w) => sum + (isL1 ? Math.abs(w) : (w * w) / 2), 0);
  return total / rows + penalty / (C * rows);
}

/** log(1 + exp(∓z)) without overflow. */
function binaryLoss(z, label) {
  const t = label === 1 ? -z : z;
  return t > 0 ? t + Math.log1p(Math.exp(-t)) : Math.log1p(Math.exp(t));
}

function softmaxLoss(scores, label) {
  const most = Math.max(...scores);
  const sum = scores.reduce((total, z) => total + Math.exp(z - most), 0);
  return most + Math.log(sum) - scores[label];
}

/**
 * The least number from 1 to `most` for which `reaches` holds, given that it holds from some number
 * on.
 * @returns undefined if it does not even for `most`
 */
export async function fewest(reaches, most) {
  if (!(await reaches(most))) return undefined;
  let [below, enough] = [0, most];
  while (enough - below > 1) {
    const middle = (below + enough) >> 1;
    if (await reaches(middle)) enough = middle;
    else below = middle;
  }
  return enough;
}
