/**
 * Remembers the simulated meter's counters over a restart, as a real meter does in its own memory.
 * Knows one small file; a damaged one counts as none.
 */
import { mkdir, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';
import { PHASES } from '../meter/reading.ts';
import { replaceWhole } from '../site/jsonl.ts';
import { SOUND } from './measuring.ts';
import type { Standing } from './metered-home.ts';

const energy = z.strictObject({
  importKwh: z.number().nonnegative(),
  exportKwh: z.number().nonnegative(),
});
const phase = z.enum(PHASES);
const phases = z.array(phase).transform((list) => new Set(list));
const faults = z.strictObject({
  voltageLost: phases,
  unplugged: phases,
  reversed: phases,
  swapped: z.array(z.tuple([phase, phase])),
  rotated: z.number().int().default(SOUND.rotated),
  onLeg: z.partialRecord(phase, z.number().int()).default(SOUND.onLeg),
  referenceSwapped: z.boolean().default(SOUND.referenceSwapped),
  ratio: z.strictObject({ l1: z.number(), l2: z.number(), l3: z.number() }).default(SOUND.ratio),
  noise: z.strictObject({ share: z.number(), seed: z.number() }).default(SOUND.noise),
});
const remembered = z.strictObject({
  v: z.literal(1),
  ms: z.number(),
  counters: z.strictObject({ l1: energy, l2: energy, l3: energy, total: energy }),
  faults: faults.optional(),
});

export async function recallCounters(file: string): Promise<Standing | null> {
  try {
    const { v: _, ...standing } = remembered.parse(JSON.parse(await readFile(file, 'utf8')));
    return standing;
  } catch {
    return null;
  }
}

/** Replaces the file as a whole. @throws the system's error where that fails */
export async function rememberCounters(file: string, standing: Standing): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await replaceWhole(file, `${JSON.stringify({ v: 1, ...standing }, asList)}\n`);
}

function asList(_key: string, value: unknown): unknown {
  return value instanceof Set ? [...value] : value;
}
