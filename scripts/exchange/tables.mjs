// Tables drawn at random, with gaps and text, for the exchange of estimators with other programs.

const WORDS = ['Bern', 'Chur', 'Zug', 'Genève', 'Zürich', '東京', 'a b', '0', 'None', 'nan', '🚲'];

/** A column's law, from which any number of rows can be drawn. */
function drawLaw(draws, type) {
  const gaps = draws.pick([0, 0.1, 0.3]);
  if (type === 'text') {
    const first = draws.whole(0, WORDS.length - 1);
    const words = Array.from({ length: draws.whole(2, 6) }, (_, i) => WORDS[(first + i) % WORDS.length]);
    return { type, gaps, words };
  }
  if (type === 'code') return { type, gaps: 0, codes: draws.whole(2, 5) };
  return {
    type,
    gaps,
    center: draws.between(-5, 5) * 10 ** draws.whole(-2, 3),
    spread: draws.between(0.1, 9),
  };
}

function drawValue(draws, law, isNew) {
  if (draws.chance(law.gaps)) return law.type === 'text' ? null : Number.NaN;
  if (law.type === 'text') {
    if (isNew && draws.chance(0.15)) return 'never seen';
    // The first are frequent.
    return law.words[Math.floor(law.words.length * draws.uniform() ** 2)];
  }
  if (law.type === 'code') return isNew && draws.chance(0.1) ? 99 : draws.whole(1, law.codes);
  return law.center + law.spread * (draws.uniform() + draws.uniform() - 1);
}

/** The laws of a table: each column by its name. */
export function drawLaws(draws, types) {
  return types.map((type, j) => [`${type} ${j}`, drawLaw(draws, type)]);
}

/**
 * Columns of rows drawn by laws.
 * @param isNew whether there may be categories that a fit has not seen
 */
export function drawColumns(draws, laws, rows, isNew = false) {
  return laws.map(([name, law]) => {
    const values = Array.from({ length: rows }, () => drawValue(draws, law, isNew));
    // No column of a fit is empty.
    if (!isNew) values[0] = drawValue(draws, { ...law, gaps: 0 }, false);
    return [name, values];
  });
}

/** Rows of numbers without gaps, and of some size. */
export const drawRows = (draws, rows, cols, scale = 1) =>
  Array.from({ length: rows }, () =>
    Array.from({ length: cols }, (_, j) => scale * (j + 1) * (draws.uniform() + draws.uniform() - 0.8)),
  );
