/** How far above the straight line 100 may lie: a square would be at ten times the line. */
const tolerance = 1.25;

/** Whether what 1, 10 and 100 of something cost grows no faster than a straight line. */
export function linearity([one = 0, ten = 0, hundred = 0]: readonly number[]) {
  const line = one + Math.max((ten - one) / 9, 0) * 99;
  const isLinear = hundred <= line * tolerance;
  const says = isLinear ? 'No faster than linear' : 'FASTER THAN LINEAR';
  const text = `${says}, allowing for 25 % of noise: a straight line through 1 and 10 is at ${line.toFixed(0)} µs for 100.`;
  return { isLinear, text };
}
