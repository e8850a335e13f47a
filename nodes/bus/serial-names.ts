/** The stable names of the serial adapters that are plugged in now. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

const BY_ID = '/dev/serial/by-id';

/**
 * Paths that stay the same whichever socket an adapter is plugged into; empty where there are none.
 * Read from the folder, because `SerialPort.list()` ends the process where `udevadm` is missing.
 */
export async function serialNames(folder = BY_ID): Promise<string[]> {
  const names = await readdir(folder).catch(() => []);
  return names.sort().map((name) => join(folder, name));
}
