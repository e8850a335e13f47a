/** Rounds a number once, as it is told: half away from zero, by its decimal value. */

/**
 * 1.005 to 2 decimals is 1.01, though its double is a little less.
 * @param value  with 15 significant digits at most, as doubles hold them
 */
export function roundDecimal(value: number, decimals: number): number {
  const scale = 10 ** decimals;
  const size = Math.round(Number((Math.abs(value) * scale).toPrecision(15))) / scale;
  return value < 0 && size > 0 ? -size : size;
}
