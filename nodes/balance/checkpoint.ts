/**
 * Where the energy totals continue after a restart: the checkpoint of the last second in the run
 * folder, which a power cut takes away, or else the last minute record.
 */
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import type { SitePaths } from '../site/config.ts';
import { lastRecorded } from './last-record.ts';
import type { LedgerState } from './measured.ts';
import { type Unrecorded, unrecordedSince } from './unrecorded.ts';

const kwh = z.number();
const ways = z.object({ import: kwh.optional(), export: kwh.optional() });
const account = z.object({ ahead: ways.optional(), owed: kwh.optional() });
const total = kwh.optional();

const ledgerState = z.object({
  n: z.number(),
  at: z.number(),
  totals: z.object({
    solar_kwh: total,
    import_kwh: total,
    export_kwh: total,
    battery_charge_kwh: total,
    battery_discharge_kwh: total,
    ev_kwh: total,
  }),
  home: z.object({ raw: kwh, shown: kwh, pending: kwh }).optional(),
  channels: z.record(
    z.string(),
    account.extend({ counter: ways.optional(), age_s: z.number().optional() }),
  ),
  grid: account.optional(),
});

/** A simulated home and a real one may share a run folder, but never their energy. */
const checkpoint = z.object({ records: z.string(), ledger: ledgerState });
const minute = z.object({ ledger: ledgerState });

export type CheckpointPaths = Pick<SitePaths, 'run' | 'records'>;

/** Keeps the newest state in the run folder, one write at a time. */
export class Checkpoint {
  #file: string;
  #records: string;
  #next: LedgerState | null = null;
  #writing: Promise<void> | null = null;

  constructor({ run, records }: CheckpointPaths) {
    this.#file = join(run, 'checkpoint.json');
    this.#records = records;
  }

  /** Writes `state` now, or as soon as the write under way has ended; only the newest waits. */
  keep(state: LedgerState): void {
    this.#next = state;
    this.#writing ??= this.#writeAll();
  }

  /** Resolves when what was kept is written, or could not be. */
  async settled(): Promise<void> {
    await this.#writing;
  }

  async #writeAll(): Promise<void> {
    while (this.#next !== null) {
      const text = JSON.stringify({ records: this.#records, ledger: this.#next });
      this.#next = null;
      // Without a checkpoint the last minute record serves: no reason to stop measuring.
      await this.#write(text).catch(() => undefined);
    }
    this.#writing = null;
  }

  async #write(text: string): Promise<void> {
    await mkdir(dirname(this.#file), { recursive: true });
    const temporary = `${this.#file}.tmp`;
    await writeFile(temporary, text);
    await rename(temporary, this.#file);
  }
}

/** Where a run goes on. */
export interface Resume {
  ledger: LedgerState;
  /** What the checkpoint knows and no minute record does. */
  unrecorded: Unrecorded | null;
}

/** The newest state an earlier run has left; null where there is none. */
export async function readResume(paths: CheckpointPaths): Promise<Resume | null> {
  const [kept, recorded] = await Promise.all([readCheckpoint(paths), lastRecorded(paths.records, recordedState)]);
  if (kept === null || (recorded !== null && recorded.n > kept.n)) {
    return recorded && { ledger: recorded, unrecorded: null };
  }
  return { ledger: kept, unrecorded: recorded && unrecordedSince(recorded, kept) };
}

async function readCheckpoint({ run, records }: CheckpointPaths): Promise<LedgerState | null> {
  const text = await readFile(join(run, 'checkpoint.json'), 'utf8').catch(() => '');
  const found = checkpoint.safeParse(parseJson(text));
  return found.success && found.data.records === records ? found.data.ledger : null;
}

/** The state in a line of a minute file; null where it has none. */
function recordedState(line: string): LedgerState | null {
  return minute.safeParse(parseJson(line)).data?.ledger ?? null;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
