/** What it costs to keep records for a year: to make them, to begin with them, and the disk's part. */
import { execFile } from 'node:child_process';
import { lstatSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { hasTool } from '../test/support/requires.ts';
import { type DiskCalls, traced } from './disk-calls.ts';
import type { LiveDay } from './live-day.ts';
import type { RollupCost, Work } from './rollup-cost.ts';
import { writeYear } from './year-of-records.ts';

const run = promisify(execFile);
/** As much as the rollup's worker may have. */
const LIMITS = ['--max-old-space-size=192', '--max-semi-space-size=5'];
/** `st_blocks` counts these. */
const BLOCK_BYTES = 512;

export interface YearCosts {
  bare: RollupCost;
  /** From nothing but minutes, and once more with nothing to do. */
  rollup: RollupCost;
  again: RollupCost;
  /** As at each start: the minutes that are kept, and a year of 15 minutes. */
  start: RollupCost;
  startBare: RollupCost;
  /** Of all files after the year, in blocks of the disk. */
  diskBytes: number;
  /** Of 24 hours; null where there is no `strace`. */
  day: (DiskCalls & LiveDay) | null;
}

export async function yearCosts(): Promise<YearCosts> {
  const folder = mkdtempSync(join(tmpdir(), 'solthrive-bench-'));
  const records = join(folder, 'records');
  try {
    writeYear(records);
    const bare = await costOf(records, 'bare');
    const rollup = await costOf(records, 'rollup');
    const again = await costOf(records, 'rollup');
    await costOf(records, 'maintain');
    const diskBytes = bytesOnDisk(records);
    const startBare = await costOf(records, 'bare');
    const start = await costOf(records, 'rollup');
    const day = hasTool('strace') ? await liveDay(folder, records) : null;
    return { bare, rollup, again, startBare, start, diskBytes, day };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function costOf(records: string, work: Work): Promise<RollupCost> {
  const script = join(import.meta.dirname, 'rollup-cost.ts');
  const { stdout } = await run(process.execPath, [...LIMITS, script, records, work]);
  return JSON.parse(stdout) as RollupCost;
}

async function liveDay(folder: string, records: string): Promise<DiskCalls & LiveDay> {
  const mark = join(folder, 'mark');
  const program = [join(import.meta.dirname, 'live-day.ts'), records, mark];
  const log = join(folder, 'calls');
  const { stdout, calls } = await traced(program, { folder: records, mark, log });
  return { ...calls, ...(JSON.parse(stdout) as LiveDay) };
}

function bytesOnDisk(folder: string): number {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return ['.', ...names].reduce(
    (sum, name) => sum + lstatSync(join(folder, name)).blocks * BLOCK_BYTES,
    0,
  );
}
