/**
 * Draws rows of text as a table: the first column to the left, the others to the right.
 * @param {string[]} head one name per column
 * @param {string[][]} rows
 */
export function table(head, rows) {
  const widths = head.map((name, column) =>
    Math.max(...[name, ...rows.map((row) => row[column])].map(length)),
  );
  const line = (cells) =>
    cells
      .map((cell, column) => {
        const gap = ' '.repeat(widths[column] - length(cell));
        return column === 0 ? cell + gap : gap + cell;
      })
      .join('  ');
  const rule = '─'.repeat(widths.reduce((sum, width) => sum + width + 2, -2));
  return [line(head), rule, ...rows.map(line)].join('\n');
}

/** Characters that take up a place: the bar of h̄ and the like does not. */
function length(text) {
  return [...text.replace(/\p{Mark}/gu, '')].length;
}
