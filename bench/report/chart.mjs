// A chart of bars: how many times faster than each peer, by ratio, with the line at 1 ×.
import { plots } from 'steepest/report';

/**
 * As wide as what a phone of 390 px leaves beside the margins
 * of the page: text of 12 units then has 11 px.
 */
const WIDTH = 380;

const barOf = ({ name, ratio }) =>
  ratio === undefined
    ? { name, note: 'absent' }
    : { name, value: ratio.value, low: ratio.min, high: ratio.max };

/** @returns the SVG of a suite's rows, or '' if no row was compared with anything */
export function chart(rows) {
  const compared = rows.filter((row) => row.peers.length > 0);
  if (!compared.some((row) => row.peers.some(({ ratio }) => ratio))) return '';
  const groups = compared.map(({ name, peers }) => ({ name, bars: peers.map(barOf) }));
  // The heading of the section says what is compared.
  const title = 'How many times as fast steepest is';
  return plots.bars(groups, {
    title,
    heading: false,
    width: WIDTH,
    scale: 'log',
    unit: '×',
    xName: 'times as fast',
  });
}
