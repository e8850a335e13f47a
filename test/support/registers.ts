/** Registers written without the product's own encoder, so that a test can disagree with it. */

/** The two registers of a 32-bit float at `address`. */
export function float32(
  address: number,
  value: number,
  order: 'low word first' | 'high word first',
): Record<string, number> {
  const view = new DataView(new ArrayBuffer(4));
  view.setFloat32(0, value);
  const [high, low] = [view.getUint16(0), view.getUint16(2)];
  return order === 'low word first'
    ? { [address]: low, [address + 1]: high }
    : { [address]: high, [address + 1]: low };
}
