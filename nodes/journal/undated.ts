/**
 * The holding files, `<records>/undated/<boot id>.jsonl`: minutes that were measured while nobody
 * knew what time it was. One file a start of the machine; a line more when the time becomes known.
 */
import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { type ReadTally, readJsonLines } from '../site/jsonl.ts';
import type { MinuteRecord } from './minute.ts';
import { asMinute } from './minutes.ts';
import { roundedKwh } from './tally.ts';

/** Lines come again within two days of minutes: no more than one waits for the disk. */
const MOST_REPEATED = 2_880;

/** A finished minute, and when it began by the time since the machine started, ms. */
export interface HeldMinute {
  mono_ms: number;
  record: MinuteRecord;
}

/** The line that dates all others of its file. It is decided only once. */
export interface Offset {
  /** Wall time minus time since the machine started. */
  offset_ms: number;
  /** When the newest record that had a date was written; null where there was none. */
  recorded_ms: number | null;
}

/** Energy of minutes without a date, kWh. */
export interface UndatedKwh {
  solar: number;
  home: number;
  import: number;
  export: number;
}

export function holdingFile(records: string, bootId: string): string {
  return join(undatedFolder(records), `${bootId}.jsonl`);
}

function undatedFolder(records: string): string {
  return join(records, 'undated');
}

export async function holdingFiles(records: string): Promise<string[]> {
  const folder = undatedFolder(records);
  const names = await readdir(folder).catch(() => []);
  return names
    .filter((name) => name.endsWith('.jsonl'))
    .sort()
    .map((name) => join(folder, name));
}

/** The held minutes of a file as they are read; what is not one is left out. */
export async function* readHeld(file: string): AsyncGenerator<HeldMinute> {
  const tally: ReadTally = { bad: 0 };
  for await (const value of readJsonLines(file, tally)) {
    const held = asHeld(value);
    if (held !== null) yield held;
  }
}

/** Whether a file has minutes, and its offset where that has been decided. */
export async function stateOf(file: string): Promise<{ held: boolean; offset: Offset | null }> {
  const tally: ReadTally = { bad: 0 };
  let held = false;
  let offset: Offset | null = null;
  for await (const value of readJsonLines(file, tally)) {
    // The first counts: some minutes may have been dated by it already.
    offset ??= asOffset(value);
    held ||= asHeld(value) !== null;
  }
  return { held, offset };
}

/** What a start of the machine holds. */
export interface HeldOfBoot {
  boot: string;
  minutes: number;
  kwh: UndatedKwh;
}

/** What is held, for each start of the machine that holds any, but not for `except`. */
export async function heldByBoot(records: string, except?: string): Promise<HeldOfBoot[]> {
  const found: HeldOfBoot[] = [];
  for (const file of await holdingFiles(records)) {
    const boot = basename(file, '.jsonl');
    if (boot === except) continue;
    let [minutes, kwh] = [0, sumOf([])];
    for await (const { energy } of heldMinutes(file)) {
      minutes += 1;
      kwh = sumOf([kwh, kwhOf(energy)]);
    }
    if (minutes > 0) found.push({ boot, minutes, kwh });
  }
  return found;
}

/** The sum over all files but that of `bootId`, which may still be dated; null where there is none. */
export async function undatedKwh(records: string, bootId: string): Promise<UndatedKwh | null> {
  const others = await heldByBoot(records, bootId);
  return others.length > 0 ? sumOf(others.map(({ kwh }) => kwh)) : null;
}

function kwhOf(energy: MinuteRecord['energy']): UndatedKwh {
  const { solar_kwh: solar, home_kwh: home, import_kwh, export_kwh } = energy;
  return { solar: solar ?? 0, home: home ?? 0, import: import_kwh ?? 0, export: export_kwh ?? 0 };
}

function sumOf(parts: readonly UndatedKwh[]): UndatedKwh {
  const sum = { solar: 0, home: 0, import: 0, export: 0 };
  for (const part of parts) {
    for (const key of ['solar', 'home', 'import', 'export'] as const) {
      sum[key] = roundedKwh(sum[key] + part[key]);
    }
  }
  return sum;
}

/**
 * Each minute once: one that was cut by a stop comes again when it is whole, and those that waited for
 * the disk may come again as they are. A file may hold a year.
 */
async function* heldMinutes(file: string): AsyncGenerator<MinuteRecord> {
  const minutes = new Map<string, MinuteRecord>();
  for await (const { record } of readHeld(file)) {
    const key = `${record.ts} ${record.run}`;
    if (record.rev > (minutes.get(key)?.rev ?? 0)) minutes.set(key, record);
    const [oldest] = minutes;
    if (minutes.size <= MOST_REPEATED || !oldest) continue;
    minutes.delete(oldest[0]);
    yield oldest[1];
  }
  yield* minutes.values();
}

function asHeld(value: unknown): HeldMinute | null {
  const { mono_ms, record } = (value ?? {}) as Record<string, unknown>;
  const minute = asMinute(record);
  return Number.isFinite(mono_ms) && minute ? { mono_ms: mono_ms as number, record: minute } : null;
}

function asOffset(value: unknown): Offset | null {
  const { offset_ms, recorded_ms = null } = (value ?? {}) as Partial<Offset>;
  if (typeof offset_ms !== 'number' || !(recorded_ms === null || Number.isFinite(recorded_ms))) {
    return null;
  }
  return { offset_ms, recorded_ms };
}
