/**
 * Where the energy totals continue after a restart: the checkpoint of the last second in the run
 * folder, which a power cut takes away, or else the last minute record.
 */
import { closeSync, constants, mkdirSync, openSync, writeSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { crc32 } from 'node:zlib';
import { z } from 'zod';
import type { SitePaths } from '../site/config.ts';
import type { BootTime } from './downtime.ts';
import { lastHeld, lastRecorded, newer } from './last-record.ts';
import type { LedgerState } from './measured.ts';
import { withTold } from './told-counters.ts';
import { type LeftOver, unrecordedSince } from './unrecorded.ts';

const kwh = z.number();
const ways = z.object({ import: kwh.optional(), export: kwh.optional() });
const account = z.object({
  ahead: ways.optional(),
  held: ways.optional(),
  owed: kwh.optional(),
  sum: ways.optional(),
});
const total = kwh.optional();
const totals = z.object({
  solar_kwh: total,
  import_kwh: total,
  export_kwh: total,
  battery_charge_kwh: total,
  battery_discharge_kwh: total,
  ev_kwh: total,
});

const ledgerState = z.object({
  n: z.number(),
  marked_s: z.number().optional(),
  at: z.number(),
  totals,
  home: z.object({ raw: kwh, shown: kwh.optional(), pending: totals.optional() }).optional(),
  channels: z.record(
    z.string(),
    account.extend({
      counter: ways.optional(),
      age_s: z.number().optional(),
      serial: z.string().optional(),
      unseen_s: z.number().optional(),
    }),
  ),
  grid: account.optional(),
});

/** A simulated home and a real one may share a run folder, but never their energy. */
const checkpoint = z.object({
  records: z.string(),
  boot: z.object({ id: z.string(), ms: z.number() }).nullable().default(null),
  ledger: ledgerState,
});
type Kept = z.output<typeof checkpoint>;
const toldCounters = z.object({
  counter_import_kwh: kwh.optional(),
  counter_export_kwh: kwh.optional(),
});
const minute = z.object({
  ledger: ledgerState,
  channels: z.record(z.string(), toldCounters).default({}),
});
const heldMinute = z.object({ record: minute });

const FILE = 'checkpoint';
const SLOTS = 2;
const SLOT_BYTES = 64 * 1024;
/** CRC-32 in hexadecimal digits. */
const SUM_LENGTH = 8;

export type CheckpointPaths = Pick<SitePaths, 'run' | 'records'>;

/**
 * Keeps the newest state in the run folder. Two slots take turns, each with a checksum, so that a
 * write cut short leaves the state before it. One open file and one write that waits for nobody: the
 * run folder is memory, where that takes some microseconds, whereas a file made anew each second
 * wakes the threads of the pool a dozen times.
 */
export class Checkpoint {
  #file: string;
  #records: string;
  #handle: number | null = null;

  constructor({ run, records }: CheckpointPaths) {
    this.#file = join(run, FILE);
    this.#records = records;
  }

  /** @param boot  the same instant by the start of the machine, where that is known */
  keep(state: LedgerState, boot: BootTime | null = null): void {
    const text = JSON.stringify({ records: this.#records, boot, ledger: state });
    const slot = Buffer.from(`${checksum(text)} ${text}\n`);
    // Longer than any site's: it would reach into the other slot.
    if (slot.length > SLOT_BYTES) return;
    try {
      this.#handle ??= openFile(this.#file);
      writeSync(this.#handle, slot, 0, slot.length, (state.n % SLOTS) * SLOT_BYTES);
    } catch {
      // Without a checkpoint the last minute record serves: no reason to stop measuring.
      this.close();
    }
  }

  close(): void {
    if (this.#handle !== null) closeSync(this.#handle);
    this.#handle = null;
  }
}

function openFile(file: string): number {
  mkdirSync(dirname(file), { recursive: true });
  return openSync(file, constants.O_RDWR | constants.O_CREAT, 0o600);
}

function checksum(text: string): string {
  return crc32(text).toString(16).padStart(8, '0');
}

/** Where a run goes on. */
export interface Resume {
  ledger: LedgerState;
  /** When that was, by the start of the machine; null where only a record tells of it. */
  boot: BootTime | null;
  /** What the checkpoint knows and no minute record does. */
  unrecorded: LeftOver | null;
}

/** The newest state an earlier run has left; null where there is none. */
export async function readResume(paths: CheckpointPaths): Promise<Resume | null> {
  const [kept, dated, held] = await Promise.all([
    readCheckpoint(paths),
    lastRecorded(paths.records, recordedState),
    lastHeld(paths.records, heldState),
  ]);
  const recorded = newer(dated, held);
  if (kept === null || (recorded !== null && recorded.n > kept.ledger.n)) {
    return recorded && { ledger: recorded, boot: null, unrecorded: null };
  }
  const { ledger, boot } = kept;
  return { ledger, boot, unrecorded: recorded && unrecordedSince(recorded, ledger) };
}

async function readCheckpoint({ run, records }: CheckpointPaths): Promise<Kept | null> {
  const bytes = await readFile(join(run, FILE)).catch(() => Buffer.alloc(0));
  const slots = Array.from({ length: SLOTS }, (_, slot) =>
    readSlot(bytes.subarray(slot * SLOT_BYTES, (slot + 1) * SLOT_BYTES), records),
  );
  const kept = slots.flatMap((each) => each ?? []);
  return kept.sort((a, b) => a.ledger.n - b.ledger.n).at(-1) ?? null;
}

function readSlot(bytes: Buffer, records: string): Kept | null {
  const line = bytes.subarray(0, Math.max(0, bytes.indexOf('\n'))).toString();
  const text = line.slice(SUM_LENGTH + 1);
  if (line.slice(0, SUM_LENGTH) !== checksum(text)) return null;
  const found = checkpoint.safeParse(parseJson(text));
  return found.success && found.data.records === records ? found.data : null;
}

/** The state in a line of a minute file; null where it has none. */
function recordedState(line: string): LedgerState | null {
  return stateOf(minute.safeParse(parseJson(line)).data);
}

/** The same of a minute that waits for its date. */
function heldState(line: string): LedgerState | null {
  return stateOf(heldMinute.safeParse(parseJson(line)).data?.record);
}

function stateOf(found: z.output<typeof minute> | undefined): LedgerState | null {
  return found ? withTold(found.ledger, found.channels) : null;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
