/** The looks at the utility's meter as they are kept: one a line of `<records>/utility.jsonl`. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { GridCounters, UtilityLook } from './utility.ts';

/** More than anybody takes in years; a look makes a line of about 150 bytes. */
const MOST = 500;

/** @param records  the folder of the site's records */
export function utilityFile(records: string): string {
  return join(records, 'utility.jsonl');
}

/** The newest of them, oldest first; lines that cannot be read are passed over. */
export function readLooks(records: string): UtilityLook[] {
  let text: string;
  try {
    text = readFileSync(utilityFile(records), 'utf8');
  } catch {
    return [];
  }
  return text
    .split('\n')
    .slice(-MOST)
    .flatMap((line) => lookOf(parsed(line)) ?? []);
}

/** Null where it is none. */
export function lookOf(value: unknown): UtilityLook | null {
  if (typeof value !== 'object' || value === null) return null;
  const { ts, by, utility, ours } = value as Record<string, unknown>;
  const [theirs, own] = [countersOf(utility), countersOf(ours)];
  if (typeof ts !== 'string' || typeof by !== 'string' || !theirs || !own) return null;
  return { ts, by, utility: theirs, ours: own };
}

function countersOf(value: unknown): GridCounters | null {
  if (typeof value !== 'object' || value === null) return null;
  const { import_kwh, export_kwh = null } = value as Record<string, unknown>;
  if (typeof import_kwh !== 'number') return null;
  return { import_kwh, export_kwh: typeof export_kwh === 'number' ? export_kwh : null };
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line) as unknown;
  } catch {
    return null;
  }
}
