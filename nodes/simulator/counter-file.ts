/**
 * Remembers the simulated meter's counters over a restart, as a real meter does in its own memory.
 * Knows one small file; a damaged one counts as none.
 */
import { mkdir, open, readFile, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';
import type { Counters } from './counters.ts';

const energy = z.strictObject({
  importKwh: z.number().nonnegative(),
  exportKwh: z.number().nonnegative(),
});
const remembered = z.strictObject({
  v: z.literal(1),
  ms: z.number(),
  counters: z.strictObject({ l1: energy, l2: energy, l3: energy, total: energy }),
});

export interface Remembered {
  /** When the counters stood so, ms since the epoch. */
  ms: number;
  counters: Counters;
}

export async function recallCounters(file: string): Promise<Remembered | null> {
  try {
    const { ms, counters } = remembered.parse(JSON.parse(await readFile(file, 'utf8')));
    return { ms, counters };
  } catch {
    return null;
  }
}

/** Replaces the file as a whole. @throws the system's error where that fails */
export async function rememberCounters(file: string, { ms, counters }: Remembered): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  const temporary = `${file}.tmp`;
  const handle = await open(temporary, 'w');
  try {
    await handle.writeFile(`${JSON.stringify({ v: 1, ms, counters })}\n`);
    await handle.datasync();
  } finally {
    await handle.close();
  }
  await rename(temporary, file);
}
