/** Whether what 1, 10 and 100 of something cost grows no faster than a straight line, and how much each adds. */
export function linearity([one = 0, ten = 0, hundred = 0]: readonly number[]) {
  const [first, then] = [(ten - one) / 9, (hundred - ten) / 90];
  const line = one + Math.max(first, 0) * 99;
  // What is far from linear lies far above the line: a square would be at ten times.
  const isLinear = hundred <= line * 1.25;
  const text =
    `Each adds ${first.toFixed(2)} µs up to 10 and ${then.toFixed(2)} µs up to 100, where a straight line is at ` +
    `${line.toFixed(0)} µs: ${isLinear ? 'no faster than linear' : 'FASTER THAN LINEAR'}, allowing for 25 % of noise.`;
  return { isLinear, text };
}
